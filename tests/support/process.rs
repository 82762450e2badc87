//! What a process takes, as the system counts it.

use std::fs;
use std::str::FromStr;

/// What a process takes at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    pub rss_kib: usize,
    /// The most that it has ever taken.
    pub peak_kib: usize,
    pub fds: usize,
    pub threads: usize,
}

impl Sample {
    pub fn take(pid: u32) -> Self {
        let status = status(pid);
        let fds = fs::read_dir(format!("/proc/{pid}/fd")).expect("the process is ours");
        Self {
            rss_kib: field(&status, "VmRSS:"),
            peak_kib: field(&status, "VmHWM:"),
            fds: fds.count(),
            threads: field(&status, "Threads:"),
        }
    }
}

/// A number of `/proc/PID/status`, such as `VmRSS:`, which is in KiB.
pub fn status_field(pid: u32, name: &str) -> u64 {
    field(&status(pid), name)
}

fn status(pid: u32) -> String {
    fs::read_to_string(format!("/proc/{pid}/status")).expect("the process lives")
}

fn field<T: FromStr>(status: &str, name: &str) -> T {
    let line = status.lines().find(|line| line.starts_with(name));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or_else(|| panic!("no {name} in {status}"))
}
