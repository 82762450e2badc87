//! The functions' logs on stderr as they come, each line with the name of its function. The log files have every line, be it
//! shown or not.
//!
//! It must not know how a line comes to stderr.

use crate::name::FunctionName;
use crate::output;
use crate::platform::log::Onlooker;

/// Shows every line that comes.
pub(super) fn onlooker() -> Onlooker {
    Onlooker::new(|name, lines| output::logs(shown(name, lines)))
}

fn shown(name: &FunctionName, lines: &[u8]) -> Vec<u8> {
    let label = format!("{name} | ");
    let each = lines.split_inclusive(|byte| *byte == b'\n');
    let labelled = each.flat_map(|line| [label.as_bytes(), line]);
    labelled.collect::<Vec<_>>().concat()
}
