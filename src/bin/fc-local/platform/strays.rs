//! Processes of an instance wherever they went, into another session too: found by the variables that the instance
//! got, and killed one by one.
//!
//! Nothing is killed because of its group or its folder: what a user runs there is no instance.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

/// Names the folder of its code to an instance ([contract §4.3](crate::check::sections::SECTIONS#4.3)).
pub(super) const CODE_PATH_VARIABLE: &str = "FC_FUNC_CODE_PATH";

/// Names itself to an instance ([contract §4.3](crate::check::sections::SECTIONS#4.3)); no two have the same.
pub(super) const INSTANCE_VARIABLE: &str = "FC_INSTANCE_ID";

/// A process that dies may have made another one just before, so one looks again, but not for ever.
const LOOKS_MAX: usize = 100;
const LOOK_PAUSE: Duration = Duration::from_millis(5);

/// Kills the instances whose code lies in a folder: those that outlived an fc-local which was killed itself.
pub(crate) fn kill_of_folder(folder: &Path) {
    kill_all(|environment| {
        let code = variable(environment, CODE_PATH_VARIABLE);
        code.is_some_and(|code| Path::new(OsStr::from_bytes(code)).starts_with(folder))
    });
}

/// Kills what is left of these instances.
pub(super) fn kill_of_instances(ids: &[String]) {
    kill_all(|environment| {
        let id = variable(environment, INSTANCE_VARIABLE);
        id.is_some_and(|id| ids.iter().any(|one| one.as_bytes() == id))
    });
}

fn kill_all(is_meant: impl Fn(&[u8]) -> bool) {
    for _ in 0..LOOKS_MAX {
        let found: Vec<Pid> = processes()
            .filter(|id| is_meant(&environment_of(*id)))
            .collect();
        if found.is_empty() {
            return;
        }
        for id in found {
            // It may end in the meantime; then there is nothing left to do.
            let _ = kill_process(id, Signal::KILL);
        }
        thread::sleep(LOOK_PAUSE);
    }
}

fn processes() -> impl Iterator<Item = Pid> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    ids.filter_map(Pid::from_raw)
}

/// The variables that a process was started with; none of one that has ended, or is another user's.
fn environment_of(id: Pid) -> Vec<u8> {
    fs::read(format!("/proc/{}/environ", id.as_raw_nonzero())).unwrap_or_default()
}

fn variable<'a>(environment: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let mut variables = environment.split(|byte| *byte == 0);
    variables.find_map(|variable| variable.strip_prefix(name.as_bytes())?.strip_prefix(b"="))
}
