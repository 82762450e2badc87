//! Why an instance did not start, in the words that FC uses ([contract §3.4](crate::check::sections::SECTIONS#3.4)).

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::is_looked_up;
use crate::platform::health::Unhealthy;
use crate::project::package::{BOOTSTRAP, PackageError};

/// An instance that did not start.
#[derive(Debug)]
pub(crate) enum StartError {
    /// The package cannot be unpacked.
    Package(PackageError),
    /// The package lacks the start command.
    NoCommand { command: String },
    /// The start command is not executable.
    NotExecutable { command: String },
    /// The kernel refused to run the start command.
    NotRunnable {
        command: String,
        program: PathBuf,
        error: io::Error,
    },
    /// The process ended before it listened.
    Exited {
        command: String,
        exit: String,
        log: String,
    },
    /// Nothing listened in time.
    NeverListened {
        port: u16,
        limit: Duration,
        log: String,
    },
    /// It listens, but its health check fails.
    Unhealthy { unhealthy: Unhealthy, log: String },
    /// It listens, but where the platform cannot reach it.
    LoopbackOnly { port: u16 },
    /// fc-local found no port for it.
    NoPort(io::Error),
    /// fc-local found no pipe for its output.
    NoPipe(io::Error),
    /// fc-local found no scratch folder for its code.
    NoFolder(io::Error),
}

impl StartError {
    /// FC's error code for it ([contract §3.4](crate::check::sections::SECTIONS#3.4)).
    pub(crate) fn code(&self) -> &'static str {
        match self {
            _ if self.is_system() => "InternalServerError",
            Self::Package(_) | Self::NoCommand { .. } => "CAFileNotFound",
            Self::NotExecutable { .. } => "CAFilePermission",
            Self::NotRunnable { .. } | Self::Exited { .. } => "CAExited",
            Self::NeverListened { .. } | Self::LoopbackOnly { .. } | Self::Unhealthy { .. } => {
                "FunctionNotStarted"
            }
            Self::NoPort(_) | Self::NoPipe(_) | Self::NoFolder(_) => "InternalServerError",
        }
    }

    /// Whether the machine is to blame and not the function: a full disk, no port, no pipe.
    pub(crate) fn is_system(&self) -> bool {
        matches!(
            self,
            Self::Package(PackageError::Io { .. })
                | Self::NoPort(_)
                | Self::NoPipe(_)
                | Self::NoFolder(_)
        )
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Package(error) => write!(f, "Failed to start function instance. Error: {error}"),
            Self::NoCommand { command } => write!(
                f,
                "Failed to start function instance. Error: the file {command} is not exist (put an executable file \
                 named {BOOTSTRAP} at the root of the package)"
            ),
            Self::NotExecutable { command } => write!(
                f,
                "Function instance exited unexpectedly(code 13, message:permission denied) with start command \
                 '{command} '. (run chmod 755 on it before packaging)"
            ),
            Self::NotRunnable {
                command,
                program,
                error,
            } => write_not_runnable(f, command, program, error),
            Self::Exited { command, exit, log } => {
                write!(
                    f,
                    "Function instance exited unexpectedly({exit}) with start command '{command} '. Logs : {log}"
                )
            }
            Self::NeverListened { port, limit, log } => write!(
                f,
                "Function instance health check failed on port {port} in {} seconds. (it must listen on \
                 0.0.0.0 and the port in FC_CUSTOM_LISTEN_PORT) Logs : {log}",
                limit.as_secs_f64()
            ),
            Self::Unhealthy { unhealthy, log } => write!(
                f,
                "Function instance health check failed: {unhealthy}. (healthCheckConfig.httpGetUrl has to be answered with \
                 a status from 200 to 399) Logs : {log}"
            ),
            Self::LoopbackOnly { port } => write!(
                f,
                "Function instance health check failed on port {port}: the server listens on 127.0.0.1 only, where \
                 the platform cannot reach it; bind 0.0.0.0 instead"
            ),
            Self::NoPort(error) => write!(f, "no port for the instance: {error}"),
            Self::NoPipe(error) => write!(f, "no pipe for the instance's output: {error}"),
            Self::NoFolder(error) => {
                write!(f, "no scratch folder for the instance's code: {error}")
            }
        }
    }
}

impl std::error::Error for StartError {}

fn write_not_runnable(
    f: &mut fmt::Formatter<'_>,
    command: &str,
    program: &Path,
    error: &io::Error,
) -> fmt::Result {
    let (message, hint) = match error.raw_os_error() {
        Some(2) if is_looked_up(program) => (
            "no such file or directory",
            &*format!(
                "no folder of PATH has it; a file of the code is ./{}",
                program.display()
            ),
        ),
        Some(2) => (
            "no such file or directory",
            "its interpreter or its libc is not here, or its lines end in CRLF",
        ),
        Some(8) => (
            "exec format error",
            "it is not a program for this machine and has no #! line",
        ),
        _ => ("cannot be run", "see the code"),
    };
    let code = error.raw_os_error().unwrap_or(-1);
    write!(
        f,
        "Function instance exited unexpectedly(code {code}, message:{message}) with start command '{command} '. ({hint})"
    )
}
