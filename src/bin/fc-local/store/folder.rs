//! The data folder: the state in one file, code packages and stored objects beside it. Every file appears whole or not at
//! all, and one process at a time has the folder.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crc::{CRC_64_XZ, Crc};
use rustix::fs::{FlockOperation, flock};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::files::{at, has_bytes, write_whole};
use super::state::{CodeRef, FORMAT, FunctionRecord, STATE_FILE, State};
use super::sweep;
use crate::hex::hex;

const LOCK_FILE: &str = "lock";

const CHECKSUM: Crc<u64> = Crc::<u64>::new(&CRC_64_XZ);

/// A data folder that cannot be used.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// Another fc-local has it.
    InUse(PathBuf),
    /// The state file is damaged.
    Damaged { file: PathBuf, why: String },
    /// The state file is that of another version.
    OtherFormat { file: PathBuf, format: u32 },
    /// The disk does not give the state file.
    Unreadable { file: PathBuf, error: io::Error },
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
            Self::Damaged { file, why } => write!(
                f,
                "{} is damaged: {why}; repair it, or start fc-local, which moves it aside and starts empty",
                file.display()
            ),
            Self::OtherFormat { file, format } => write!(
                f,
                "{} has the format {format}, and this fc-local reads {FORMAT}; update fc-local, or name another folder \
                 with --data",
                file.display()
            ),
            Self::Unreadable { file, error } => write!(
                f,
                "cannot read {}: {error}; make it readable for you, or name another folder with --data",
                file.display()
            ),
            Self::Io { path, error } => write!(
                f,
                "cannot write {}: {error}; nothing that was stored before is lost: {}name another folder with --data",
                path.display(),
                cure(error.kind())
            ),
        }
    }
}

/// What helps besides another folder.
fn cure(error: io::ErrorKind) -> &'static str {
    match error {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space, or ",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "make it writable for you, or "
        }
        _ => "",
    }
}

impl std::error::Error for StoreError {}

/// The part of a state that says how to read the rest.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// An open data folder, locked against other processes.
#[derive(Debug)]
pub(crate) struct Store {
    folder: PathBuf,
    state: Mutex<Arc<State>>,
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
        let lock = lock(folder)?;
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
        let before = std::mem::replace(&mut *state, Arc::new(next));
        self.outdate(&before, &state);
        self.changes.send_replace(());
        Ok(result)
    }

    /// Stores a code package under its own digest.
    pub(crate) fn put_code(&self, bytes: &[u8]) -> Result<CodeRef, StoreError> {
        let code = CodeRef {
            sha256: hex(&Sha256::digest(bytes)),
            crc64: checksum(bytes),
            size: bytes.len() as u64,
        };
        let path = self.code_path(&code);
        // From here on no change of another function removes it.
        self.lock_outdated().retain(|file| *file != path);
        if !has_bytes(&path, bytes) {
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

    /// Computes the checksums that an older fc-local did not keep.
    fn add_checksums(&self) -> Result<(), StoreError> {
        let lacks = |function: &FunctionRecord| function.code.crc64.is_empty();
        if !self.snapshot().functions.values().any(lacks) {
            return Ok(());
        }
        self.update(|state| {
            let functions = state.functions.values_mut();
            for function in functions.filter(|function| lacks(function)) {
                // Code that cannot be read cannot be started either, and that says so.
                if let Ok(bytes) = fs::read(self.code_path(&function.code)) {
                    function.code.crc64 = checksum(&bytes);
                }
            }
            Ok(())
        })
    }

    /// Removes the packages that the change before this one has put out of use, and notes those of this one.
    fn outdate(&self, before: &State, now: &State) {
        let used = self.code_paths(now);
        let mut unused = self.code_paths(before);
        unused.retain(|file| !used.contains(file));
        if unused.is_empty() {
            return;
        }
        let mut outdated = self.lock_outdated();
        let older = std::mem::replace(&mut *outdated, unused);
        let gone = older.iter().filter(|file| !used.contains(file));
        // What cannot be removed now is swept at the next start.
        gone.for_each(|file| drop(fs::remove_file(file)));
    }

    fn code_paths(&self, state: &State) -> Vec<PathBuf> {
        let functions = state.functions.values();
        functions
            .map(|function| self.code_path(&function.code))
            .collect()
    }

    fn lock_outdated(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        // A list of files to remove: whatever is in it may go.
        self.outdated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_state(&self) -> MutexGuard<'_, Arc<State>> {
        // A change replaces the whole state or nothing, so a panic leaves it usable.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What FC calls the CRC-64 of a package: the one of xz, in decimal.
fn checksum(bytes: &[u8]) -> String {
    CHECKSUM.checksum(bytes).to_string()
}

/// Begins with nothing deployed. What lies in the folder without a state that names it is kept, in another place.
fn start_empty(folder: &Path, why: &str) -> Result<State, StoreError> {
    if let Some(aside) = sweep::move_aside(folder).map_err(at(folder))? {
        eprintln!(
            "fc-local: {} {why}; it names what is deployed, so all that depends on it was moved to {}, and nothing is \
             deployed now",
            folder.join(STATE_FILE).display(),
            aside.display()
        );
    }
    let empty = State {
        format: FORMAT,
        ..State::default()
    };
    let json = serde_json::to_vec_pretty(&empty)
        .map_err(io::Error::from)
        .map_err(at(folder))?;
    write_whole(&folder.join(STATE_FILE), &json)?;
    Ok(empty)
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

/// The state in a file, if there is one.
fn load(file: &Path) -> Result<Option<State>, StoreError> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let file = file.to_owned();
            return Err(StoreError::Unreadable { file, error });
        }
    };
    let file = file.to_owned();
    // First, since what another version writes need not make sense here.
    match serde_json::from_slice(&bytes) {
        Ok(Format { format }) if format != FORMAT => Err(StoreError::OtherFormat { file, format }),
        _ => parse(&bytes)
            .map(Some)
            .map_err(|why| StoreError::Damaged { file, why }),
    }
}

/// The state in JSON; an error says at which place it is wrong.
fn parse(bytes: &[u8]) -> Result<State, String> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let state = serde_path_to_error::deserialize(&mut json).map_err(|error| error.to_string())?;
    // Anything after it is damage, too.
    json.end().map_err(|error| error.to_string())?;
    Ok(state)
}

