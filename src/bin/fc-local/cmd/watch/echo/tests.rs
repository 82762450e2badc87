//! Which changes are the build's own.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use super::{After, CHAIN_MAX, Echo, Ended};

/// Files that builds write, and the builds.
struct Builds {
    folder: tempfile::TempDir,
    echo: Echo,
}

impl Builds {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().expect("folder"),
            echo: Echo::default(),
        }
    }

    fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).expect("written");
        path
    }

    /// A build that ended when these files were there.
    fn end(&mut self, changed: &[PathBuf], is_same: bool) -> After {
        let times = changed.iter().map(|path| {
            let metadata = path.metadata().expect("a file");
            metadata.modified().expect("a time")
        });
        let at = times.max().unwrap_or(SystemTime::UNIX_EPOCH);
        self.echo.after(&Ended { at, is_same }, changed.to_vec())
    }
}

#[test]
fn what_is_written_as_it_was_starts_no_build_but_the_first_time() {
    let mut builds = Builds::new();
    let made = [builds.write("made.rs", "1")];
    assert_eq!(builds.end(&made, false), After::Again(made.to_vec()));
    for _ in 0..3 {
        builds.write("made.rs", "1");
        assert_eq!(builds.end(&made, false), After::Rest);
    }
    assert_eq!(builds.end(&[], false), After::Rest);
    builds.write("made.rs", "2");
    assert_eq!(builds.end(&made, false), After::Again(made.to_vec()));
}

#[test]
fn a_build_that_brings_the_same_and_changes_the_same_files_is_the_last() {
    let mut builds = Builds::new();
    let made = [builds.write("made.rs", "1")];
    assert_eq!(builds.end(&made, true), After::Again(made.to_vec()));
    builds.write("made.rs", "2");
    assert_eq!(builds.end(&made, true), After::RestFrom(made.to_vec()));
    // A person has changed something, and it begins anew.
    builds.echo.is_broken();
    builds.write("made.rs", "3");
    assert_eq!(builds.end(&made, false), After::Again(made.to_vec()));
}

#[test]
fn a_file_that_a_person_saves_during_a_build_starts_another() {
    let mut builds = Builds::new();
    let made = [builds.write("made.rs", "1")];
    assert_eq!(builds.end(&made, false), After::Again(made.to_vec()));
    let both = [builds.write("made.rs", "2"), builds.write("main.rs", "1")];
    assert_eq!(builds.end(&both, true), After::Again(both.to_vec()));
}

#[test]
fn a_file_that_a_person_saves_after_a_build_starts_another_each_time() {
    let mut builds = Builds::new();
    let source = builds.write("main.rs", "0");
    for time in 0..CHAIN_MAX * 2 {
        builds.write("main.rs", &time.to_string());
        let ended = Ended {
            at: SystemTime::UNIX_EPOCH,
            is_same: true,
        };
        let after = builds.echo.after(&ended, vec![source.clone()]);
        assert_eq!(after, After::Again(vec![source.clone()]));
    }
    fs::remove_file(&source).expect("removed");
    let ended = Ended {
        at: SystemTime::now(),
        is_same: true,
    };
    let after = builds.echo.after(&ended, vec![source.clone()]);
    assert_eq!(after, After::Again(vec![source]));
}

#[test]
fn builds_that_bring_something_else_each_time_end_too() {
    let mut builds = Builds::new();
    for time in 0..=CHAIN_MAX {
        let file = [builds.write("time.rs", &time.to_string())];
        let after = builds.end(&file, false);
        let expected = if time < CHAIN_MAX {
            After::Again(file.to_vec())
        } else {
            After::RestFrom(file.to_vec())
        };
        assert_eq!(after, expected, "{time}");
    }
}
