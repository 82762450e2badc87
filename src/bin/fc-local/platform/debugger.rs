//! What a debugger needs of an instance: all the time it wants, and the id of the process.
//!
//! It attaches no debugger.

use std::fs;
use std::time::Duration;

use rustix::process::geteuid;

use crate::facts::limit;
use crate::function::{Function, Hook};
use crate::output;

/// Whether a process may be traced that is no child of the debugger: by its user (0), or only by root.
const TRACE_RULE: &str = "/proc/sys/kernel/yama/ptrace_scope";

/// No limit that a person reaches, and the longest that Function Compute itself would take.
pub(crate) const NO_LIMIT: Duration = Duration::from_secs(limit::TIMEOUT_SECONDS);

/// A function that may take all the time that there is.
pub(super) fn without_limits(function: &Function) -> Function {
    let unlimited = |hook: &Option<Hook>| {
        hook.as_ref().map(|hook| Hook {
            timeout: NO_LIMIT,
            ..hook.clone()
        })
    };
    Function {
        timeout: NO_LIMIT,
        initializer: unlimited(&function.initializer),
        pre_freeze: unlimited(&function.pre_freeze),
        pre_stop: unlimited(&function.pre_stop),
        ..function.clone()
    }
}

/// Says how to attach to a process that has just started.
pub(super) fn say_how_to_attach(function: &Function, process: i32) {
    let rule = fs::read_to_string(TRACE_RULE).unwrap_or_default();
    let sudo = match rule.trim() {
        "" | "0" => "",
        _ if geteuid().is_root() => "",
        _ => "sudo ",
    };
    let name = &function.name;
    output::say(&format!(
        "{name} starts as process {process}; attach with {sudo}gdb -p {process}, or {sudo}lldb -p {process}"
    ));
}
