//! Locks whose owner is gone, and those whose owner is not.

use std::fs;
use std::process::Command;
use std::thread;

use rustix::fs::{FlockOperation, flock};

use super::{FILE, PAUSE, open, take, take_after};
use crate::store::StoreError;

/// The number of a process that has ended.
fn ended() -> u32 {
    let mut child = Command::new("true").spawn().expect("it runs");
    child.wait().expect("it ends");
    child.id()
}

#[test]
fn a_lock_that_something_of_an_ended_owner_still_has_is_waited_for() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join(FILE);
    let mut held = Some(open(&path).expect("opened"));
    let lock = held.as_ref().expect("a file");
    flock(lock, FlockOperation::LockExclusive).expect("locked");
    fs::write(&path, ended().to_string()).expect("noted");
    let taken = take_after(folder.path(), || {
        drop(held.take());
        // What another test begins to start may have it for a while.
        thread::sleep(PAUSE);
    });
    assert!(taken.is_ok() && held.is_none(), "{taken:?}");
    let noted = fs::read_to_string(path).expect("a number");
    assert_eq!(noted, std::process::id().to_string());
}

#[test]
fn a_lock_whose_owner_runs_or_is_not_known_is_refused_at_once() {
    let folder = tempfile::tempdir().expect("folder");
    let _held = take(folder.path()).expect("free");
    let path = folder.path().join(FILE);
    for owner in [std::process::id().to_string(), String::new()] {
        fs::write(&path, owner).expect("noted");
        let refused = take_after(folder.path(), || panic!("it waits"));
        assert!(matches!(refused, Err(StoreError::InUse(_))), "{refused:?}");
    }
}
