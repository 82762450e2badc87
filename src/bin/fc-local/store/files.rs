//! Files that appear whole or not at all.
//!
//! It must not know what is in them.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::folder::StoreError;

/// Writes a file so that a reader, or a restart after a crash, sees the old one or the new one.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(path);
    let write = || {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The new name must survive a crash, too.
        File::open(folder)?.sync_all()
    };
    write().map_err(at(path))
}

/// The files and folders in a folder; none if it cannot be read.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .map(|list| list.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default()
}

/// Whether a file has exactly these bytes; one that was damaged has not.
pub(super) fn has_bytes(file: &Path, bytes: &[u8]) -> bool {
    let compare = || -> io::Result<bool> {
        let mut file = File::open(file)?;
        if file.metadata()?.len() != bytes.len() as u64 {
            return Ok(false);
        }
        let mut buffer = vec![0; 64 * 1024];
        for expected in bytes.chunks(buffer.len()) {
            let piece = &mut buffer[..expected.len()];
            file.read_exact(piece)?;
            if piece != expected {
                return Ok(false);
            }
        }
        Ok(true)
    };
    // One that cannot be read is written anew, and that says what is wrong.
    compare().unwrap_or(false)
}

/// An error of the disk, with the path that it is about.
pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    |error| StoreError::Io { path, error }
}
