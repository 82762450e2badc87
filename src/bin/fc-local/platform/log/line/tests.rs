use super::cut_line;

#[test]
fn what_stands_before_a_start_marker_on_its_line_is_cut() {
    assert_eq!(
        *cut_line(b"noise FC Invoke Start RequestId: x\n"),
        *b"FC Invoke Start RequestId: x\n"
    );
    assert_eq!(
        *cut_line(b"FC FFC PreStop Start RequestId: x FC Invoke Start RequestId: y\n"),
        *b"FC PreStop Start RequestId: x FC Invoke Start RequestId: y\n"
    );
    for whole in [
        "plain\n",
        "FC Invoke End RequestId: x\n",
        "FC Invoke Start\n",
        "FC Other Start RequestId: x\n",
    ] {
        assert_eq!(*cut_line(whole.as_bytes()), *whole.as_bytes());
    }
}
