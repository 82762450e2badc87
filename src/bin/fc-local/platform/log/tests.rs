use super::LogHub;
use crate::facts::limit;

#[tokio::test]
async fn what_was_written_before_a_call_is_none_of_its_lines() {
    let (hub, write) = LogHub::new(None, limit::TAIL_LOG_BYTES).expect("a pipe");
    rustix::io::write(&write, b"before\n").expect("written");
    hub.begin("one", false);
    rustix::io::write(&write, b"during\n").expect("written");
    assert_eq!(hub.end("one").tail, b"during\n");
}

#[tokio::test]
async fn the_last_line_of_an_instance_needs_no_end() {
    let (hub, write) = LogHub::new(None, limit::TAIL_LOG_BYTES).expect("a pipe");
    hub.begin("one", false);
    rustix::io::write(&write, b"whole\nno end").expect("written");
    drop(write);
    assert_eq!(hub.end("one").tail, b"whole\nno end\n");
}
