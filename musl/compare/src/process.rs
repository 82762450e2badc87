//! Owns what `/proc` says about a server and all processes under it. Knows nothing of peers.

use std::fs;
use std::io;
use std::time::Duration;

use nix::time::{ClockId, clock_getcpuclockid, clock_gettime};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};

/// The memory and the threads of a process tree at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// The highest resident set so far, in KiB, summed over the processes.
    pub peak_rss_kib: u64,
    /// The resident set now, in KiB; pages that processes share count once for each.
    pub rss_kib: u64,
    /// The proportional set now, in KiB; a shared page counts once.
    pub pss_kib: u64,
    /// The threads of all processes.
    pub threads: u64,
    /// The processes: one, or a master with its workers.
    pub processes: u64,
}

/// The process `root` and everything it started.
///
/// # Errors
/// When `/proc` cannot be listed.
pub fn tree(root: u32) -> io::Result<Vec<u32>> {
    let mut pairs = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Ok(pid) = entry?.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        // A process that ended meanwhile is not part of the tree.
        if let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) {
            pairs.extend(parse_parent(&stat).map(|parent| (pid, parent)));
        }
    }
    Ok(descendants(root, &pairs))
}

/// The memory of these processes, summed.
///
/// # Errors
/// When one of them ended or may not be looked at.
pub fn memory(pids: &[u32]) -> io::Result<Memory> {
    let mut sum = Memory::default();
    for pid in pids {
        let one = memory_of(*pid)?;
        sum.peak_rss_kib += one.peak_rss_kib;
        sum.rss_kib += one.rss_kib;
        sum.pss_kib += one.pss_kib;
        sum.threads += one.threads;
        sum.processes += 1;
    }
    Ok(sum)
}

/// The user and system time these processes have used, threads that ended included.
///
/// # Errors
/// When one of them ended.
pub fn cpu_time(pids: &[u32]) -> io::Result<Duration> {
    let mut sum = Duration::ZERO;
    for pid in pids {
        let pid = Pid::from_raw(i32::try_from(*pid).map_err(io::Error::other)?);
        // The kernel's clock of the process counts nanoseconds; utime and stime in
        // /proc/PID/stat are the same time cut to whole ticks of 10 ms.
        sum += Duration::from(clock_gettime(clock_getcpuclockid(pid)?)?);
    }
    Ok(sum)
}

/// The user and system time that this process has used.
///
/// # Errors
/// When the kernel does not say.
pub fn own_cpu_time() -> io::Result<Duration> {
    Ok(clock_gettime(ClockId::CLOCK_PROCESS_CPUTIME_ID)?.into())
}

/// How often the threads of these processes have gone to sleep, to wait for something.
///
/// # Errors
/// When one of the processes ended.
pub fn sleeps(pids: &[u32]) -> io::Result<u64> {
    let mut sum = 0;
    for pid in pids {
        for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
            // A thread that ended meanwhile has no status any more.
            if let Ok(status) = fs::read_to_string(thread?.path().join("status")) {
                sum += parse_sleeps(&status).ok_or_else(|| {
                    io::Error::other(format!("process {pid} shows no sleeps in /proc"))
                })?;
            }
        }
    }
    Ok(sum)
}

fn memory_of(pid: u32) -> io::Result<Memory> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
    parse_memory(&status, &rollup).ok_or_else(|| {
        io::Error::other(format!(
            "process {pid} shows no VmHWM, Threads, Rss or Pss in /proc"
        ))
    })
}

fn parse_sleeps(status: &str) -> Option<u64> {
    field(status, "voluntary_ctxt_switches:")
}

fn parse_memory(status: &str, rollup: &str) -> Option<Memory> {
    let rss_kib = field(rollup, "Rss:")?;
    Some(Memory {
        // The kernel batches its own counter; the walk of smaps_rollup is exact.
        peak_rss_kib: field(status, "VmHWM:")?.max(rss_kib),
        rss_kib,
        pss_kib: field(rollup, "Pss:")?,
        threads: field(status, "Threads:")?,
        processes: 1,
    })
}

/// The number after `name` at the start of a line.
fn field(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// The parent in a `/proc/PID/stat` line; the command before it may hold blanks and brackets.
fn parse_parent(stat: &str) -> Option<u32> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

fn descendants(root: u32, pairs: &[(u32, u32)]) -> Vec<u32> {
    let mut found = vec![root];
    let mut at = 0;
    while at < found.len() {
        let parent = found[at];
        let children = pairs
            .iter()
            .filter(|(pid, of)| *of == parent && *pid != parent);
        found.extend(children.map(|(pid, _)| *pid));
        at += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    const STATUS: &str = "Name:\tbootstrap\nVmHWM:\t     425 kB\nVmRSS:\t 420 kB\nThreads:\t11\n";
    const ROLLUP: &str = "5555-7fff ---p 00000000 00:00 0 [rollup]\nRss:     412 kB\n\
                          Pss:     398 kB\nPss_Dirty:   60 kB\n";

    #[test]
    fn memory_is_read_from_status_and_smaps_rollup() {
        let memory = parse_memory(STATUS, ROLLUP).unwrap();
        assert_eq!(memory.peak_rss_kib, 425);
        assert_eq!(
            (memory.rss_kib, memory.pss_kib, memory.threads),
            (412, 398, 11)
        );
    }

    #[test]
    fn the_peak_is_never_below_what_is_resident_now() {
        let memory = parse_memory(STATUS, "Rss: 500 kB\nPss: 1 kB\n").unwrap();
        assert_eq!(memory.peak_rss_kib, 500);
    }

    #[test]
    fn a_process_without_memory_is_an_error_not_a_zero() {
        assert_eq!(parse_memory("Name:\tkthread\nThreads:\t1\n", ROLLUP), None);
    }

    #[test]
    fn the_parent_is_found_after_a_command_with_blanks_and_brackets() {
        assert_eq!(parse_parent("42 (a) b (c) S 7 42 42 0 -1"), Some(7));
        assert_eq!(parse_parent("42 cut"), None);
    }

    #[test]
    fn a_tree_holds_grandchildren_and_no_strangers() {
        let pairs = [(10, 1), (11, 10), (12, 11), (13, 1), (1, 0)];
        assert_eq!(descendants(10, &pairs), [10, 11, 12]);
    }

    #[test]
    fn this_process_can_be_measured() {
        let me = std::process::id();
        let memory = memory(&[me]).unwrap();
        assert!(memory.pss_kib > 0 && memory.threads > 0 && memory.processes == 1);
        assert!(cpu_time(&[me]).unwrap() > Duration::ZERO);
        assert!(tree(me).unwrap().contains(&me));
    }

    #[test]
    fn a_thread_that_waits_goes_to_sleep() {
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        while sleeps(&[child.id()]).unwrap() == 0 {
            assert_eq!(child.try_wait().unwrap(), None, "it waits for its input");
            std::thread::yield_now();
        }
        drop(child.stdin.take());
        assert!(child.wait().unwrap().success());
        assert_eq!(parse_sleeps("nonvoluntary_ctxt_switches:\t7\n"), None);
    }
}
