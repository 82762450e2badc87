//! Whether an instance has used more memory than its function has.
//!
//! It must not know calls: it is asked after each.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::function::Function;
use crate::output;
use crate::platform::report::Usage;

/// What was said of an instance's memory.
#[derive(Debug, Default)]
pub(crate) struct MemoryWatch {
    has_said: AtomicBool,
}

impl MemoryWatch {
    /// Warns of an instance that has used too much, once: its peak does not fall. Nothing is enforced.
    pub(crate) fn look(&self, function: &Function, usage: &Usage) {
        let Some(warning) = warning(function.memory_mb, usage.memory_mb) else {
            return;
        };
        if !self.has_said.swap(true, Ordering::Relaxed) {
            output::say(&format!("{} {warning}", function.name));
        }
    }
}

/// What is wrong with this use of memory; the text goes on after the function's name.
fn warning(limit_mb: u64, used_mb: f64) -> Option<String> {
    // Far from the 2^53 from which on a number would be rounded.
    #[allow(clippy::cast_precision_loss)]
    let is_above = used_mb > limit_mb as f64;
    is_above.then(|| {
        format!(
            "has used {used_mb:.1} MB of memory where it has {limit_mb} MB: Function Compute may end its instance \
             (FunctionOOMError); raise its memory size, or use less"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::warning;

    #[test]
    fn only_what_is_above_the_limit_is_warned_of() {
        assert_eq!(warning(128, 128.0), None);
        let words = warning(128, 290.26).expect("a warning");
        assert!(
            words.starts_with("has used 290.3 MB of memory where it has 128 MB: "),
            "{words}"
        );
    }
}
