//! Which servers of this user run, so that other commands find their data folders.
//!
//! Each has a file that it keeps locked; a file without a lock is of one that was killed.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use rustix::process::getuid;

use crate::store::{entries, is_unfinished};

/// Where a session keeps what ends with it.
const RUNTIME_VARIABLE: &str = "XDG_RUNTIME_DIR";

/// Nobody else has to read or write it.
const FOLDER_MODE: u32 = 0o700;

/// The entry of a server that runs; gone when dropped.
#[derive(Debug)]
pub(super) struct Entry {
    path: PathBuf,
    /// Locked as long as it is open.
    _file: File,
}

impl Entry {
    /// Enters this process as the server of a data folder.
    pub(super) fn of(data: &Path) -> io::Result<Self> {
        let folder = folder();
        let mut builder = DirBuilder::new();
        builder.recursive(true).mode(FOLDER_MODE).create(&folder)?;
        if !is_ours(&folder) {
            let message = format!("{} belongs to another user", folder.display());
            return Err(io::Error::other(message));
        }
        // One after the other, so that no file that is unfinished here is one that is being written.
        let registering = File::open(&folder)?;
        flock(&registering, FlockOperation::LockExclusive)?;
        sweep(&folder);
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        flock(file.as_file(), FlockOperation::NonBlockingLockExclusive)?;
        file.write_all(data.as_os_str().as_bytes())?;
        let path = folder.join(std::process::id().to_string());
        let file = file.persist(&path)?;
        Ok(Self { path, _file: file })
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        // Without its lock it counts for nothing.
        let _ = fs::remove_file(&self.path);
    }
}

/// Removes what those have left that were killed, be it while they entered themselves.
fn sweep(folder: &Path) {
    // Looking removes whole entries.
    drop(data_folders());
    let files = entries(folder).into_iter();
    // What cannot be removed now is found again at the next start.
    files
        .filter(|file| is_unfinished(file))
        .for_each(|file| drop(fs::remove_file(file)));
}

/// The data folders of the servers that run, in order.
pub(super) fn data_folders() -> Vec<PathBuf> {
    let folder = folder();
    if !is_ours(&folder) {
        return Vec::new();
    }
    let files = entries(&folder);
    let mut found: Vec<PathBuf> = files.iter().filter_map(|entry| served(entry)).collect();
    found.sort();
    found
}

/// Others can make the folder where there is no session.
fn is_ours(folder: &Path) -> bool {
    fs::metadata(folder).is_ok_and(|found| found.uid() == getuid().as_raw())
}

/// The data folder that an entry names, if its server runs.
fn served(entry: &Path) -> Option<PathBuf> {
    let is_entry = entry.file_name()?.to_str()?.parse::<u32>().is_ok();
    let file = File::open(entry).ok().filter(|_| is_entry)?;
    if flock(&file, FlockOperation::NonBlockingLockShared).is_ok() {
        // Its server was killed. If this fails, the next look finds it again.
        let _ = fs::remove_file(entry);
        return None;
    }
    let name = fs::read(entry).ok()?;
    Some(PathBuf::from(OsStr::from_bytes(&name)))
}

fn folder() -> PathBuf {
    let session = std::env::var_os(RUNTIME_VARIABLE).filter(|value| !value.is_empty());
    session.map_or_else(
        || std::env::temp_dir().join(format!("fc-local-of-{}", getuid().as_raw())),
        |session| PathBuf::from(session).join("fc-local"),
    )
}
