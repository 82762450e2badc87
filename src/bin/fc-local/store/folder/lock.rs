//! The lock of a data folder: one process at a time has it, and its end gives it back, however it ends.
//!
//! It must not know what lies in the folder.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use super::StoreError;
use crate::store::files::at;

const FILE: &str = "lock";

/// How often it is looked whether a process that is gone still has the lock, and between two looks: 10 seconds together. A
/// process that it had just begun to start has it, too, until that runs its own program, and on a machine that is busy this takes
/// a while.
const LOOKS_MAX: u32 = 500;
const PAUSE: Duration = Duration::from_millis(20);

/// More digits than the number of a process has.
const PID_BYTES_MAX: usize = 20;

/// Locks a data folder until the file is closed.
///
/// # Errors
///
/// Another process has it.
pub(super) fn take(folder: &Path) -> Result<File, StoreError> {
    take_after(folder, || thread::sleep(PAUSE))
}

fn take_after(folder: &Path, mut pause: impl FnMut()) -> Result<File, StoreError> {
    let path = folder.join(FILE);
    let file = open(&path).map_err(at(&path))?;
    let mut looks = 0;
    while flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        looks += 1;
        if looks > LOOKS_MAX || !is_of_one_that_is_gone(&file) {
            return Err(StoreError::InUse(folder.to_owned()));
        }
        pause();
    }
    // Where a full disk refuses it, nobody waits for the end of this one.
    let _ = note_owner(&file);
    Ok(file)
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
}

fn note_owner(mut file: &File) -> io::Result<()> {
    file.set_len(0)?;
    write!(file, "{}", std::process::id())
}

/// Whether the process that took the lock has ended. Of one that did not note itself this is not known.
fn is_of_one_that_is_gone(file: &File) -> bool {
    let mut bytes = [0; PID_BYTES_MAX];
    let count = file.read_at(&mut bytes, 0).unwrap_or(0);
    let text = std::str::from_utf8(&bytes[..count]);
    let owner = text.ok().and_then(|text| text.parse::<u32>().ok());
    owner.is_some_and(|pid| !runs(pid))
}

/// Whether a process runs; one that has ended and that its parent has not asked for yet does not.
fn runs(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // Its name stands in brackets, and may have some.
    let state = stat
        .rsplit_once(") ")
        .and_then(|(_, rest)| rest.chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

#[cfg(test)]
mod tests;
