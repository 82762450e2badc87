//! Bodies of known length, whole and in part, and streams whose client hears of silence or leaves.

use super::{Connection, Instance, request};

const CALL: (&str, &str) = ("x-fc-control-path", "/http-invoke");

fn asked(method: &str, target: &str, headers: &[(&str, &str)]) -> Vec<u8> {
    request(method, target, &[&[CALL], headers].concat(), b"")
}

#[test]
fn a_body_of_known_length_states_it_whole_in_part_and_to_head() {
    let instance = Instance::start("testbed", &[]);
    let mut connection = instance.connect();
    let whole = connection.exchange(&asked("GET", "/content", &[]));
    assert_eq!(
        (whole.status, whole.header("content-length")),
        (200, Some("10"))
    );
    assert_eq!(whole.text(), "0123456789");
    assert_eq!(whole.header("transfer-encoding"), None);
    connection.send(&asked("HEAD", "/content", &[]));
    let head = connection.response_to_head();
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, Some("10"))
    );
    let part = connection.exchange(&asked("GET", "/content", &[("Range", "bytes=-3")]));
    assert_eq!((part.status, part.text().as_str()), (206, "789"));
    assert_eq!(part.header("content-range"), Some("bytes 7-9/10"));
    let none = connection.exchange(&asked("GET", "/content", &[("Range", "bytes=10-")]));
    assert_eq!(
        (none.status, none.header("content-length")),
        (416, Some("0"))
    );
    let no_content = connection.exchange(&asked("GET", "/sized-and-empty", &[]));
    assert_eq!(
        (no_content.status, no_content.header("content-length")),
        (204, None)
    );
    let last = connection.exchange(&asked("GET", "/content", &[]));
    assert_eq!(last.text(), "0123456789", "the connection goes on");
}

#[test]
fn a_body_that_fails_before_its_first_byte_is_a_failure_like_any_other() {
    let instance = Instance::start("testbed", &[]);
    let failed = instance.http("GET", "/sized-failure", b"");
    assert_eq!(
        (failed.status, failed.header("x-fc-status")),
        (404, Some("404"))
    );
    assert_eq!(failed.json()["errorMessage"], "dried up");
}

#[test]
fn a_body_that_is_shorter_than_it_says_is_a_failure_and_nothing_is_put_in_its_place() {
    let instance = Instance::start("testbed", &[]);
    let mut connection = instance.connect();
    connection.send(&asked("GET", "/short", &[]));
    let (status, headers) = connection.head().expect("a head");
    assert_eq!(status, 200);
    assert!(headers.contains(&("content-length".into(), "8".into())));
    let said = "the reader ended 4 bytes before the 8 of the body";
    instance.wait_for_line("the failure", |line| line.contains(said));
    assert_eq!(connection.rest(), b"half");
    assert_eq!(instance.http("GET", "/content", b"").text(), "0123456789");
}

#[test]
fn a_silent_stream_is_heard_until_it_goes_on() {
    let instance = Instance::start("testbed", &[]);
    let mut connection = instance.connect();
    connection.send(&asked("GET", "/silent", &[]));
    let (status, headers) = connection.head().expect("a head");
    assert_eq!(status, 200);
    assert!(headers.contains(&("content-type".into(), "text/event-stream".into())));
    for _ in 0..3 {
        assert_eq!(connection.chunk().expect("a beat"), b":\n\n");
    }
    assert_eq!(instance.http("GET", "/next", b"").status, 204);
    let rest = std::iter::from_fn(|| connection.chunk().ok().filter(|chunk| !chunk.is_empty()));
    let rest: Vec<_> = rest.filter(|chunk| chunk != b":\n\n").collect();
    assert_eq!(rest, [b"data: over\n\n"]);
}

#[test]
fn work_for_a_client_that_leaves_its_stream_can_end() {
    leave(&Instance::start("testbed", &[]), |connection| {
        connection.send(&asked("GET", "/until-the-client-leaves", &[]));
        connection.head().expect("a head");
        assert_eq!(connection.chunk().expect("the start"), b"begun");
    });
}

/// `tiny_http` gives no way to look.
#[cfg(feature = "direct")]
#[test]
fn work_for_a_client_that_leaves_before_its_response_can_end() {
    let instance = Instance::start("testbed", &[]);
    leave(&instance, |connection| {
        connection.send(&asked("GET", "/work-until-the-client-leaves", &[]));
        instance.wait_for_line("the start", |line| line.ends_with("the work is begun"));
    });
}

/// Asks for work and leaves it; the instance notices and lives on.
fn leave(instance: &Instance, ask: impl FnOnce(&mut Connection)) {
    let mut connection = instance.connect();
    ask(&mut connection);
    drop(connection);
    instance.wait_for_line("the end of the work", |line| {
        line.ends_with("the work is left")
    });
    assert_eq!(instance.invoke("after", b"pause 1 x").text(), "pause 1 x");
}
