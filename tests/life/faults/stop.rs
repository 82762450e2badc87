//! A signal under load: a request that was begun is answered in full, and one that is not answered was never begun.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::event;
use super::support::{Connection, Instance};

const CLIENTS: usize = 16;

/// The ids of the requests that a client sent, by what became of them.
#[derive(Default)]
struct Seen {
    answered: HashSet<String>,
    /// The connection ended before the first byte of a response.
    unanswered: HashSet<String>,
}

/// Asks one request after the other, on a kept-alive connection for as long as it is, until nobody listens any more.
fn ask_until_the_end(address: SocketAddr, client: usize, responses: &AtomicUsize) -> Seen {
    let mut seen = Seen::default();
    let mut kept: Option<Connection> = None;
    for number in 0.. {
        let id = format!("{client}-{number}");
        let Some(mut connection) = kept.take().or_else(|| Connection::try_open(address)) else {
            break;
        };
        let sent = connection.try_send(&event(&id, id.as_bytes()));
        match sent.and_then(|()| connection.try_response(false)) {
            Ok(response) => {
                assert_eq!((response.status, response.text()), (200, id.clone()));
                responses.fetch_add(1, Ordering::SeqCst);
                kept = (response.header("connection") != Some("close")).then_some(connection);
                seen.answered.insert(id);
            }
            Err(error) => {
                assert!(
                    connection.is_untouched(),
                    "half a response to {id}: {error}"
                );
                seen.unanswered.insert(id);
            }
        }
    }
    seen
}

#[test]
fn under_load_each_request_is_answered_in_full_or_was_never_begun() {
    for signal in ["-TERM", "-INT"] {
        let instance = Instance::start("testbed", &[]);
        let address = instance.address();
        let responses = [const { AtomicUsize::new(0) }; CLIENTS];
        let seen = thread::scope(|scope| {
            let ask = |(client, responses)| {
                scope.spawn(move || ask_until_the_end(address, client, responses))
            };
            let clients: Vec<_> = responses.iter().enumerate().map(ask).collect();
            // Each of them, since what many have does not say that the last one has begun.
            while (responses.iter()).any(|responses| responses.load(Ordering::SeqCst) < 20) {
                thread::yield_now();
            }
            instance.signal(signal);
            let seen = clients
                .into_iter()
                .map(|client| client.join().expect("no panic"));
            seen.collect::<Vec<_>>()
        });
        let (status, lines) = instance.wait();
        assert_eq!(status.code(), Some(0), "{signal}");
        for (client, seen) in seen.iter().enumerate() {
            assert!(seen.answered.len() > 1, "client {client} was served");
            for id in &seen.unanswered {
                let start = format!("FC Invoke Start RequestId: {id}");
                assert!(!lines.contains(&start), "{id} was begun and not answered");
            }
        }
    }
}
