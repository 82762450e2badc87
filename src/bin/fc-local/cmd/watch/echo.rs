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
mod tests;
