//! Starting an instance's process and waiting for its port ([contract §3.4](crate::check::sections::SECTIONS#3.4)).

mod error;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::Instant;

use crate::function::Function;
use crate::platform::health;
use crate::platform::log::LogHub;
use crate::platform::process::{ProcessGroup, describe_exit};
use crate::project::package::BOOTSTRAP;

pub(crate) use error::StartError;

/// Where FC unpacks the code; start commands name it.
pub(crate) const CODE_FOLDER: &str = "/code";

/// Between two attempts to reach a new instance's port.
const PROBE_PAUSE: Duration = Duration::from_millis(5);

/// For how long a freshly unpacked file may be busy; far longer than another start takes.
const BUSY_GRACE: Duration = Duration::from_secs(5);

/// For how long a server may be seen on 127.0.0.1 only before that is reported.
const LOOPBACK_ONLY_GRACE: Duration = Duration::from_secs(2);

/// The start command with `/code` turned into the folder where the code really lies.
pub(crate) fn command_line(function: &Function, code: &Path) -> Command {
    let mut command = Command::new(program(function, code));
    command.args(
        function
            .command
            .iter()
            .skip(1)
            .map(|argument| in_code_folder(argument, code)),
    );
    command
}

/// Starts the process, after looking for the common mistakes.
pub(crate) async fn spawn(
    mut command: Command,
    function: &Function,
    code: &Path,
) -> Result<ProcessGroup, StartError> {
    let shown = shown_command(function);
    let program = program(function, code);
    if program.is_absolute() {
        let metadata = program.metadata().map_err(|_| StartError::NoCommand {
            command: shown.clone(),
        })?;
        if !metadata.is_file() {
            return Err(StartError::NoCommand { command: shown });
        }
        if metadata.permissions().mode() & 0o111 == 0 {
            return Err(StartError::NotExecutable { command: shown });
        }
    }
    let started = start_when_closed(&mut command).await;
    started.map_err(|error| StartError::NotRunnable {
        command: shown,
        program,
        error,
    })
}

/// Starts the command, again and again while its file counts as open for writing.
///
/// It was closed after unpacking, but a process that fc-local starts at the same moment has a copy of all
/// open files until it runs its own program.
async fn start_when_closed(command: &mut Command) -> io::Result<ProcessGroup> {
    let deadline = Instant::now() + BUSY_GRACE;
    loop {
        match ProcessGroup::start(command) {
            Err(error)
                if error.kind() == io::ErrorKind::ExecutableFileBusy
                    && Instant::now() < deadline =>
            {
                tokio::time::sleep(PROBE_PAUSE).await;
            }
            result => return result,
        }
    }
}

/// Waits until a TCP connection to the instance succeeds, as the platform does, and until the configured health check does.
pub(crate) async fn wait_until_ready(
    process: &ProcessGroup,
    log: &LogHub,
    function: &Function,
    address: SocketAddr,
    limit: Duration,
) -> Result<(), StartError> {
    let deadline = Instant::now() + limit;
    wait_for_port(process, log, function, address, (limit, deadline)).await?;
    let Some(check) = &function.health else {
        return Ok(());
    };
    let checked = health::wait(check, address, deadline).await;
    checked.map_err(|unhealthy| match process.exit_status() {
        Some(status) => exited(function, status, log),
        None => StartError::Unhealthy {
            unhealthy,
            log: log.startup_text(),
        },
    })
}

fn exited(function: &Function, status: ExitStatus, log: &LogHub) -> StartError {
    StartError::Exited {
        command: shown_command(function),
        exit: describe_exit(status),
        log: log.startup_text(),
    }
}

async fn wait_for_port(
    process: &ProcessGroup,
    log: &LogHub,
    function: &Function,
    address: SocketAddr,
    (limit, deadline): (Duration, Instant),
) -> Result<(), StartError> {
    let mut loopback_only_since = None;
    while TcpStream::connect(address).await.is_err() {
        if let Some(status) = process.exit_status() {
            return Err(exited(function, status, log));
        }
        if Instant::now() >= deadline {
            return Err(StartError::NeverListened {
                port: address.port(),
                limit,
                log: log.startup_text(),
            });
        }
        if is_loopback_only(address.port(), &mut loopback_only_since).await {
            return Err(StartError::LoopbackOnly {
                port: address.port(),
            });
        }
        tokio::time::sleep(PROBE_PAUSE).await;
    }
    Ok(())
}

/// Whether the port has answered on 127.0.0.1 for a while, and there only.
async fn is_loopback_only(port: u16, since: &mut Option<Instant>) -> bool {
    let listens = TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_ok();
    let start = *since.get_or_insert_with(Instant::now);
    if !listens {
        *since = None;
    }
    listens && start.elapsed() >= LOOPBACK_ONLY_GRACE
}

fn program(function: &Function, code: &Path) -> PathBuf {
    let Some(command) = function.command.first() else {
        return code.join(BOOTSTRAP);
    };
    let program = PathBuf::from(in_code_folder(command, code));
    // A relative path with a slash is relative to the code.
    if program.is_relative() && !is_looked_up(&program) {
        code.join(program)
    } else {
        program
    }
}

/// Whether a program is a bare name, which is looked up in PATH.
fn is_looked_up(program: &Path) -> bool {
    !program.as_os_str().as_encoded_bytes().contains(&b'/')
}

fn in_code_folder(argument: &str, code: &Path) -> String {
    match argument.strip_prefix(CODE_FOLDER) {
        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
            format!("{}{rest}", code.display())
        }
        _ => argument.to_owned(),
    }
}

fn shown_command(function: &Function) -> String {
    if function.command.is_empty() {
        format!("{CODE_FOLDER}/{BOOTSTRAP}")
    } else {
        function.command.join(" ")
    }
}
