//! An instance as the system sees it: its threads, its memory, its sockets, its limits and its signals.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::super::process::status_field;
use super::{Instance, PATIENCE, TICK};

impl Instance {
    /// Waits until it has so many threads, all of which sleep: a thread that begins maps more memory than it keeps.
    pub fn wait_for_sleeping_threads(&self, threads: usize) {
        let until = Instant::now() + PATIENCE;
        while !self.sleeps(threads) {
            assert!(Instant::now() < until, "no {threads} threads that sleep");
            thread::sleep(TICK);
        }
    }

    fn sleeps(&self, threads: usize) -> bool {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).expect("the process lives");
        let stats = tasks.map(|task| {
            let stat = task.expect("a thread").path().join("stat");
            fs::read_to_string(stat).unwrap_or_default()
        });
        let stats: Vec<_> = stats.collect();
        stats.len() >= threads && stats.iter().all(|stat| stat.contains(") S "))
    }

    /// Waits until none of its threads has run for a while: one that wakes up by itself every now and then never gets there.
    pub fn wait_until_it_sleeps(&self) {
        const A_WHILE: Duration = Duration::from_millis(300);
        let until = Instant::now() + PATIENCE;
        loop {
            let before = self.wakes();
            thread::sleep(A_WHILE);
            if self.wakes() == before {
                return;
            }
            assert!(Instant::now() < until, "it never sleeps");
        }
    }

    /// How often each of its threads has waited for something.
    fn wakes(&self) -> Vec<String> {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.pid())).expect("the process lives");
        let waits = tasks.map(|task| {
            let status = task.expect("a thread").path().join("status");
            let status = fs::read_to_string(status).unwrap_or_default();
            let line = status
                .lines()
                .find(|line| line.starts_with("voluntary_ctxt_switches"));
            line.unwrap_or_default().to_owned()
        });
        waits.collect()
    }

    /// Whether this process, and no other, listens on the port. A connection would find any that does.
    pub(super) fn listens(&self) -> bool {
        const LISTENING: &str = "0A";
        let proc = PathBuf::from(format!("/proc/{}", self.pid()));
        let port = format!(":{:04X}", self.address.port());
        let sockets = fs::read_to_string(proc.join("net/tcp")).unwrap_or_default();
        let inodes = sockets.lines().filter_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            let is_it = fields.get(1)?.ends_with(&port) && *fields.get(3)? == LISTENING;
            is_it.then(|| format!("socket:[{}]", fields[9]))
        });
        let inodes: Vec<_> = inodes.collect();
        // A process that has ended has no descriptors to look at.
        let descriptors = fs::read_dir(proc.join("fd")).into_iter().flatten();
        descriptors
            .filter_map(|entry| fs::read_link(entry.ok()?.path()).ok())
            .any(|target| inodes.iter().any(|inode| target == Path::new(inode)))
    }

    /// Sets a limit of the running process, which it may raise itself.
    pub fn limit(&self, resource: &str, value: u64) {
        self.set_limit(resource, &format!("{value}:"));
    }

    /// Sets a limit of the running process, as a platform that is short of something does: only an administrator can
    /// raise it again.
    pub fn limit_for_good(&self, resource: &str, value: u64) {
        self.set_limit(resource, &format!("{value}:{value}"));
    }

    /// Raises a limit of the running process to what it may be at most, which differs from machine to machine.
    pub fn unlimit(&self, resource: &str) {
        let mut prlimit = self.prlimit();
        prlimit.args([&format!("--{resource}"), "--output=HARD", "--noheadings"]);
        let output = prlimit.output().expect("prlimit is there");
        let most = String::from_utf8(output.stdout).expect("text");
        self.set_limit(resource, &format!("{}:", most.trim()));
    }

    fn set_limit(&self, resource: &str, limits: &str) {
        let mut prlimit = self.prlimit();
        let status = prlimit.arg(format!("--{resource}={limits}")).status();
        assert!(status.expect("prlimit is there").success());
    }

    fn prlimit(&self) -> Command {
        let user = u32::try_from(self.status_field("Uid:")).expect("a user's number");
        let mut prlimit = Command::new("prlimit");
        // A user's processes are that user's to limit.
        prlimit.uid(user).arg(format!("--pid={}", self.pid()));
        prlimit
    }

    /// An address space, in bytes, with room for what its threads allocate, but none for another thread.
    pub fn space_for_no_thread(&self) -> u64 {
        /// Less than a stack, which is 2 MiB.
        const LITTLE: u64 = 1536 * 1024;
        self.status_field("VmSize:") * 1024 + LITTLE
    }

    /// A field of `/proc/PID/status`; memory is in kB.
    pub fn status_field(&self, name: &str) -> u64 {
        status_field(self.pid(), name)
    }

    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([signal, &self.pid().to_string()])
            .status();
        assert!(status.expect("kill is there").success());
    }
}
