//! Folders that a command needs while it runs.
//!
//! Each has a lock that its owner holds, so that the next command finds and removes those whose owner was killed. It must
//! not know what lies in them.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

/// How the names of the folders begin, and how many letters follow.
const PREFIX: &str = "fc-local-";
const LETTERS: usize = 6;

const LOCK: &str = "lock";
const NEW_LOCK: &str = "lock.new";
const CONTENT: &str = "content";

/// A new, empty folder, removed when dropped.
#[derive(Debug)]
pub(crate) struct TempFolder {
    content: PathBuf,
    _root: tempfile::TempDir,
    /// Unlocked by the kernel, however the owner ends.
    _lock: File,
}

impl TempFolder {
    /// Makes a folder.
    ///
    /// # Errors
    ///
    /// The system's folder for temporary files takes none.
    pub(crate) fn new() -> io::Result<Self> {
        Self::below(&std::env::temp_dir())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.content
    }

    fn below(parent: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        let root = builder
            .prefix(PREFIX)
            .rand_bytes(LETTERS)
            .tempdir_in(parent)?;
        // Locked before it has its name, so that no other command finds it free.
        let unlocked = root.path().join(NEW_LOCK);
        let lock = File::create(&unlocked)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        fs::rename(unlocked, root.path().join(LOCK))?;
        let content = root.path().join(CONTENT);
        fs::create_dir(&content)?;
        Ok(Self {
            content,
            _root: root,
            _lock: lock,
        })
    }
}

/// Removes the folders whose owners were killed.
pub(crate) fn sweep() {
    sweep_below(&std::env::temp_dir());
}

fn sweep_below(parent: &Path) {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    let folders = entries.map(|entry| entry.path());
    // What cannot be removed now is found again by the next command.
    folders
        .filter(|folder| is_named_so(folder) && is_ours(folder) && is_abandoned(folder))
        .for_each(|folder| drop(fs::remove_dir_all(folder)));
}

fn is_named_so(folder: &Path) -> bool {
    let name = folder.file_name().and_then(|name| name.to_str());
    let letters = name.and_then(|name| name.strip_prefix(PREFIX));
    letters.is_some_and(|letters| {
        letters.len() == LETTERS && letters.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Whether it is a folder and no link, and belongs to this user: others write to the same place.
fn is_ours(folder: &Path) -> bool {
    let found = fs::symlink_metadata(folder);
    found.is_ok_and(|found| found.is_dir() && found.uid() == rustix::process::getuid().as_raw())
}

/// Whether its lock is there and free; one without a lock is being made just now.
fn is_abandoned(folder: &Path) -> bool {
    let lock = File::open(folder.join(LOCK));
    lock.is_ok_and(|lock| flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok())
}

#[cfg(test)]
mod tests;
