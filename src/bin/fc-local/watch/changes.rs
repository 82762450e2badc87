//! Which of the watched files have changed: a burst of saves is one change.
//!
//! It knows nothing of builds.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{ErrorKind, Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout_at};

/// Without a further change for so long a burst of saves is over. Editors write and rename within a few milliseconds.
const QUIET: Duration = Duration::from_millis(100);

/// A burst that never ends is taken for over.
const BURST_MAX: Duration = Duration::from_secs(2);

/// Folders that are never sources, wherever they lie.
const IGNORED_FOLDERS: [&str; 2] = ["target", "node_modules"];

/// The changes of some files and folders.
#[derive(Debug)]
pub(super) struct Changes {
    queue: Queue,
    watcher: RecommendedWatcher,
    watched: Watched,
}

/// What is watched, by absolute paths.
#[derive(Debug, Clone)]
struct Watched {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Changes {
    /// Begins to watch: folders with all that is in them, and single files.
    pub(super) fn of(paths: &[PathBuf]) -> Result<Self, String> {
        let watched = Watched::of(paths)?;
        let (tell, changed) = unbounded_channel();
        let filter = watched.clone();
        let handler = move |event| forward(&filter, &tell, event);
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

    /// Waits for the end of the next burst of changes and names its first.
    pub(super) async fn next(&mut self) -> Result<PathBuf, String> {
        let first = self.queue.next_burst().await?;
        // A folder that was replaced by another of its name is watched again.
        self.watch()?;
        Ok(first)
    }

    fn watch(&mut self) -> Result<(), String> {
        let folders = self.watched.folders.iter().filter(|folder| folder.exists());
        let all = folders.map(|folder| (folder, RecursiveMode::Recursive));
        let parents = self.watched.parents();
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

impl Watched {
    fn of(paths: &[PathBuf]) -> Result<Self, String> {
        let mut watched = Self {
            files: Vec::new(),
            folders: Vec::new(),
        };
        for path in paths {
            let absolute = path.canonicalize().map_err(|error| {
                format!(
                    "cannot watch {}: {error}; mend --watch or --template",
                    path.display()
                )
            })?;
            match absolute.is_dir() {
                true => watched.folders.push(absolute),
                false => watched.files.push(absolute),
            }
        }
        Ok(watched)
    }

    fn all(&self) -> impl Iterator<Item = &PathBuf> {
        self.folders.iter().chain(&self.files)
    }

    /// The folders around all that is watched: an editor that replaces a file by another is only seen there.
    fn parents(&self) -> Vec<PathBuf> {
        let mut parents: Vec<PathBuf> = self
            .all()
            .filter_map(|path| path.parent())
            .map(Path::to_owned)
            .collect();
        parents.sort();
        parents.dedup();
        // A folder that is watched with all that is in it needs no second watch.
        parents.retain(|parent| !self.folders.contains(parent));
        parents
    }

    /// Whether a change of this path counts.
    fn is_source(&self, path: &Path) -> bool {
        let inner = self
            .folders
            .iter()
            .find_map(|folder| path.strip_prefix(folder).ok());
        match inner {
            Some(inner) => inner.iter().all(|part| !is_ignored(part)),
            None => self.files.iter().any(|file| file == path),
        }
    }
}

/// Hidden files, editors' copies, and folders that builds fill.
fn is_ignored(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.') || name.ends_with('~') || IGNORED_FOLDERS.contains(&&*name)
}

fn is_gone(error: &notify::Error) -> bool {
    match &error.kind {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => error.kind() == io::ErrorKind::NotFound,
        _ => false,
    }
}

/// Hands on what counts as a change. A file that is only read is none: a build reads all of them.
fn forward(
    watched: &Watched,
    tell: &UnboundedSender<Result<PathBuf, String>>,
    event: notify::Result<Event>,
) {
    let told = match event {
        Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
        // Events were lost, and nobody knows of which files.
        Ok(event) if event.need_rescan() => watched.all().next().cloned().map(Ok),
        Ok(event) => event
            .paths
            .into_iter()
            .find(|path| watched.is_source(path))
            .map(Ok),
        Err(error) => Some(Err(format!("cannot watch files any more: {error}"))),
    };
    if let Some(told) = told {
        // Nobody waits for changes any more while fc-local ends.
        let _ = tell.send(told);
    }
}

#[derive(Debug)]
struct Queue {
    changed: UnboundedReceiver<Result<PathBuf, String>>,
}

impl Queue {
    async fn next_burst(&mut self) -> Result<PathBuf, String> {
        let first = self.receive().await?;
        let end = Instant::now() + BURST_MAX;
        while let Ok(more) = timeout_at(end.min(Instant::now() + QUIET), self.receive()).await {
            more?;
        }
        Ok(first)
    }

    async fn receive(&mut self) -> Result<PathBuf, String> {
        let gone = || Err("cannot watch files any more: the watcher has ended".to_owned());
        self.changed.recv().await.unwrap_or_else(gone)
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use notify::event::{AccessKind, AccessMode, CreateKind, Flag, ModifyKind};
    use notify::{Event, EventKind};
    use tokio::sync::mpsc::unbounded_channel;

    use super::{Queue, Watched, forward};

    fn watched() -> Watched {
        Watched {
            files: vec![PathBuf::from("/p/Cargo.toml")],
            folders: vec![PathBuf::from("/p/src")],
        }
    }

    #[test]
    fn sources_count_and_what_builds_and_editors_write_does_not() {
        let watched = watched();
        for path in ["/p/Cargo.toml", "/p/src", "/p/src/main.rs", "/p/src/a/b.rs"] {
            assert!(watched.is_source(Path::new(path)), "{path}");
        }
        for path in [
            "/p",
            "/p/Cargo.lock",
            "/p/target",
            "/p/src/target/a",
            "/p/src/.main.rs.swp",
            "/p/src/main.rs~",
            "/p/src/.git/index",
        ] {
            assert!(!watched.is_source(Path::new(path)), "{path}");
        }
    }

    #[test]
    fn a_file_that_is_only_read_has_not_changed() {
        let (tell, mut changed) = unbounded_channel();
        let path = PathBuf::from("/p/src/main.rs");
        for kind in [
            EventKind::Access(AccessKind::Open(AccessMode::Any)),
            EventKind::Access(AccessKind::Close(AccessMode::Read)),
            EventKind::Modify(ModifyKind::Any),
            EventKind::Create(CreateKind::File),
        ] {
            forward(
                &watched(),
                &tell,
                Ok(Event::new(kind).add_path(path.clone())),
            );
        }
        let told: Vec<PathBuf> = std::iter::from_fn(|| changed.try_recv().ok())
            .flatten()
            .collect();
        assert_eq!(told, [path.clone(), path]);
    }

    #[test]
    fn lost_events_count_as_a_change() {
        let (tell, mut changed) = unbounded_channel();
        let lost = Event::new(EventKind::Other).set_flag(Flag::Rescan);
        forward(&watched(), &tell, Ok(lost));
        let told = changed.try_recv().expect("a change").expect("a path");
        assert_eq!(told, Path::new("/p/src"));
    }

    #[tokio::test]
    async fn a_burst_is_one_change_and_is_named_by_its_first() {
        let (tell, changed) = unbounded_channel();
        let mut queue = Queue { changed };
        for number in 0..100 {
            tell.send(Ok(PathBuf::from(format!("/p/src/{number}"))))
                .expect("sent");
        }
        let first = queue.next_burst().await.expect("a burst");
        assert_eq!(first, Path::new("/p/src/0"));
        assert!(
            queue.changed.is_empty(),
            "no change is left for another build"
        );
        drop(tell);
        let ended = queue.next_burst().await.expect_err("ended");
        assert!(ended.contains("the watcher has ended"), "{ended}");
    }
}
