//! The data folder: the state in one file, code packages and stored objects beside it. Every file appears whole or not at
//! all, and one process at a time has the folder.

mod code;
mod error;
mod load;
mod lock;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

pub(crate) use self::error::StoreError;
use self::load::{load, start_empty};
use super::files::{at, write_whole};
use super::state::{FORMAT, STATE_FILE, State};
use super::sweep;

/// An open data folder, locked against other processes.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    /// As it is now; locked for a moment, since every call reads it.
    state: Mutex<Arc<State>>,
    /// Locked by a change until it is on the disk.
    changing: Mutex<()>,
    /// Reports each change.
    changes: watch::Sender<()>,
    /// The packages that the last change of code has put out of use: a call that has just begun may still need them.
    outdated: Mutex<Vec<PathBuf>>,
    /// Unlocked by the kernel when it is closed.
    _lock: File,
}

impl Store {
    /// Opens a data folder, making it if need be.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        fs::create_dir_all(folder).map_err(at(folder))?;
        let lock = lock::take(folder)?;
        sweep::temporary(folder);
        let state = match load(&folder.join(STATE_FILE)) {
            Ok(Some(state)) => state,
            Ok(None) => start_empty(folder, "is missing")?,
            Err(StoreError::Damaged { why, .. }) => {
                start_empty(folder, &format!("is damaged ({why})"))?
            }
            Err(error) => return Err(error),
        };
        for inner in ["code", "packages", "logs", "async", "scratch", "tasks"] {
            let path = folder.join(inner);
            fs::create_dir_all(&path).map_err(at(&path))?;
        }
        let store = Self {
            folder: folder.to_owned(),
            state: Mutex::new(Arc::new(state)),
            changing: Mutex::default(),
            changes: watch::Sender::new(()),
            outdated: Mutex::default(),
            _lock: lock,
        };
        store.add_checksums()?;
        let used = store.code_paths(&store.snapshot());
        sweep::packages(folder, &used);
        Ok(store)
    }

    /// The state of a data folder, without opening it for changes.
    pub(crate) fn peek(folder: &Path) -> Result<State, StoreError> {
        load(&folder.join(STATE_FILE)).map(Option::unwrap_or_default)
    }

    /// The state as it is now; later changes do not show in it.
    pub(crate) fn snapshot(&self) -> Arc<State> {
        Arc::clone(&self.lock_state())
    }

    /// Reports each change of the state from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Makes a change: on the disk first, then in memory; a change that fails changes nothing. Others read the state as it was
    /// until then, however long the disk takes.
    pub(crate) fn update<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        // There is nothing in it that a panic could leave half done.
        let _turn = self.changing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.snapshot();
        let mut next = State::clone(&before);
        let result = change(&mut next)?;
        next.format = FORMAT;
        let json = serde_json::to_vec_pretty(&next)
            .map_err(io::Error::from)
            .map_err(at(&self.folder))?;
        write_whole(&self.folder.join(STATE_FILE), &json)?;
        let next = Arc::new(next);
        *self.lock_state() = Arc::clone(&next);
        self.outdate(&before, &next);
        self.changes.send_replace(());
        Ok(result)
    }

    /// A folder inside the data folder.
    pub(crate) fn path(&self, inner: &str) -> PathBuf {
        self.folder.join(inner)
    }

    fn lock_state(&self) -> MutexGuard<'_, Arc<State>> {
        // A change replaces the whole state or nothing, so a panic leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
