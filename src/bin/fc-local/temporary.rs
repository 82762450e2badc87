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
mod tests {
    use std::fs::{self, File};
    use std::os::unix::fs::symlink;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::{CONTENT, LOCK, TempFolder, sweep_below};

    #[test]
    fn a_folder_is_empty_and_goes_with_its_owner() {
        let parent = tempfile::tempdir().expect("folder");
        let folder = TempFolder::below(parent.path()).expect("made");
        assert_eq!(fs::read_dir(folder.path()).expect("it is there").count(), 0);
        drop(folder);
        assert_eq!(fs::read_dir(parent.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn a_folder_that_is_being_made_is_not_swept() {
        let parent = tempfile::tempdir().expect("folder");
        let is_over = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    sweep_below(parent.path());
                }
            });
            let mut made = (0..500).map(|_| TempFolder::below(parent.path()));
            let failed = made.find_map(Result::err);
            is_over.store(true, Ordering::SeqCst);
            assert!(failed.is_none(), "{failed:?}");
        });
    }

    #[test]
    fn only_folders_whose_owner_is_gone_are_swept() {
        let parent = tempfile::tempdir().expect("folder");
        let owned = TempFolder::below(parent.path()).expect("made");
        let path = |name: &str| parent.path().join(name);
        for name in ["fc-local-abc123", "fc-local-my-notes", "other-abc123"] {
            fs::create_dir_all(path(name).join(CONTENT)).expect("a folder");
            File::create(path(name).join(LOCK)).expect("a lock");
        }
        fs::create_dir(path("fc-local-nolock")).expect("a folder");
        symlink(path("other-abc123"), path("fc-local-linked")).expect("a link");
        sweep_below(parent.path());
        assert!(owned.path().exists() && !path("fc-local-abc123").exists());
        for kept in [
            "fc-local-my-notes",
            "other-abc123",
            "fc-local-nolock",
            "fc-local-linked",
        ] {
            assert!(path(kept).exists(), "{kept}");
        }
    }
}
