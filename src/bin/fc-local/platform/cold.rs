//! A cold start: unpack, start, initialize once ([contract §0](crate::check::sections::SECTIONS#0),
//! [§1.1](crate::check::sections::SECTIONS#1.1)).

use std::fmt;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::body::Bytes;

use crate::facts::{control_path, error_type};
use crate::function::Function;
use crate::ids;
use crate::name::Generation;
use crate::platform::agent::CallId;
use crate::platform::hook::{self, HookError};
use crate::platform::instance::{Code, Instance, InstanceOptions};
use crate::platform::log::LineSink;
use crate::platform::report::error_body;
use crate::platform::spawn::StartError;
use crate::project::package;
use crate::temporary::TempFolder;

/// Where the code of a function lies.
#[derive(Debug, Clone)]
pub(crate) enum CodeSource {
    /// A folder, used in place.
    Folder(PathBuf),
    /// A zip file, unpacked for each instance into a folder under `scratch`.
    Zip {
        file: PathBuf,
        /// The digest that it must have, if that was noted when it was stored.
        sha256: Option<String>,
        scratch: Scratch,
    },
}

/// Where zip files are unpacked.
#[derive(Debug, Clone)]
pub(crate) enum Scratch {
    /// A folder that stays.
    Kept(PathBuf),
    /// A folder that goes with its last user, so that an unpacking that nobody waits for any more
    /// cannot bring it back.
    Temporary(Arc<TempFolder>),
}

impl Scratch {
    /// A new folder that is removed in the end.
    pub(crate) fn temporary() -> io::Result<Self> {
        TempFolder::new().map(|folder| Self::Temporary(Arc::new(folder)))
    }

    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Kept(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }
}

/// A cold start that failed.
#[derive(Debug)]
pub(crate) enum ColdError {
    /// The process did not come up.
    Start(StartError),
    /// It came up, but its initializer failed; the body is what the caller gets.
    Initialize {
        body: Bytes,
        /// How the instance ended, if it did so by itself.
        end: Option<String>,
        log: String,
    },
}

impl ColdError {
    /// Whether the machine is to blame and not the function.
    pub(crate) fn is_system(&self) -> bool {
        matches!(self, Self::Start(error) if error.is_system())
    }
}

impl fmt::Display for ColdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start(error) => error.fmt(f),
            Self::Initialize { body, end, .. } => {
                write!(
                    f,
                    "the initializer failed: {}",
                    String::from_utf8_lossy(body)
                )?;
                end.as_ref()
                    .map_or(Ok(()), |end| write!(f, " (the instance ended with {end})"))
            }
        }
    }
}

impl std::error::Error for ColdError {}

/// What a cold start took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ColdTimes {
    /// From the unpacking of the code to the first connection.
    pub(crate) start: Duration,
    /// The initializer, if there is one.
    pub(crate) initialize: Option<Duration>,
}

/// Starts an instance and initializes it on behalf of the call that needs it.
pub(crate) async fn start(
    function: Arc<Function>,
    source: &CodeSource,
    options: &InstanceOptions,
    sink: Option<LineSink>,
    call: &CallId,
) -> Result<Arc<Instance>, ColdError> {
    let timed = start_timed(function, source, options, sink, call).await;
    timed.map(|started| started.instance)
}

/// A cold start, and what there is to say of it.
#[derive(Debug)]
pub(crate) struct Started {
    pub(crate) instance: Arc<Instance>,
    pub(crate) times: ColdTimes,
    /// What was logged before the first call, where that is no part of the call's own log: in FC 3.0.
    pub(crate) log: Vec<u8>,
}

