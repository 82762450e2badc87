//! Another user of the machine, whose limits bind.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::support::binary;

/// A user who runs nothing else. The limit of threads counts those of all the user's processes, and it does not bind the
/// administrator at all, so that the administrator's tests need another one.
pub(super) struct OtherUser {
    id: Option<u32>,
    folder: PathBuf,
    pub(super) program: PathBuf,
}

impl OtherUser {
    pub(super) fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let status = fs::read_to_string("/proc/self/status").expect("a process has a status");
        let is_administrator = status.lines().any(|line| line.starts_with("Uid:\t0\t"));
        // The folder of the tests may be one that only its owner may enter.
        let folder = std::env::temp_dir().join(format!("fc-runtime-{process}-{number}"));
        fs::create_dir(&folder).expect("a folder that nobody else has");
        let everybody = Permissions::from_mode(0o755);
        fs::set_permissions(&folder, everybody).expect("our folder");
        let program = folder.join("testbed");
        // Another process copies it: what a thread of this one has open for writing cannot be run, nor can it while a program
        // that another test starts has a copy of that thread's open files.
        let mut install = Command::new("install");
        install
            .args(["-m", "755"])
            .args([&binary("testbed"), &program]);
        assert!(install.status().expect("install runs").success());
        Self {
            id: is_administrator.then(|| unused_user(process % 1_000 * 10 + number)),
            folder,
            program,
        }
    }

    pub(super) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        self.runs(&mut command);
        command
    }

    pub(super) fn runs<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        match self.id {
            Some(id) => command.uid(id),
            None => command,
        }
    }
}

/// The number of a user who runs nothing, one for each of 10,000 numbers. A container may have only some of the system's users.
fn unused_user(number: u32) -> u32 {
    const FIRST: u32 = 1_000_000;
    let map = fs::read_to_string("/proc/self/uid_map").expect("a process has its users");
    let ends = map.lines().filter_map(|line| {
        let numbers: Vec<u32> = line.split_whitespace().flat_map(str::parse).collect();
        numbers[0].checked_add(numbers[2])
    });
    // The last of 65,536 is nobody, who may run something.
    FIRST.min(ends.max().expect("users") - 10_002) + number
}

impl Drop for OtherUser {
    fn drop(&mut self) {
        // What stays is left to the system, which clears the folder of temporary files.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
