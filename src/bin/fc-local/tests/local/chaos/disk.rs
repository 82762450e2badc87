//! A small disk, which can be full: a tmpfs, so that the errors are the real ones.
//!
//! It must not know what lies on it.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// More than packages, logs with their older files, and the queue of a run take.
const SIZE: &str = "size=64m";
/// Set in the process that may mount, because it has its own names for users and for what is mounted.
const OWN_NAMES: &str = "CHAOS_OWN_NAMES";
const FILLER: &str = "filler";

#[derive(Debug)]
pub(super) struct Disk {
    root: tempfile::TempDir,
}

impl Disk {
    /// Mounts a disk, as an administrator. Anybody else lets this test run again by its name in a process that may mount,
    /// and has none.
    ///
    /// # Panics
    ///
    /// That test fails, or this is the project's own machine and nobody may mount.
    pub(super) fn mount(test: &str) -> Option<Self> {
        let root = tempfile::tempdir().expect("folder");
        let disk = root.path().join("disk");
        fs::create_dir(&disk).expect("folder");
        if is_done("mount", &["-t", "tmpfs", "-o", SIZE, "chaos"], &disk) {
            return Some(Self { root });
        }
        assert!(std::env::var_os(OWN_NAMES).is_none(), "it may mount");
        if is_done(
            "unshare",
            &["--user", "--map-root-user", "--mount"],
            Path::new("true"),
        ) {
            let status = again(test).expect("unshare runs");
            assert!(status.success(), "with its own disk: {status}");
        } else {
            let message = "LEFT OUT: the chaos of fc-local: a full disk needs the right to mount, or namespaces of users\n";
            assert!(std::env::var_os("CI").is_none(), "{message}");
            // Unlike what the macros print, this is seen although the test passes, and `make test` sums it up.
            io::stderr().write_all(message.as_bytes()).expect("stderr");
        }
        None
    }

    /// The folder that is the disk.
    pub(super) fn path(&self) -> PathBuf {
        self.root.path().join("disk")
    }

    /// A folder beside the disk, on which there is space.
    pub(super) fn beside(&self) -> &Path {
        self.root.path()
    }

    /// Leaves no space.
    pub(super) fn fill(&self) {
        let mut file = File::create(self.path().join(FILLER)).expect("a file");
        let piece = [b'x'; 64 * 1024];
        // A file ends with a part of a piece, so that there is no space for a single byte.
        let mut write = || file.write(&piece);
        let error = loop {
            match write() {
                Ok(_) => {}
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{error}");
    }

    pub(super) fn free(&self) {
        fs::remove_file(self.path().join(FILLER)).expect("the filler");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // One that is in use still, after a failure, goes with its last user.
        is_done("umount", &["--lazy"], &self.path());
    }
}

fn is_done(program: &str, arguments: &[&str], last: &Path) -> bool {
    let output = Command::new(program).args(arguments).arg(last).output();
    output.is_ok_and(|output| output.status.success())
}

fn again(test: &str) -> io::Result<ExitStatus> {
    Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount"])
        .arg(std::env::current_exe()?)
        .args([test, "--nocapture"])
        .env(OWN_NAMES, "1")
        .status()
}
