//! Clients that do not read their responses, and those who want theirs meanwhile.

use crate::support::{Connection, Instance, request};

const WORKERS: usize = 4;
/// More than there are workers, and more than twice as many.
const NON_READERS: usize = 9;
const OTHERS: usize = 30;
/// More than the system's buffers take of a client that reads nothing.
const LONG_BYTES: usize = 5_000_000;

#[test]
fn clients_that_do_not_read_keep_no_worker_and_lose_nothing() {
    let instance = Instance::start("testbed", &[("WORKERS", &WORKERS.to_string())]);
    let event = format!("repeat {LONG_BYTES}");
    let mut non_readers: Vec<Connection> = (0..NON_READERS)
        .map(|_| {
            let mut client = instance.connect();
            client.send(&request("POST", "/invoke", &[], event.as_bytes()));
            client
        })
        .collect();
    for client in &mut non_readers {
        let (status, headers) = client.head().expect("a head");
        let length = ("content-length".to_owned(), LONG_BYTES.to_string());
        assert!(status == 200 && headers.contains(&length), "{headers:?}");
    }
    for number in 0..OTHERS {
        let response = instance.invoke(&format!("other-{number}"), b"hello");
        assert_eq!((response.status, response.text()), (200, "hello".into()));
    }
    for client in &mut non_readers {
        let body = client.exactly(LONG_BYTES).expect("all of it");
        assert!(body.iter().all(|&byte| byte == b'x'));
        let next = client.exchange(&request("POST", "/invoke", &[], b"next"));
        assert_eq!(next.text(), "next", "the connection is sound");
    }
}

#[test]
fn a_client_that_leaves_a_response_unread_ends_its_connection_and_nothing_else() {
    let instance = Instance::start("testbed", &[("WORKERS", "1")]);
    let event = format!("repeat {LONG_BYTES}");
    for number in 0..3 {
        let mut client = instance.connect();
        client.send(&request("POST", "/invoke", &[], event.as_bytes()));
        assert_eq!(client.head().expect("a head").0, 200);
        // By now the response may wait for its client, which leaves.
        let other = instance.invoke(&format!("other-{number}"), b"hello");
        assert_eq!(other.text(), "hello");
        drop(client);
    }
    let last = instance.invoke("last", b"hello");
    assert_eq!(last.text(), "hello");
    assert!(
        !instance.errors().contains("panicked"),
        "{}",
        instance.errors()
    );
}
