//! What has changed since one last looked: a burst of saves is one change.
//!
//! It knows nothing of builds, nor which files count.
//!
//! The bursts are collected by hand: the debouncers of `notify` count a file that is only read as changed, which every build
//! does with its sources, so each build would start the next one.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout_at};

use super::watched::{Change, Watched};

/// Without a further change for so long a burst of saves is over. Editors write and rename within a few milliseconds.
const QUIET: Duration = Duration::from_millis(100);

/// A burst that never ends is taken for over.
const BURST_MAX: Duration = Duration::from_secs(2);

/// The changes of some files and folders.
#[derive(Debug)]
pub(super) struct Changes {
    queue: Queue,
    watcher: RecommendedWatcher,
    watched: Shared,
}

/// Changes that came so close to each other that they are taken for one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Burst {
    /// What changed first; a source, if any did.
    pub(super) first: PathBuf,
    /// Whether any of them asks for a build.
    pub(super) of_sources: bool,
}

/// What is watched, shared with the watcher's own thread.
#[derive(Debug, Clone)]
struct Shared(Arc<Mutex<Watched>>);

type Told = Result<(PathBuf, Change), String>;

impl Changes {
    /// Begins to watch.
    pub(super) fn of(watched: Watched) -> Result<Self, String> {
        let watched = Shared(Arc::new(Mutex::new(watched)));
        let (tell, changed) = unbounded_channel();
        let filter = watched.clone();
        let handler = move |event| forward(&filter.lock(), &tell, event);
        let watcher = notify::recommended_watcher(handler)
            .map_err(|error| format!("cannot watch files: {error}"))?;
        let mut changes = Self {
            queue: Queue { changed },
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
        let folders = watched.folders().iter().filter(|folder| folder.exists());
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
fn forward(watched: &Watched, tell: &UnboundedSender<Told>, event: notify::Result<Event>) {
    let told = match event {
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
        // Events were lost, and nobody knows of which files.
        Ok(event) if event.need_rescan() => {
            watched.any().map(|path| Ok((path.clone(), Change::Source)))
        }
        Ok(event) => event
            .paths
            .into_iter()
            .find_map(|path| watched.change(&path).map(|change| Ok((path, change)))),
        Err(error) => Some(Err(format!("cannot watch files any more: {error}"))),
    };
    if let Some(told) = told {
        // Nobody waits for changes any more while fc-local ends.
        let _ = tell.send(told);
    }
}

#[derive(Debug)]
struct Queue {
    changed: UnboundedReceiver<Told>,
}

impl Queue {
    async fn next_burst(&mut self) -> Result<Burst, String> {
        let (mut first, change) = self.receive().await?;
        let mut of_sources = change == Change::Source;
        let end = Instant::now() + BURST_MAX;
        while let Ok(more) = timeout_at(end.min(Instant::now() + QUIET), self.receive()).await {
            let (path, change) = more?;
            // A package may be there by the build before; the source is what the next one is for.
            if change == Change::Source && !of_sources {
                (first, of_sources) = (path, true);
            }
        }
        Ok(Burst { first, of_sources })
    }

    async fn receive(&mut self) -> Told {
        let gone = || Err("cannot watch files any more: the watcher has ended".to_owned());
        self.changed.recv().await.unwrap_or_else(gone)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use notify::event::{AccessKind, AccessMode, CreateKind, Flag, ModifyKind};
    use notify::{Event, EventKind};
    use tokio::sync::mpsc::unbounded_channel;

    use super::{Burst, Change, Queue, Watched, forward};

    /// A folder with sources, watched.
    fn watched() -> (tempfile::TempDir, PathBuf, Watched) {
        let folder = tempfile::tempdir().expect("folder");
        let source = folder.path().canonicalize().expect("a path").join("src");
        fs::create_dir(&source).expect("src");
        let watched = Watched::of(std::slice::from_ref(&source)).expect("watched");
        (folder, source, watched)
    }

    #[test]
    fn a_file_that_is_only_read_has_not_changed() {
        let (_folder, source, watched) = watched();
        let (tell, mut changed) = unbounded_channel();
        let path = source.join("main.rs");
        for kind in [
            EventKind::Access(AccessKind::Open(AccessMode::Any)),
            EventKind::Access(AccessKind::Close(AccessMode::Read)),
            EventKind::Modify(ModifyKind::Any),
            EventKind::Create(CreateKind::File),
        ] {
            forward(&watched, &tell, Ok(Event::new(kind).add_path(path.clone())));
        }
        let told: Vec<_> = std::iter::from_fn(|| changed.try_recv().ok())
            .flatten()
            .collect();
        let change = (path, Change::Source);
        assert_eq!(told, [change.clone(), change]);
    }

    #[test]
    fn lost_events_count_as_a_change() {
        let (_folder, source, watched) = watched();
        let (tell, mut changed) = unbounded_channel();
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        forward(&watched, &tell, Ok(lost));
        let told = changed.try_recv().expect("a change").expect("a path");
        assert_eq!(told, (source, Change::Source));
    }

    #[tokio::test]
    async fn a_burst_is_one_change_named_by_its_first_source_if_it_has_any() {
        let (tell, changed) = unbounded_channel();
        let mut queue = Queue { changed };
        let of = |kinds: &[Change]| {
            for (number, kind) in kinds.iter().enumerate() {
                let path = PathBuf::from(format!("/p/src/{number}"));
                tell.send(Ok((path, *kind))).expect("sent");
            }
        };
        for (last, named) in [(Change::Package, 0), (Change::Source, 98)] {
            let mut kinds = vec![Change::Package; 98];
            kinds.extend([last; 2]);
            of(&kinds);
            let first = PathBuf::from(format!("/p/src/{named}"));
            let of_sources = last == Change::Source;
            let burst = queue.next_burst().await.expect("a burst");
            assert_eq!(burst, Burst { first, of_sources });
            assert!(
                queue.changed.is_empty(),
                "no change is left for another build"
            );
        }
        drop(tell);
        let ended = queue.next_burst().await.expect_err("ended");
        assert!(ended.contains("the watcher has ended"), "{ended}");
    }
}