/// The same, with what there is to say of it.
pub(crate) async fn start_timed(
    function: Arc<Function>,
    source: &CodeSource,
    options: &InstanceOptions,
    sink: Option<LineSink>,
    call: &CallId,
) -> Result<Started, ColdError> {
    let begun = Instant::now();
    let code = source.prepare().await.map_err(ColdError::Start)?;
    let instance = Instance::start(function, code, options, sink)
        .await
        .map_err(ColdError::Start)?;
    let start = begun.elapsed();
    let log = initialize(&instance, call).await?;
    let times = ColdTimes {
        start,
        initialize: instance
            .function
            .initializer
            .is_some()
            .then(|| begun.elapsed() - start),
    };
    Ok(Started {
        instance,
        times,
        log,
    })
}

impl CodeSource {
    async fn prepare(&self) -> Result<Code, StartError> {
        match self {
            Self::Folder(path) => Ok(Code::Folder(path.clone())),
            Self::Zip {
                file,
                sha256,
                scratch,
            } => {
                let (file, sha256, scratch) = (file.clone(), sha256.clone(), scratch.clone());
                let unpacked = tokio::task::spawn_blocking(move || {
                    unpack(&file, sha256.as_deref(), scratch.path())
                })
                .await;
                unpacked
                    .map_err(|error| StartError::NoFolder(error.into()))?
                    .map(Code::from)
            }
        }
    }
}

fn unpack(
    file: &Path,
    sha256: Option<&str>,
    scratch: &Path,
) -> Result<tempfile::TempDir, StartError> {
    let folder = tempfile::Builder::new()
        .prefix("code-")
        .tempdir_in(scratch)
        .map_err(StartError::NoFolder)?;
    let zip: File = match sha256 {
        Some(sha256) => package::open_stored(file, sha256),
        None => package::open(file),
    }
    .map_err(StartError::Package)?;
    package::unpack(zip, folder.path()).map_err(StartError::Package)?;
    Ok(folder)
}

/// Calls the initializer, if there is one; returns what was logged so far, unless that belongs to the call.
async fn initialize(instance: &Instance, call: &CallId) -> Result<Vec<u8>, ColdError> {
    let generation = instance.function.name.generation();
    let Some(hook) = instance.function.initializer.clone() else {
        return Ok(match generation {
            Generation::Fc2 => Vec::new(),
            Generation::Fc3 => instance.log.startup_lines(),
        });
    };
    // In FC 2.0 the hook shares the request id and the tail log of the call that needs the instance; in
    // FC 3.0 it has its own (contract §5.3).
    let own = match generation {
        Generation::Fc2 => call.clone(),
        Generation::Fc3 => CallId::first(ids::hook_request_id()),
    };
    instance.log.begin(&own.request_id, true);
    let outcome = hook::call(
        &instance.connections,
        &instance.headers,
        control_path::INITIALIZE,
        &hook,
        &own,
    )
    .await;
    if generation == Generation::Fc3 || outcome.is_err() {
        let log = instance.log.end(&own.request_id);
        if let Err(error) = outcome {
            let end = match &error {
                HookError::Broken(_) => instance.end_if_over().await,
                HookError::Refused { .. } | HookError::TimedOut(_) => None,
            };
            instance.kill();
            return Err(ColdError::Initialize {
                body: failed_body(&error, end.is_some()),
                end,
                log: String::from_utf8_lossy(&log.tail).into_owned(),
            });
        }
        return Ok(log.tail);
    }
    Ok(Vec::new())
}

/// What the caller gets: the initializer's own error if it is one, else a sentence in FC's shape.
fn failed_body(error: &HookError, ended: bool) -> Bytes {
    if let HookError::Refused { body, .. } = error {
        let json = serde_json::from_slice::<serde_json::Value>(body);
        if json.is_ok_and(|json| json.get("errorMessage").is_some()) {
            return body.clone();
        }
    }
    let message = match error {
        HookError::TimedOut(limit) => format!(
            "Function initialization timed out after {} seconds",
            limit.as_secs_f64()
        ),
        HookError::Broken(_) if ended => {
            "Process exited unexpectedly before completing initialization".to_owned()
        }
        HookError::Refused { .. } | HookError::Broken(_) => {
            format!("Function initialization failed: {error}")
        }
    };
    error_body(&message, Some(error_type::INITIALIZATION))
}
