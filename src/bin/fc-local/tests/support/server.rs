//! A running `fc-local`: its start, its end, its data.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::sign::{KEY_ID, KEY_SECRET};
use super::{PATIENCE, fc_local};

/// A running `fc-local start` with its own data folder.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) data: PathBuf,
    _folder: Option<tempfile::TempDir>,
    /// What it writes to stderr, unless the test looks at that itself; shown where a test fails.
    said: Option<tempfile::NamedTempFile>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let mut server = Self::on(folder.path(), arguments);
        server._folder = Some(folder);
        server
    }

    /// Starts on a data folder that outlives the server.
    pub(crate) fn on(data: &Path, arguments: &[&str]) -> Self {
        let said = tempfile::NamedTempFile::new().expect("a file");
        let mut command = fc_local();
        command
            .args(["start", "--port", "0", "--data"])
            .arg(data)
            .args(arguments)
            .stderr(said.reopen().expect("the file"));
        let mut server = Self::run(command, data);
        server.said = Some(said);
        server
    }

    pub(crate) fn run(mut command: Command, data: &Path) -> Self {
        command
            .env("FC_LOCAL_ACCESS_KEY_ID", KEY_ID)
            .env("FC_LOCAL_ACCESS_KEY_SECRET", KEY_SECRET);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("fc-local starts");
        let lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
        let endpoint = lines.map_while(Result::ok).find_map(|line| {
            line.strip_prefix("export FC_ENDPOINT=http://")
                .map(str::to_owned)
        });
        let address = endpoint.expect("fc-local prints its endpoint");
        Self {
            child,
            address,
            data: data.to_owned(),
            _folder: None,
            said: None,
        }
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends the server as a supervisor would, and waits for it.
    pub(crate) fn stop(&mut self) {
        let id = self.child.id().to_string();
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill runs");
        self.child.wait().expect("fc-local ends");
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the server's end, and gives its exit code.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("fc-local ends").code()
    }

    /// What it has written to stderr so far.
    pub(crate) fn said(&self) -> String {
        let said = self.said.as_ref().expect("the test does not look itself");
        fs::read_to_string(said.path()).expect("a file")
    }

    /// Ends the server without any warning.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("fc-local ends");
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("connected");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit");
        stream
    }

    /// The whole log of `s/f` so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.data.join("logs/s/f.log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
        if let Some(said) = self.said.as_ref().filter(|_| std::thread::panicking()) {
            let said = fs::read_to_string(said.path()).unwrap_or_default();
            eprintln!("what the server wrote to stderr:\n{said}");
        }
    }
}
