//! States that are written while the one before is held up.

use std::sync::{Arc, Mutex, mpsc};

use tokio::task::JoinHandle;

use super::Saving;
use crate::api::error::ApiError;
use crate::name::FunctionName;
use crate::store::tasks::{Status, Task};

fn task(status: Status) -> Task {
    let mut task = Task::new("t", &FunctionName::fc3("f"), "r", b"");
    task.turn(status, "");
    task
}

#[tokio::test]
async fn a_state_whose_writing_nobody_waits_for_any_more_does_not_replace_a_newer_one() {
    let (saving, written) = (
        Arc::new(Saving::default()),
        Arc::new(Mutex::new(Vec::new())),
    );
    let (begun, has_begun) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let of_disk = Arc::clone(&written);
    let note = move |task: &Task| of_disk.lock().expect("a list").push(task.status());
    let (of_first, first) = (note.clone(), Arc::clone(&saving));
    let first: JoinHandle<Result<(), ApiError>> = tokio::spawn(async move {
        let held = move |task: &Task| {
            begun.send(()).expect("the test waits");
            released.recv().expect("released");
            of_first(task);
            Ok(())
        };
        first.save(task(Status::Running), held).await
    });
    // The first runs until it waits for the disk.
    tokio::task::yield_now().await;
    has_begun.recv().expect("begun");
    first.abort();
    let second = tokio::spawn(async move {
        let save = move |task: &Task| {
            note(task);
            Ok(())
        };
        saving.save(task(Status::Stopping), save).await
    });
    tokio::task::yield_now().await;
    release.send(()).expect("it waits");
    second.await.expect("no panic").expect("saved");
    let written = written.lock().expect("a list").clone();
    assert_eq!(written, [Status::Running, Status::Stopping]);
}
