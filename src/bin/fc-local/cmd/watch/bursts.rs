//! Bursts: changes that come so close to each other that they are taken for one.
//!
//! They are collected by hand: the debouncers of `notify` count a file that is only read as changed, which every build does
//! with its sources, so each build would start the next one.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, timeout_at};

use super::watched::Change;

/// Without a further change for so long a burst of saves is over. Editors write and rename within a few milliseconds.
const QUIET: Duration = Duration::from_millis(100);

/// A burst that never ends is taken for over.
const BURST_MAX: Duration = Duration::from_secs(2);

/// How many files of a burst are distinguished; a checkout of another branch may change more.
const FILES_MAX: usize = 10_000;

/// Changes that came so close to each other that they are taken for one.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Burst {
    /// Files that ask for a build, in the order in which they changed.
    pub(super) sources: Vec<PathBuf>,
    /// Packages that are to be taken as they are now.
    pub(super) packages: Vec<PathBuf>,
    /// Whether there were more, of which nobody knows the names.
    pub(super) is_partial: bool,
}

/// A change of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) path: PathBuf,
    pub(super) change: Change,
    /// Whether the file was not there before.
    pub(super) is_new: bool,
    /// Whether it stands for others whose names were lost.
    pub(super) is_partial: bool,
}

/// A change, or why there will be none any more.
pub(super) type Report = Result<Seen, String>;

/// Changes, one after the other as they happen.
#[derive(Debug)]
pub(super) struct Queue {
    changed: UnboundedReceiver<Report>,
}

/// The first change of each file of a burst, with its place in the order.
type Collected = BTreeMap<PathBuf, (usize, Seen)>;

impl Seen {
    /// A change of a file that was there before.
    pub(super) fn of(path: &Path, change: Change) -> Self {
        Self {
            path: path.to_owned(),
            change,
            is_new: false,
            is_partial: false,
        }
    }
}

impl Queue {
    pub(super) fn of(changed: UnboundedReceiver<Report>) -> Self {
        Self { changed }
    }

    /// What has come until now, perhaps nothing.
    pub(super) async fn until_now(&mut self) -> Result<Burst, String> {
        self.collect(Collected::new()).await
    }

    /// Waits for the end of the next burst.
    pub(super) async fn next_burst(&mut self) -> Result<Burst, String> {
        loop {
            let first = self.receive().await?;
            let begun = Collected::from([(first.path.clone(), (0, first))]);
            let burst = self.collect(begun).await?;
            if burst != Burst::default() {
                return Ok(burst);
            }
        }
    }

    /// Adds what comes until it is quiet.
    async fn collect(&mut self, mut found: Collected) -> Result<Burst, String> {
        let end = Instant::now() + BURST_MAX;
        let mut is_partial = false;
        while let Ok(more) = timeout_at(end.min(Instant::now() + QUIET), self.receive()).await {
            let more = more?;
            let order = found.len();
            is_partial |= order >= FILES_MAX;
            if order < FILES_MAX {
                found.entry(more.path.clone()).or_insert((order, more));
            }
        }
        Ok(burst_of(found, is_partial))
    }

    async fn receive(&mut self) -> Report {
        let gone = || Err("cannot watch files any more: the watcher has ended".to_owned());
        self.changed.recv().await.unwrap_or_else(gone)
    }
}

/// What came into being and is gone again was never for anybody: editors and formatters write beside a file first.
fn burst_of(found: Collected, is_partial: bool) -> Burst {
    let mut changes: Vec<(usize, Seen)> = found.into_values().collect();
    changes.retain(|(_, seen)| !seen.is_new || seen.path.symlink_metadata().is_ok());
    changes.sort_by_key(|(order, _)| *order);
    let mut burst = Burst::default();
    for (_, seen) in changes {
        burst.is_partial |= seen.is_partial;
        match seen.change {
            Change::Source => burst.sources.push(seen.path),
            Change::Package => burst.packages.push(seen.path),
        }
    }
    burst.is_partial |= is_partial;
    burst
}

#[cfg(test)]
mod tests;
