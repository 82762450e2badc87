//! A running instance of a binary, its port and what it has printed.

mod system;

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::agent::{Connection, Response, request};
use super::program::{binary, free_port};
use super::secrets;

/// How long a test waits for something that must come: far above what the slowest machine needs.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a test looks whether it is there.
const TICK: Duration = Duration::from_millis(1);

/// A process that is ended with the test.
pub struct Instance {
    child: Child,
    address: SocketAddr,
    /// Where its stdout goes: a file shows at any moment what was written before that moment.
    output: PathBuf,
}

impl Instance {
    /// Starts the binary of this name with these variables, on its own port.
    pub fn start(name: &str, variables: &[(&str, &str)]) -> Self {
        Self::start_by(Command::new(binary(name)), variables)
    }

    /// Starts it by this command, which may say more about it.
    pub fn start_by(mut command: Command, variables: &[(&str, &str)]) -> Self {
        // Between the choice of a port and the start another process may take it, so it is tried again.
        (0..10)
            .find_map(|_| {
                let (port, output) = (free_port(), output_file());
                let stdout = File::create(&output).expect("a file in the tests' own folder");
                let instance = Self::spawn(&mut command, variables, port, output, stdout);
                instance.serves(|instance| {
                    let lines = instance.lines();
                    lines
                        .iter()
                        .any(|line| line == "FunctionCompute rust runtime inited.")
                })
            })
            .expect("a port that stays free")
    }

    /// Starts the testbed with a stdout that shows nothing of what is written to it: a pipe, or a device.
    pub fn start_into(stdout: impl Fn() -> Stdio, variables: &[(&str, &str)]) -> Self {
        Self::start_unseen(Command::new(binary("testbed")), stdout, variables)
    }

    /// Starts the testbed by this command, which closes its stdout.
    pub fn start_silent(command: Command, variables: &[(&str, &str)]) -> Self {
        Self::start_unseen(command, Stdio::null, variables)
    }

    /// Starts a binary by this command, with such a stdout.
    pub fn start_unseen(
        mut command: Command,
        stdout: impl Fn() -> Stdio,
        variables: &[(&str, &str)],
    ) -> Self {
        (0..10)
            .find_map(|_| {
                let (port, output) = (free_port(), output_file());
                File::create(&output).expect("a file in the tests' own folder");
                let instance = Self::spawn(&mut command, variables, port, output, stdout());
                instance.serves(Self::listens)
            })
            .expect("a port that stays free")
    }

