//! Which changes are the echo of a build, so that a build script that writes into the sources does not build for ever.
//!
//! It knows no build and no watcher: it is given what changed while a build ran, and what that build brought.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

/// How many builds in a row the files of the one before may start. One that writes another time or number into a file
/// would do so for ever; a person who saves a file during each of that many builds saves it once more.
const CHAIN_MAX: usize = 3;

/// What builds have changed by themselves.
#[derive(Debug, Default)]
pub(super) struct Echo {
    /// What was in the files that changed during a build; nothing where there was no file.
    contents: HashMap<PathBuf, Option<[u8; 32]>>,
    /// What changed during the last build.
    before: BTreeSet<PathBuf>,
    /// How many builds in a row such changes have started.
    chain: usize,
}

/// A build that is over.
#[derive(Debug)]
pub(super) struct Ended {
    /// When it was over, by the clock of the files.
    pub(super) at: SystemTime,
    /// Whether it brought what the one before had, or nothing.
    pub(super) is_same: bool,
}

/// What comes after a build during which files have changed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum After {
    /// Nothing: it has written what it had written before.
    Rest,
    /// Nothing, though these files are not as they were: each build changes them.
    RestFrom(Vec<PathBuf>),
    /// Another build, for these files.
    Again(Vec<PathBuf>),
}

impl Echo {
    /// Something other than a build has changed files.
    pub(super) fn is_broken(&mut self) {
        self.before.clear();
        self.chain = 0;
    }

    /// Judges the files that changed while a build ran, or just after it.
    pub(super) fn after(&mut self, build: &Ended, mut changed: Vec<PathBuf>) -> After {
        changed.retain(|path| self.is_new(path));
        if changed.is_empty() {
            self.is_broken();
            return After::Rest;
        }
        if changed.iter().any(|path| was_written_after(path, build.at)) {
            self.is_broken();
            return After::Again(changed);
        }
        let now: BTreeSet<PathBuf> = changed.iter().cloned().collect();
        let is_echo = self.chain > 0 && now.is_subset(&self.before);
        if is_echo && (build.is_same || self.chain >= CHAIN_MAX) {
            self.is_broken();
            return After::RestFrom(changed);
        }
        self.chain = if is_echo { self.chain + 1 } else { 1 };
        self.before = now;
        After::Again(changed)
    }

    /// Whether a file has another content than after the build before.
    fn is_new(&mut self, path: &Path) -> bool {
        let content = fs::read(path)
            .ok()
            .map(|bytes| Sha256::digest(bytes).into());
        self.contents.insert(path.to_owned(), content) != Some(content)
    }
}

/// Whether a file was written later: then a person did it, and no build.
fn was_written_after(path: &Path, time: SystemTime) -> bool {
    let written = path.metadata().and_then(|metadata| metadata.modified());
    // When a file was removed, nobody knows.
    written.map_or(true, |written| written > time)
}

#[cfg(test)]
mod tests {
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
}
