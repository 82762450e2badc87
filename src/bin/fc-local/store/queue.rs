//! Accepted events, and HTTP requests that wait as events do, on the disk: each lies there until it has succeeded or was given up, so that a restart loses none.
//!
//! It must not know how an event is tried.

use std::fs;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, entries, write_whole};
use crate::name::FunctionName;

/// The folder of the events, in the data folder.
const FOLDER: &str = "async";

/// How the names of their files end; others were never finished.
const KIND: &str = "json";

/// An accepted event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Accepted {
    pub(crate) request_id: String,
    /// Empty in FC 3.0.
    service: String,
    function: String,
    /// `LATEST` where an older fc-local has accepted it.
    #[serde(default)]
    qualifier: String,
    event: String,
    /// Seconds since 1970.
    accepted_at: u64,
    /// How often the function has failed so far.
    pub(crate) failures: u32,
    /// The id by which the call can be asked for, if it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) task: Option<String>,
    /// What was asked for with HTTP; its body is the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) http: Option<HttpRequest>,
}

/// The head of a request to an HTTP trigger, as the function gets it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct HttpRequest {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Names and values; a value is any bytes, kept as base64.
    headers: Vec<(String, String)>,
}

impl HttpRequest {
    /// A request with these headers, in their order.
    pub(crate) fn new<'a>(
        method: &str,
        target: &str,
        headers: impl Iterator<Item = (&'a str, &'a [u8])>,
    ) -> Self {
        let headers = headers.map(|(name, value)| (name.to_owned(), BASE64.encode(value)));
        Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers: headers.collect(),
        }
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = (&str, Vec<u8>)> {
        let headers = self.headers.iter();
        // It was encoded here.
        headers.map(|(name, value)| (name.as_str(), BASE64.decode(value).unwrap_or_default()))
    }
}

impl Accepted {
    /// An event that comes in just now.
    pub(crate) fn now(function: &FunctionName, request_id: &str, event: &[u8]) -> Self {
        Self {
            request_id: request_id.to_owned(),
            service: function.service().unwrap_or_default().to_owned(),
            function: function.function().to_owned(),
            qualifier: function.qualifier().to_owned(),
            event: BASE64.encode(event),
            accepted_at: seconds_now(),
            failures: 0,
            task: None,
            http: None,
        }
    }

    /// What is called: the function by its version or alias.
    pub(crate) fn called(&self) -> FunctionName {
        self.function().at(&self.qualifier)
    }

    /// The function, whatever of it is called.
    pub(crate) fn function(&self) -> FunctionName {
        FunctionName::of(Some(&self.service), &self.function)
    }

    pub(crate) fn event(&self) -> Vec<u8> {
        // It was encoded here.
        BASE64.decode(&self.event).unwrap_or_default()
    }

    /// Whether it was accepted so long ago, in seconds.
    pub(crate) fn is_older_than(&self, seconds: u64) -> bool {
        seconds_now() > self.accepted_at.saturating_add(seconds)
    }
}

/// Keeps an event, or the count of its failures.
///
/// # Errors
///
/// The disk refuses; then the event must not be accepted.
pub(crate) fn save(store: &Store, accepted: &Accepted) -> Result<(), StoreError> {
    let path = file_of(store, accepted);
    let json = serde_json::to_vec(accepted).map_err(|error| StoreError::Io {
        path: path.clone(),
        error: error.into(),
    })?;
    write_whole(&path, &json)
}

/// Forgets an event.
pub(crate) fn remove(store: &Store, accepted: &Accepted) {
    // A file that cannot be removed is an event that is delivered once more: at least once, as FC promises.
    let _ = fs::remove_file(file_of(store, accepted));
}

/// The events that an earlier run accepted and did not finish; those that cannot be read are left and reported.
pub(crate) fn unfinished(store: &Store) -> (Vec<Accepted>, Vec<PathBuf>) {
    let (mut events, mut unreadable) = (Vec::new(), Vec::new());
    let files = entries(&store.path(FOLDER)).into_iter();
    for file in files.filter(|file| file.extension().is_some_and(|kind| kind == KIND)) {
        let bytes = fs::read(&file).unwrap_or_default();
        match serde_json::from_slice(&bytes) {
            Ok(accepted) => events.push(accepted),
            Err(_) => unreadable.push(file),
        }
    }
    (events, unreadable)
}

fn file_of(store: &Store, accepted: &Accepted) -> PathBuf {
    let file = format!("{}.{KIND}", accepted.request_id);
    store.path(FOLDER).join(file)
}

fn seconds_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_secs())
}
