//! What the tests share: the tool, a running server and its wire, packages, waiting for a condition.

#![allow(
    dead_code,
    unused_imports,
    reason = "each test binary uses its own part"
)]

mod function;
mod package;
mod requests;
mod runtime;
mod server;
mod sign;
mod terminal;
mod wire;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

pub(crate) use self::package::{package, zip_of};
pub(crate) use self::requests::borrowed;
pub(crate) use self::runtime::{built, http_server, server_of};
pub(crate) use self::server::Server;
pub(crate) use self::sign::{KEY_ID, KEY_SECRET, authorization, sign_fc3, sign_trigger};
pub(crate) use self::terminal::on_terminal;
pub(crate) use self::wire::{Reply, read_chunk, send};

/// Long enough for a machine under load; reached only by a failure.
const PATIENCE: Duration = Duration::from_secs(120);

/// The custom domain of the tests.
pub(crate) const DOMAIN: &str = "web.example.test";

/// What the Makefile that runs these tests may have put into the environment, which is not for that of a project.
pub(crate) const FOREIGN_VARIABLES: [&str; 13] = [
    "ARCH",
    "CARGO_BUILD_TARGET",
    "EVENT",
    "EXAMPLE",
    "FUNCTION",
    "MAKEFLAGS",
    "MAKELEVEL",
    "PORT",
    "RUSTC_BOOTSTRAP",
    "RUSTFLAGS",
    "STD",
    "TEMPLATE",
    "URL",
];

/// A command of the tool under test.
pub(crate) fn fc_local() -> Command {
    Command::new(env!("CARGO_BIN_EXE_fc-local"))
}

/// The repository: the runtime, its templates and scripts.
pub(crate) fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(3)
        .expect("src/bin/fc-local lies in it")
}

/// The folder of the misbehaving test function.
pub(crate) fn function_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/local/function")
}

/// Runs a one-shot call on the test function.
pub(crate) fn invoke(arguments: &[&str]) -> Output {
    call(arguments).output().expect("fc-local runs")
}

/// A one-shot call on the test function.
pub(crate) fn call(arguments: &[&str]) -> Command {
    let mut command = fc_local();
    command
        .arg("invoke")
        .arg("--dir")
        .arg(function_folder())
        .args(arguments)
        .stdin(Stdio::null());
    command
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Puts a program in its place that runs this script.
///
/// Another process writes it: a file that a thread of this one has open for writing could not be run, nor could it while a
/// program that another thread starts has a copy of that thread's open files.
pub(crate) fn put_program(file: &Path, script: &str) {
    let mut install = Command::new("install");
    install.args(["-D", "-m", "755", "/dev/stdin"]).arg(file);
    let mut child = install.stdin(Stdio::piped()).spawn().expect("install runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(script.as_bytes()).expect("install reads");
    drop(stdin);
    assert!(child.wait().expect("a child of ours").success());
}

/// Waits until something is so.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// 20 MB that no cut or swap leaves as they are.
pub(crate) fn body_of_20_mb() -> Vec<u8> {
    (0..20 * 1024 * 1024_u32)
        .map(|index| index.to_le_bytes()[1])
        .collect()
}

/// Whether a process exists, and in which state (`T` is stopped).
pub(crate) fn process_state(pid: u64) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// The processor time of a process so far, in ticks, of which a second has 100.
pub(crate) fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it runs");
    let (_, fields) = stat.rsplit_once(") ").expect("fields");
    let fields: Vec<u64> = fields
        .split(' ')
        .map(|field| field.parse().unwrap_or(0))
        .collect();
    fields[11] + fields[12]
}
