//! What bodies may take together.

use std::time::{Duration, Instant};

use crate::support::{Instance, request};

const PATIENCE: Duration = Duration::from_secs(60);

#[test]
fn bodies_that_have_no_room_in_half_of_the_functions_memory_are_told_to_come_again() {
    // Half of it is 512 KiB.
    let instance = Instance::start("testbed", &[("FC_FUNCTION_MEMORY_SIZE", "1")]);
    let event = vec![b'x'; 400_000];
    let post = request("POST", "/invoke", &[], &event);
    let mut first = instance.connect();
    let (most, rest) = post.split_at(post.len() - 10);
    first.send(most);
    let until = Instant::now() + PATIENCE;
    let refused = loop {
        let answer = instance.connect().exchange(&post);
        if answer.status != 200 {
            break answer;
        }
        assert!(Instant::now() < until, "the first is not counted");
    };
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert!(refused.text().contains("Runtime::memory_limit"));
    let small = instance
        .connect()
        .exchange(&request("POST", "/invoke", &[], b"small"));
    assert_eq!(small.text(), "small");
    first.send(rest);
    let answer = first.answer();
    assert_eq!((answer.status, answer.body.len()), (200, event.len()));
    while instance.connect().exchange(&post).status != 200 {
        assert!(Instant::now() < until, "its room does not come back");
    }
    // One that does not say how long it is, is refused when it is too long.
    let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", 600_000, "x".repeat(600_000));
    let chunked = "POST /invoke HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let answer = instance
        .connect()
        .exchange((chunked.to_owned() + &chunk).as_bytes());
    assert_eq!(answer.status, 503, "{}", answer.text());
}
