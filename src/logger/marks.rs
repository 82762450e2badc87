//! The marker lines, by which Function Compute cuts the log into calls ([contract §5.1](crate::guide::contract#5.1)).
//!
//! Owns their words. It must not know when a call begins or ends.

use super::writer::write_line;

/// What a marker line is about ([contract §5.1](crate::guide::contract#5.1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The initializer.
    Initialize,
    /// An event or an HTTP call.
    Invoke,
    /// The hook before a freeze.
    PreFreeze,
    /// The hook before the end.
    PreStop,
}

impl Phase {
    fn name(self) -> &'static str {
        match self {
            Self::Initialize => "Initialize",
            Self::Invoke => "Invoke",
            Self::PreFreeze => "PreFreeze",
            Self::PreStop => "PreStop",
        }
    }
}

/// Says that the process serves; Function Compute takes it for the mark of a cold start
/// ([contract §5.1](crate::guide::contract#5.1)).
pub(crate) fn mark_inited() {
    write_line(&["FunctionCompute rust runtime inited."]);
}

/// Says that work on the request of this id begins.
pub(crate) fn mark_start(phase: Phase, request_id: &str) {
    write_line(&["FC ", phase.name(), " Start RequestId: ", request_id]);
}

/// Says that work on the request of this id is over, and whether it failed. The response must not be complete before.
pub(crate) fn mark_end(phase: Phase, request_id: &str, failed: bool) {
    // The suffix stands after a returned error as after a panic (contract §9, K11).
    let suffix = if failed {
        ", Error: Unhandled function error"
    } else {
        ""
    };
    write_line(&["FC ", phase.name(), " End RequestId: ", request_id, suffix]);
}
