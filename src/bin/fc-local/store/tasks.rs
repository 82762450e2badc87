//! Asynchronous calls that can be asked for by an id: what is known of each, kept for a week on the disk.
//!
//! It must not know how a call is made.

use std::fs;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{Store, StoreError, entries, write_whole};
use crate::ids::now_ms;
use crate::name::FunctionName;

/// The folder of the tasks, in the data folder.
const FOLDER: &str = "tasks";

/// How the names of their files end; others were never finished.
const KIND: &str = "json";

/// The folder of functions that have no service; no service can have its name.
const NO_SERVICE: &str = "-";

/// How long a task is kept, in milliseconds: 7 days
/// ([fc3 §5](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#5)).
const KEPT_MS: u64 = 7 * 24 * 60 * 60 * 1000;

/// How a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Status {
    Enqueued,
    Running,
    Retrying,
    Stopping,
    Stopped,
    Succeeded,
    Failed,
    /// It grew too old before it ran.
    Expired,
    /// Its function is gone.
    Invalid,
}

impl Status {
    /// The name that the API has for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Enqueued => "Enqueued",
            Self::Running => "Running",
            Self::Retrying => "Retrying",
            Self::Stopping => "Stopping",
            Self::Stopped => "Stopped",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Expired => "Expired",
            Self::Invalid => "Invalid",
        }
    }

    /// Whether it stays so.
    pub(crate) fn is_final(self) -> bool {
        !matches!(
            self,
            Self::Enqueued | Self::Running | Self::Retrying | Self::Stopping
        )
    }
}

/// A change of a task's status.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) status: Status,
    /// Milliseconds since 1970.
    pub(crate) at_ms: u64,
    pub(crate) detail: String,
}

/// What is known of a task. Times are milliseconds since 1970.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) id: String,
    pub(crate) function: FunctionName,
    /// Empty where an older fc-local has accepted it: `LATEST`.
    #[serde(default)]
    qualifier: String,
    pub(crate) request_id: String,
    pub(crate) instance_id: String,
    pub(crate) accepted_ms: u64,
    pub(crate) ended_ms: Option<u64>,
    /// How often it was tried again.
    pub(crate) retries: u32,
    pub(crate) error: String,
    /// What it was called with, and what it returned, as text.
    pub(crate) payload: String,
    pub(crate) result: String,
    /// How the delivery to its destination went, if it has one.
    pub(crate) destination: String,
    pub(crate) events: Vec<Event>,
}

impl Task {
    /// A task that was accepted just now.
    pub(crate) fn new(id: &str, function: &FunctionName, request_id: &str, payload: &[u8]) -> Self {
        let mut task = Self {
            id: id.to_owned(),
            function: function.latest().into_owned(),
            qualifier: function.qualifier().to_owned(),
            request_id: request_id.to_owned(),
            instance_id: String::new(),
            accepted_ms: now_ms(),
            ended_ms: None,
            retries: 0,
            error: String::new(),
            payload: String::from_utf8_lossy(payload).into_owned(),
            result: String::new(),
            destination: String::new(),
            events: Vec::new(),
        };
        task.turn(Status::Enqueued, "");
        task
    }

    /// What is called: the function by its version or alias.
    pub(crate) fn called(&self) -> FunctionName {
        self.function.clone().at(&self.qualifier)
    }

    pub(crate) fn status(&self) -> Status {
        self.events
            .last()
            .map_or(Status::Enqueued, |last| last.status)
    }

    /// Gives it another status; one that is final is its end.
    pub(crate) fn turn(&mut self, status: Status, detail: &str) {
        let at_ms = now_ms();
        if status.is_final() {
            self.ended_ms = Some(at_ms);
        }
        self.events.push(Event {
            status,
            at_ms,
            detail: detail.to_owned(),
        });
    }

    fn is_kept(&self) -> bool {
        self.accepted_ms.saturating_add(KEPT_MS) > now_ms()
    }
}

/// Keeps what is known of a task.
///
/// # Errors
///
/// The disk refuses.
pub(crate) fn save(store: &Store, task: &Task) -> Result<(), StoreError> {
    let file = file_of(store, &task.function, &task.id);
    let folder = file.parent().unwrap_or(&file);
    let io = |error| StoreError::Io {
        path: file.clone(),
        error,
    };
    fs::create_dir_all(folder).map_err(io)?;
    let json = serde_json::to_vec(task).map_err(|error| io(error.into()))?;
    write_whole(&file, &json)
}

/// Forgets a task.
pub(crate) fn remove(store: &Store, function: &FunctionName, id: &str) {
    // One that cannot be removed now ends with its week.
    drop(fs::remove_file(file_of(store, function, id)));
}

/// What is known of a task, if it is kept.
pub(crate) fn find(store: &Store, function: &FunctionName, id: &str) -> Option<Task> {
    read(file_of(store, function, id))
}

/// All tasks of a function that are kept, in the order of their ids. Those that are too old are removed.
pub(crate) fn all(store: &Store, function: &FunctionName) -> Vec<Task> {
    let mut files = entries(&folder_of(store, function));
    files.retain(|file| file.extension().is_some_and(|kind| kind == KIND));
    files.sort_unstable();
    files.into_iter().filter_map(read).collect()
}

/// Reads a task; one that is too old is removed, one that cannot be read is left where it is.
fn read(file: PathBuf) -> Option<Task> {
    let task: Task = serde_json::from_slice(&fs::read(&file).ok()?).ok()?;
    if task.is_kept() {
        return Some(task);
    }
    // What cannot be removed now is found again.
    drop(fs::remove_file(file));
    None
}

fn folder_of(store: &Store, function: &FunctionName) -> PathBuf {
    let service = function.service().unwrap_or(NO_SERVICE);
    store.path(FOLDER).join(service).join(function.function())
}

/// An id is checked before, and has no letter that a file could not be named with.
fn file_of(store: &Store, function: &FunctionName, id: &str) -> PathBuf {
    folder_of(store, function).join(format!("{id}.{KIND}"))
}

#[cfg(test)]
mod tests;
