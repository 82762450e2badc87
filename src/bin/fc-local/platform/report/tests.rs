use std::time::Duration;

use super::{Failure, Usage, finish_log, platform_end_line};
use crate::facts::limit;
use crate::platform::log::CallLog;

const USAGE: Usage = Usage {
    duration: Duration::from_micros(3870),
    memory_mb: 100.26,
};

#[test]
fn the_tail_log_ends_in_the_duration_line() {
    let mut log = CallLog::keeping(limit::TAIL_LOG_BYTES);
    (log.start_marker, log.end_marker) = (true, true);
    log.push(b"FC Invoke Start RequestId: r\nFC Invoke End RequestId: r\n");
    let log = finish_log(log, [], &USAGE, 128);
    let expected = "FC Invoke Start RequestId: r\nFC Invoke End RequestId: r\n\nDuration: 3.87 ms, Billed \
                        Duration: 4 ms, Memory Size: 128 MB, Max Memory Used: 100.26 MB";
    assert_eq!(String::from_utf8_lossy(&log.tail), expected);
}

#[test]
fn without_markers_the_log_is_an_end_line_and_the_duration() {
    let mut log = CallLog::keeping(limit::TAIL_LOG_BYTES);
    log.push(b"a line nobody will see\n");
    let end = platform_end_line(&log, "r", None);
    let log = finish_log(log, end.as_deref(), &USAGE, 128);
    assert!(
        String::from_utf8_lossy(&log.tail).starts_with("FC Invoke End RequestId: r\n\nDuration: ")
    );
}

#[test]
fn failures_read_as_the_platform_writes_them() {
    let message = |failure: Failure| failure.message(&USAGE).unwrap_or_default();
    assert_eq!(
        message(Failure::Exited("exit code 1".to_owned())),
        "Process exited unexpectedly before completing request (duration: 3ms, maxMemoryUsage: 100.26MB)"
    );
    assert_eq!(
        message(Failure::TimedOut(Duration::from_secs(3))),
        "Function timed out after 3 seconds (maxMemoryUsage: 100.26MB)"
    );
}
