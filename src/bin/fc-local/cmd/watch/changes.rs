//! The watcher: hands on what has changed, and watches what is to be watched by now.
//!
//! It knows nothing of builds, nor which files count.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use notify::event::{ModifyKind, RenameMode};
use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::bursts::{Burst, Queue, Report, Seen};
use super::watched::{Change, Watched};
use crate::cargo::Sources;

/// The changes of some files and folders.
#[derive(Debug)]
pub(super) struct Changes {
    queue: Queue,
    watcher: RecommendedWatcher,
    watched: Shared,
}

/// What is watched, shared with the watcher's own thread.
#[derive(Debug, Clone)]
struct Shared(Arc<Mutex<Watched>>);

impl Changes {
    /// Begins to watch.
    pub(super) fn of(watched: Watched) -> Result<Self, String> {
        let watched = Shared(Arc::new(Mutex::new(watched)));
        let (sender, changed) = unbounded_channel();
        let filter = watched.clone();
        let handler = move |event| forward(&filter.lock(), &sender, event);
        let watcher = notify::recommended_watcher(handler)
            .map_err(|error| format!("cannot watch files: {error}"))?;
        let mut changes = Self {
            queue: Queue::of(changed),
            watcher,
            watched,
        };
        changes.watch()?;
        Ok(changes)
    }

    /// Watches these packages from now on, and no others.
    pub(super) fn set_packages(&mut self, packages: &[PathBuf]) -> Result<(), String> {
        self.watched.lock().set_packages(packages);
        self.watch()
    }

    /// Watches these sources of cargo's from now on, and no others, and takes what lies in these folders for built.
    pub(super) fn set_programs(
        &mut self,
        sources: &Sources,
        build_folders: &[PathBuf],
    ) -> Result<(), String> {
        self.watched.lock().set_programs(sources, build_folders);
        self.watch()
    }

    /// What has changed until now, if anything has.
    pub(super) async fn until_now(&mut self) -> Result<Burst, String> {
        self.queue.until_now().await
    }

    /// Waits for the end of the next burst of changes.
    pub(super) async fn next(&mut self) -> Result<Burst, String> {
        let burst = self.queue.next_burst().await?;
        // A folder that was replaced by another of its name is watched again.
        self.watch()?;
        Ok(burst)
    }

    fn watch(&mut self) -> Result<(), String> {
        // The watcher's thread needs what is watched to hand on what it has seen, so it is not kept while it is asked.
        let watched = self.watched.lock().clone();
        let folders = watched.folders().filter(|folder| folder.exists());
        let all = folders.map(|folder| (folder, RecursiveMode::Recursive));
        let parents = watched.parents();
        let parents = parents
            .iter()
            .map(|folder| (folder, RecursiveMode::NonRecursive));
        for (folder, mode) in parents.chain(all) {
            let watched = self.watcher.watch(folder, mode);
            // A folder that goes just now is watched again when it is back.
            watched.or_else(|error| if is_gone(&error) { Ok(()) } else { Err(error) }).map_err(|error| {
                let shown = folder.display();
                format!("cannot watch {shown}: {error}; if there are too many files, raise fs.inotify.max_user_watches")
            })?;
        }
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Watched> {
        // A change of it is one of a list as a whole, so a panic leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_gone(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => error.kind() == io::ErrorKind::NotFound,
        _ => false,
    }
}

/// Hands on what counts as a change. A file that is only read is none: a build reads all of them.
fn forward(watched: &Watched, sender: &UnboundedSender<Report>, event: notify::Result<Event>) {
    let reports: Vec<Report> = match event {
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
        // Events were lost, and nobody knows of which files.
        Ok(event) if event.need_rescan() => {
            watched.any().map(|path| lost(path)).into_iter().collect()
        }
        Ok(event) => seen(watched, &event).map(Ok).collect(),
        Err(error) => vec![Err(format!("cannot watch files any more: {error}"))],
    };
    for one in reports {
        // Nobody waits for changes any more while fc-local ends.
        let _ = sender.send(one);
    }
}

fn lost(path: &Path) -> Report {
    let mut seen = Seen::of(path, Change::Source);
    seen.is_partial = true;
    Ok(seen)
}

fn seen(watched: &Watched, event: &Event) -> impl Iterator<Item = Seen> {
    let is_new = matches!(
        event.kind,
        EventKind::Create(_) | EventKind::Modify(ModifyKind::Name(RenameMode::To))
    );
    let paths = event.paths.iter();
    paths.filter_map(move |path| {
        let mut seen = Seen::of(path, watched.change(path)?);
        seen.is_new = is_new;
        Some(seen)
    })
}

#[cfg(test)]
mod tests;
