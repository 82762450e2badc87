//! Changes that last, and those that fail.

use std::fs;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use super::{State, Store, StoreError};
use crate::store::resource::Resource;
use crate::store::spec::ServiceSpec;

/// Longer than a busy machine takes.
const PATIENCE: Duration = Duration::from_secs(120);

fn add_service(store: &Store, name: &str) -> Result<(), StoreError> {
    store.update(|state: &mut State| {
        state
            .services
            .insert(name.to_owned(), Resource::new(ServiceSpec::default()));
        Ok(())
    })
}

#[test]
fn a_change_survives_a_restart_and_a_folder_has_one_owner() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Store::open(folder.path()).expect("opened");
    add_service(&store, "one").expect("added");
    assert!(matches!(
        Store::open(folder.path()),
        Err(StoreError::InUse(_))
    ));
    drop(store);
    // What another test begins to start may have the lock for a while.
    let begun = Instant::now();
    let again = loop {
        match Store::open(folder.path()) {
            Err(StoreError::InUse(_)) if begun.elapsed() < PATIENCE => thread::yield_now(),
            opened => break opened.expect("opened again"),
        }
    };
    assert!(again.snapshot().services.contains_key("one"));
}

#[test]
fn a_change_that_fails_changes_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Store::open(folder.path()).expect("opened");
    add_service(&store, "one").expect("added");
    // A folder in the place of the state file refuses the rename, as a full disk refuses the write.
    fs::remove_file(folder.path().join("state.json")).expect("removed");
    fs::create_dir_all(folder.path().join("state.json/in-the-way")).expect("folder");
    let error = add_service(&store, "two").expect_err("refused");
    assert!(
        error
            .to_string()
            .contains("nothing that was stored before is lost"),
        "{error}"
    );
    let names: Vec<String> = store.snapshot().services.keys().cloned().collect();
    assert_eq!(names, ["one"]);
}

#[test]
fn the_state_is_read_as_it_was_while_a_change_is_made() {
    let folder = tempfile::tempdir().expect("folder");
    let store = Store::open(folder.path()).expect("opened");
    let (tell, seen) = mpsc::channel();
    thread::scope(|scope| {
        let changed = store.update(|state: &mut State| {
            state
                .services
                .insert("one".to_owned(), Resource::new(ServiceSpec::default()));
            // The change is not over before another thread has read the state.
            scope.spawn(|| tell.send(store.snapshot().services.len()));
            let seen = seen.recv_timeout(PATIENCE);
            assert_eq!(seen.expect("the state is read meanwhile"), 0);
            Ok::<_, StoreError>(())
        });
        changed.expect("changed");
    });
    assert_eq!(store.snapshot().services.len(), 1);
}
