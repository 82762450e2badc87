//! Processes as the system sees them: which belong to another, and when something is so.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// How long to wait for what must come: far above what the slowest machine needs.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often to look whether it is there.
const TICK: Duration = Duration::from_millis(5);

/// The children of a process, each with its state (`Z` is a zombie).
pub(crate) fn children(parent: u32) -> Vec<(u32, char)> {
    let all = fs::read_dir("/proc").expect("the list of processes");
    let pids = all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<u32>().ok());
    let mut found: Vec<_> = pids.filter_map(|pid| child_of(parent, pid)).collect();
    found.sort_unstable();
    found
}

fn child_of(parent: u32, pid: u32) -> Option<(u32, char)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name before may contain anything.
    let mut fields = stat.rsplit_once(") ")?.1.split(' ');
    let state = fields.next()?.chars().next()?;
    (fields.next()?.parse::<u32>().ok()? == parent).then_some((pid, state))
}

/// Waits until something is so, or says that it never was.
pub(crate) fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) -> Result<(), String> {
    let until = Instant::now() + PATIENCE;
    while !is_so() {
        if Instant::now() >= until {
            return Err(format!("waited in vain for {what}"));
        }
        thread::sleep(TICK);
    }
    Ok(())
}
