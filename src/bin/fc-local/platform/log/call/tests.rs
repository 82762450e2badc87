use super::CallLog;

#[test]
fn a_marker_is_one_of_the_call_wherever_it_stands_in_a_line() {
    let mut log = CallLog::keeping(1000);
    log.take_own_line("two", b"FC Invoke End RequestId: one\n");
    log.take_own_line("two", b"FC Invoke Start RequestId: tw\n");
    assert!(!log.start_marker && !log.end_marker);
    log.take_own_line(
        "two",
        b"FC Invoke End RequestId: one FC Invoke End RequestId: two\n",
    );
    assert!(!log.start_marker && log.end_marker);
    log.take_own_line("two", b"FC Invoke Start RequestId: two\n");
    assert!(log.start_marker);
}
