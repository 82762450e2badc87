//! Folders that go with their owner.

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
