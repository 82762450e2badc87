//! Which changes belong together.

use std::fs;
use std::path::{Path, PathBuf};

use tokio::sync::mpsc::unbounded_channel;

use super::{Burst, Change, Queue, Seen};

#[tokio::test]
async fn a_burst_has_each_file_once_and_none_that_came_and_went() {
    let folder = tempfile::tempdir().expect("folder");
    let source = folder.path();
    let (sender, changed) = unbounded_channel();
    let mut queue = Queue::of(changed);
    let there = source.join("there");
    fs::write(&there, "").expect("written");
    let new = |path: &Path| Seen {
        is_new: true,
        ..Seen::of(path, Change::Source)
    };
    let removed = source.join("removed");
    for seen in [
        new(&source.join("gone")),
        new(&there),
        Seen::of(&removed, Change::Source),
        Seen::of(&there, Change::Source),
        Seen::of(&source.join("gone"), Change::Source),
    ] {
        sender.send(Ok(seen)).expect("sent");
    }
    let burst = queue.next_burst().await.expect("a burst");
    assert_eq!(burst.sources, [there, removed]);
    sender.send(Ok(new(&source.join("gone")))).expect("sent");
    drop(sender);
    // That alone was no burst, so the next thing is the end.
    let ended = queue.next_burst().await.expect_err("ended");
    assert!(ended.contains("the watcher has ended"), "{ended}");
}

#[tokio::test]
async fn a_burst_is_one_change_however_many_files_it_has() {
    let (sender, changed) = unbounded_channel();
    let mut queue = Queue::of(changed);
    for number in 0..100 {
        let path = PathBuf::from(format!("/p/src/{number}"));
        let change = if number < 98 {
            Change::Package
        } else {
            Change::Source
        };
        sender.send(Ok(Seen::of(&path, change))).expect("sent");
    }
    let burst = queue.next_burst().await.expect("a burst");
    assert_eq!((burst.packages.len(), burst.sources.len()), (98, 2));
    assert!(!burst.is_partial);
    assert!(
        queue.changed.is_empty(),
        "no change is left for another build"
    );
    let none = queue.until_now().await;
    assert_eq!(none, Ok(Burst::default()));
    drop(sender);
    let ended = queue.next_burst().await.expect_err("ended");
    assert!(ended.contains("the watcher has ended"), "{ended}");
}