    fn spawn(
        command: &mut Command,
        variables: &[(&str, &str)],
        port: u16,
        output: PathBuf,
        stdout: impl Into<Stdio>,
    ) -> Self {
        let child = command
            .env_remove("RUST_LOG")
            .env_remove("RUST_LOG_FORMAT")
            .env_remove("FC_SERVER_PORT")
            .env("FC_CUSTOM_LISTEN_PORT", port.to_string())
            .envs(secrets::VARIABLES)
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(File::create(errors_of(&output)).expect("a file in the tests' own folder"))
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}; `cargo test` builds it"));
        Self {
            child,
            // The platform's agent does not come from 127.0.0.1, and so neither do the tests.
            address: SocketAddr::from(([127, 0, 0, 2], port)),
            output,
        }
    }

    /// Waits until it serves; without one, another process has its port.
    fn serves(mut self, is_there: impl Fn(&Self) -> bool) -> Option<Self> {
        let until = Instant::now() + PATIENCE;
        while !is_there(&self) {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                let errors = self.errors();
                // Another process has taken the port meanwhile.
                assert!(
                    errors.contains("Address already in use"),
                    "it ended by {status}: {errors}"
                );
                return None;
            }
            assert!(Instant::now() < until, "it never began to serve");
            thread::sleep(TICK);
        }
        Some(self)
    }

    /// What it writes, where its stdout is a pipe.
    pub fn take_stdout(&mut self) -> ChildStdout {
        self.child.stdout.take().expect("stdout is a pipe")
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn connect(&self) -> Connection {
        Connection::open(self.address)
    }

    /// Sends one request with the control path of an event or hook, on its own connection.
    pub fn call(&self, method: &str, target: &str, request_id: &str, body: &[u8]) -> Response {
        let headers = [
            ("X-Fc-Control-Path", target),
            ("X-Fc-Request-Id", request_id),
        ];
        self.connect()
            .exchange(&request(method, target, &headers, body))
    }

    pub fn invoke(&self, request_id: &str, event: &[u8]) -> Response {
        self.call("POST", "/invoke", request_id, event)
    }

    /// Sends one HTTP call as the platform relays it, on its own connection.
    pub fn http(&self, method: &str, target: &str, body: &[u8]) -> Response {
        let headers = [
            ("X-Fc-Control-Path", "/http-invoke"),
            ("X-Fc-Request-Id", "http-id"),
        ];
        let mut connection = self.connect();
        connection.send(&request(method, target, &headers, body));
        connection
            .try_response(method == "HEAD")
            .expect("a response")
    }

    /// All whole lines that were printed so far.
    pub fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(&self.output).expect("the output is text");
        text.split_inclusive('\n')
            .filter_map(|line| line.strip_suffix('\n'))
            .map(str::to_owned)
            .collect()
    }

    /// All that was written to stderr so far.
    pub fn errors(&self) -> String {
        fs::read_to_string(errors_of(&self.output)).expect("the output is text")
    }

    /// Waits until a line satisfies `wanted`, and gives all lines.
    pub fn wait_for_line(&self, what: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
        self.wait_for_lines(what, |lines| lines.iter().any(|line| wanted(line)))
    }

    /// Waits until the lines satisfy `wanted`, and gives them.
    pub fn wait_for_lines(&self, what: &str, wanted: impl Fn(&[String]) -> bool) -> Vec<String> {
        let until = Instant::now() + PATIENCE;
        loop {
            let lines = self.lines();
            if wanted(&lines) {
                return lines;
            }
            assert!(
                Instant::now() < until,
                "{what} never came; printed was {lines:#?}"
            );
            thread::sleep(TICK);
        }
    }

    /// Waits for the end of the process, and gives how it ended and all that it printed.
    pub fn wait(mut self) -> (ExitStatus, Vec<String>) {
        let status = self.wait_for_end();
        let text = fs::read_to_string(&self.output).expect("the output is text");
        (status, text.lines().map(str::to_owned).collect())
    }

    /// Waits for the end of the process, and gives all that it wrote to stdout and stderr.
    pub fn all_at_end(mut self) -> String {
        self.wait_for_end();
        self.lines().join("\n") + &self.errors()
    }

    /// Waits for the end of a process that gives up, and gives all that it wrote to stderr.
    pub fn errors_at_end(mut self) -> String {
        let status = self.wait_for_end();
        assert!(!status.success(), "{status}");
        self.errors()
    }

    fn wait_for_end(&mut self) -> ExitStatus {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child of ours") {
                return status;
            }
            assert!(
                Instant::now() < until,
                "no end; printed was {:#?}",
                self.lines()
            );
            thread::sleep(TICK);
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // An error means that it has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // A test that has failed already would end all others of its file by a second panic.
        if !thread::panicking() {
            for output in [self.output.clone(), errors_of(&self.output)] {
                let bytes = fs::read(output).expect("the output stays until now");
                secrets::assert_none_in(&String::from_utf8_lossy(&bytes));
            }
        }
        let _ = fs::remove_file(&self.output);
        let _ = fs::remove_file(errors_of(&self.output));
    }
}

/// A file of this process and this instance alone.
fn output_file() -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("output-{}-{number}", std::process::id()))
}

/// Where the stderr of the instance goes whose stdout goes to `output`.
fn errors_of(output: &Path) -> PathBuf {
    output.with_extension("errors")
}
