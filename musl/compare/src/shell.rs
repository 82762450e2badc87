//! Owns how commands of the manifest are found and run. Knows no peer.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where interpreters are looked for first: the system's own, not a version manager's shim,
/// which would be timed with the program.
pub const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The program `name`, in the system's folders first and then in `PATH`.
pub fn find_program(name: &str) -> Option<PathBuf> {
    if name.contains('/') {
        return Path::new(name).exists().then(|| PathBuf::from(name));
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = SYSTEM_PATH.split(':').chain(path.split(':'));
    folders
        .map(|folder| Path::new(folder).join(name))
        .find(|program| program.is_file())
}

/// A command; its program is looked for as [`find_program`] does.
pub fn command(argv: &[String], folder: &Path) -> Command {
    let program = find_program(&argv[0]).unwrap_or_else(|| PathBuf::from(&argv[0]));
    let mut command = Command::new(program);
    command
        .args(&argv[1..])
        .current_dir(folder)
        .stdin(Stdio::null());
    // What the caller set for its own build must not tune a peer.
    for name in [
        "RUSTFLAGS",
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_BUILD_RUSTFLAGS",
    ] {
        command.env_remove(name);
    }
    command
}

/// Runs a command to its end.
///
/// # Errors
/// With its last words, when it fails.
pub fn run(argv: &[String], folder: &Path) -> Result<Output, String> {
    let output = command(argv, folder)
        .output()
        .map_err(|e| format!("{}: {e}", argv[0]))?;
    if output.status.success() {
        return Ok(output);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let last: Vec<&str> = errors
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = last[last.len().saturating_sub(3)..].join(" | ");
    Err(format!("{} failed with {}: {last}", argv[0], output.status))
}

/// The first line of what a command printed.
pub fn first_line(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes)
        .lines()
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}