#[cfg(test)]
mod tests {
    use std::{fs, io};

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

    /// The value is the one of the package crc64-ecma182.js 2.0.2, with which Serverless Devs compares code.
    #[test]
    fn a_package_has_the_checksum_that_clients_compute() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path()).expect("opened");
        let code = store.put_code(b"123456789").expect("stored");
        assert_eq!(code.crc64, "11051210869376104954");
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
    fn only_a_full_disk_is_asked_for_space() {
        let shown = |kind: io::ErrorKind| {
            let (path, error) = ("/x".into(), kind.into());
            StoreError::Io { path, error }.to_string()
        };
        let denied = shown(io::ErrorKind::PermissionDenied);
        assert!(
            denied.contains("make it writable for you, or name another folder"),
            "{denied}"
        );
        assert!(
            shown(io::ErrorKind::StorageFull).contains("free some space, or name another folder")
        );
        assert!(!shown(io::ErrorKind::NotADirectory).contains("space"));
    }

    #[test]
    fn the_state_of_another_version_is_left_as_it_is() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("state.json");
        // Nothing else in it has to make sense here.
        let newer = r#"{"format": 2, "services": "elsewhere"}"#;
        fs::write(&file, newer).expect("written");
        for error in [
            Store::open(folder.path()).expect_err("refused"),
            Store::peek(folder.path()).expect_err("refused"),
        ] {
            let error = error.to_string();
            assert!(error.contains("has the format 2"), "{error}");
            assert_eq!(fs::read_to_string(&file).expect("kept"), newer);
        }
    }

    #[test]
    fn a_damaged_state_file_is_moved_aside_by_a_start_only() {
        for damaged in ["", "{\"format\":", "{} {}", "[]"] {
            let folder = tempfile::tempdir().expect("folder");
            let file = folder.path().join("state.json");
            fs::write(&file, damaged).expect("written");
            let error = Store::peek(folder.path()).expect_err("refused").to_string();
            assert!(error.contains("state.json is damaged: "), "{error}");
            assert_eq!(fs::read_to_string(&file).expect("kept"), damaged);
            let store = Store::open(folder.path()).expect("opened");
            assert!(store.snapshot().services.is_empty());
            let aside = folder.path().join("aside-1/state.json");
            assert_eq!(fs::read_to_string(aside).expect("kept"), damaged);
        }
    }
}
