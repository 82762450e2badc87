//! Changes as the system reports them.

use std::fs;
use std::path::PathBuf;

use notify::event::{AccessKind, AccessMode, CreateKind, Flag, ModifyKind};
use notify::{Event, EventKind};
use tokio::sync::mpsc::unbounded_channel;

use super::super::ignored::Ignored;
use super::{Change, Seen, Watched, forward};

/// A folder with sources, watched.
fn watched() -> (tempfile::TempDir, PathBuf, Watched) {
    let folder = tempfile::tempdir().expect("folder");
    let source = folder.path().canonicalize().expect("a path").join("src");
    fs::create_dir(&source).expect("src");
    let watched = Watched::of(std::slice::from_ref(&source), Ignored::default()).expect("watched");
    (folder, source, watched)
}

#[test]
fn a_file_that_is_only_read_has_not_changed() {
    let (_folder, source, watched) = watched();
    let (sender, mut changed) = unbounded_channel();
    let path = source.join("main.rs");
    for kind in [
        EventKind::Access(AccessKind::Open(AccessMode::Any)),
        EventKind::Access(AccessKind::Close(AccessMode::Read)),
        EventKind::Modify(ModifyKind::Any),
        EventKind::Create(CreateKind::File),
    ] {
        forward(
            &watched,
            &sender,
            Ok(Event::new(kind).add_path(path.clone())),
        );
    }
    let reports: Vec<_> = std::iter::from_fn(|| changed.try_recv().ok())
        .flatten()
        .collect();
    let changed = Seen::of(&path, Change::Source);
    let created = Seen {
        is_new: true,
        ..changed.clone()
    };
    assert_eq!(reports, [changed, created]);
}

#[test]
fn lost_events_count_as_a_change_of_more_than_is_known() {
    let (_folder, source, watched) = watched();
    let (sender, mut changed) = unbounded_channel();
    let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
    forward(&watched, &sender, Ok(lost));
    let seen = changed.try_recv().expect("a change").expect("a path");
    let mut expected = Seen::of(&source, Change::Source);
    expected.is_partial = true;
    assert_eq!(seen, expected);
}
