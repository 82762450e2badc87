//! Owns how a server is started: its command line, its environment, its files, and the cgroup it
//! begins in. Starts nothing.

use std::fs::File;
use std::io::{self, PipeWriter};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::cgroup::Cgroup;
use crate::join;
use crate::shell::SYSTEM_PATH;

/// How a server is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program and its arguments.
    pub argv: Vec<String>,
    /// The folder it runs in.
    pub folder: PathBuf,
    /// Where its stderr goes.
    pub errors: PathBuf,
    /// The memory of the function in MB, as the platform says it, if the instance has so little.
    pub memory_mb: Option<u32>,
}

/// The memory of the platform's smallest instance, in MB.
const SMALLEST_MB: u32 = 128;

impl Launch {
    /// The same server, which joins `group` and uses `burn_us` of its quota before it begins.
    ///
    /// # Errors
    /// When this program does not know its own file.
    pub fn inside(&self, group: &Cgroup, burn_us: u32) -> io::Result<Self> {
        Ok(Self {
            argv: join::argv(group, burn_us, &self.argv)?,
            memory_mb: Some(SMALLEST_MB),
            ..self.clone()
        })
    }

    /// The command; what the server prints goes into `stdout`.
    ///
    /// # Errors
    /// When the file for its stderr cannot be made.
    pub fn command(&self, port: u16, stdout: PipeWriter) -> io::Result<Command> {
        let mut command = Command::new(&self.argv[0]);
        command.args(&self.argv[1..]).current_dir(&self.folder);
        command
            .env_clear()
            .env("PATH", SYSTEM_PATH)
            .env("LANG", "C.UTF-8");
        command.env("FC_SERVER_PORT", port.to_string());
        command.env("FC_CUSTOM_LISTEN_PORT", port.to_string());
        let memory = self.memory_mb.map(|memory| memory.to_string());
        command.envs(memory.map(|memory| ("FC_FUNCTION_MEMORY_SIZE", memory)));
        command
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(File::create(&self.errors)?);
        // Its own group, so that its workers end with it.
        command.process_group(0);
        Ok(command)
    }
}
