//! The data folder: the state in one file, code packages and stored objects beside it. Every file appears whole or not at
//! all, and one process at a time has the folder.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};

use super::state::{CodeRef, FORMAT, State};
use crate::hex::hex;

const STATE_FILE: &str = "state.json";
const LOCK_FILE: &str = "lock";

/// A data folder that cannot be used.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// Another fc-local has it.
    InUse(PathBuf),
    /// The state file is damaged or from another version.
    BadState { file: PathBuf, why: String },
    /// The disk refused.
    Io { path: PathBuf, error: io::Error },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(folder) => write!(
                f,
                "the data folder {} is in use by another fc-local; stop it, or name another folder with --data",
                folder.display()
            ),
            Self::BadState { file, why } => write!(
                f,
                "cannot read {}: {why}; it was left as it is: repair it, or move it away to start empty",
                file.display()
            ),
            Self::Io { path, error } => write!(
                f,
                "cannot write {}: {error}; nothing that was stored before is lost: free some space, or name another \
                 folder with --data",
                path.display()
            ),
        }
    }
}

impl std::error::Error for StoreError {}

/// An open data folder, locked against other processes.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    state: Mutex<Arc<State>>,
    /// Unlocked by the kernel when it is closed.
    _lock: File,
}

impl Store {
    /// Opens a data folder, making it if need be.
    pub(crate) fn open(folder: &Path) -> Result<Self, StoreError> {
        for inner in ["", "code", "packages", "logs", "async", "scratch"] {
            let path = folder.join(inner);
            fs::create_dir_all(&path).map_err(at(&path))?;
        }
        let lock = lock(folder)?;
        let state = load(&folder.join(STATE_FILE))?;
        let store = Self {
            folder: folder.to_owned(),
            state: Mutex::new(Arc::new(state)),
            _lock: lock,
        };
        store.sweep();
        Ok(store)
    }

    /// The state of a data folder, without opening it for changes.
    pub(crate) fn peek(folder: &Path) -> Result<State, StoreError> {
        load(&folder.join(STATE_FILE))
    }

    /// The state as it is now; later changes do not show in it.
    pub(crate) fn snapshot(&self) -> Arc<State> {
        Arc::clone(&self.lock_state())
    }

    /// Makes a change: on the disk first, then in memory; a change that fails changes nothing.
    pub(crate) fn update<T, E: From<StoreError>>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut state = self.lock_state();
        let mut next = State::clone(&state);
        let result = change(&mut next)?;
        next.format = FORMAT;
        let json = serde_json::to_vec_pretty(&next)
            .map_err(io::Error::from)
            .map_err(at(&self.folder))?;
        write_whole(&self.folder.join(STATE_FILE), &json)?;
        *state = Arc::new(next);
        Ok(result)
    }

    /// Stores a code package under its own digest.
    pub(crate) fn put_code(&self, bytes: &[u8]) -> Result<CodeRef, StoreError> {
        let code = CodeRef {
            sha256: hex(&Sha256::digest(bytes)),
            size: bytes.len() as u64,
        };
        let path = self.code_path(&code);
        if !path.exists() {
            write_whole(&path, bytes)?;
        }
        Ok(code)
    }

    /// The zip file of a stored package.
    pub(crate) fn code_path(&self, code: &CodeRef) -> PathBuf {
        self.folder
            .join("code")
            .join(format!("{}.zip", code.sha256))
    }

    /// Removes a stored package, unless a function refers to it.
    pub(crate) fn remove_code(&self, code: &CodeRef) {
        let state = self.snapshot();
        if state
            .functions
            .values()
            .all(|function| function.code != *code)
        {
            // What cannot be removed now is swept at the next start.
            drop(fs::remove_file(self.code_path(code)));
        }
    }

    /// A folder inside the data folder.
    pub(crate) fn path(&self, inner: &str) -> PathBuf {
        self.folder.join(inner)
    }

    /// Removes what nothing refers to any more; only at the start, when no instance can need it.
    fn sweep(&self) {
        let state = self.snapshot();
        let used: Vec<PathBuf> = state
            .functions
            .values()
            .map(|function| self.code_path(&function.code))
            .collect();
        let unused = entries(&self.path("code"))
            .into_iter()
            .filter(|file| !used.contains(file));
        // What cannot be removed now is found again at the next start.
        unused.for_each(|file| drop(fs::remove_file(file)));
        entries(&self.path("scratch"))
            .into_iter()
            .for_each(|folder| drop(fs::remove_dir_all(folder)));
    }

    fn lock_state(&self) -> MutexGuard<'_, Arc<State>> {
        // A change replaces the whole state or nothing, so a panic leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a file so that a reader, or a restart after a crash, sees the old one or the new one.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let folder = path.parent().unwrap_or(path);
    let write = || {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        // The new name must survive a crash, too.
        File::open(folder)?.sync_all()
    };
    write().map_err(at(path))
}

/// The files and folders in a folder; none if it cannot be read.
pub(crate) fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .map(|list| list.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default()
}

fn lock(folder: &Path) -> Result<File, StoreError> {
    let path = folder.join(LOCK_FILE);
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(at(&path))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| StoreError::InUse(folder.to_owned()))?;
    Ok(file)
}

fn load(file: &Path) -> Result<State, StoreError> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(State::default()),
        Err(error) => {
            return Err(StoreError::BadState {
                file: file.to_owned(),
                why: error.to_string(),
            });
        }
    };
    let bad = |why: String| StoreError::BadState {
        file: file.to_owned(),
        why,
    };
    let mut json = serde_json::Deserializer::from_slice(&bytes);
    let state: State =
        serde_path_to_error::deserialize(&mut json).map_err(|error| bad(error.to_string()))?;
    if state.format == FORMAT {
        Ok(state)
    } else {
        Err(bad(format!("its format is {}, not {FORMAT}", state.format)))
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    |error| StoreError::Io { path, error }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{State, Store, StoreError};
    use crate::store::spec::ServiceSpec;
    use crate::store::state::Resource;

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
        let again = Store::open(folder.path()).expect("opened again");
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
    fn a_damaged_state_file_is_named_and_kept() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("state.json"), "{\"format\":").expect("written");
        let error = Store::open(folder.path()).expect_err("refused").to_string();
        assert!(
            error.contains("state.json") && error.contains("left as it is"),
            "{error}"
        );
        assert_eq!(
            fs::read_to_string(folder.path().join("state.json")).expect("kept"),
            "{\"format\":"
        );
    }
}
