//! Clients that give up while they are answered, and those that get their ports after them.

use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::sockopt::{set_socket_linger, set_socket_recv_buffer_size, set_socket_reuseaddr};
use rustix::net::{AddressFamily, SocketType, bind, connect, socket};

use crate::support::{Connection, Instance, request};

/// How many clients give up, one after the other; more by `FC_GIVE_UPS=10000`.
const GIVE_UPS: usize = 500;

/// Below the ports that the system gives away: between two clients, another test would get one of those.
const PORT: u16 = 20_000;

/// More than the system's buffers take, so that the client leaves within its response.
const LONG_RESPONSE: &[u8] = b"repeat 5000000";

#[test]
fn who_gets_the_port_of_a_client_that_gave_up_is_served_and_nothing_that_it_has_left_is() {
    let give_ups = std::env::var("FC_GIVE_UPS").map_or(GIVE_UPS, |text| {
        text.parse().expect("FC_GIVE_UPS is a number")
    });
    let instance = Instance::start("testbed", &[]);
    // Two, so that the system has heard of the reset before the port is used again: else it waits a second.
    let ports = [PORT, PORT + 1];
    give_up(&instance, ports[0], 0);
    for number in 1..=give_ups {
        give_up(&instance, ports[number % 2], number);
        let port = ports[(number + 1) % 2];
        let mut innocent = Connection::over(connect_from(port, instance.address()));
        let id = format!("innocent-{number}");
        let response = innocent.exchange(&event(&id, b"hello"));
        assert_eq!(
            (response.status, response.text()),
            (200, "hello".into()),
            "{id}"
        );
        // It ends as the other does, so that the port is free at once.
        let next = innocent.exchange(&event(&id, b"more"));
        assert_eq!((next.status, next.text()), (200, "more".into()), "{id}");
        reset(innocent.into_stream());
    }
    let lines = instance.lines();
    let ran = |id: &str| lines.iter().filter(|line| line.contains(id)).count();
    assert!(ran("Start RequestId: innocent-") == 2 * give_ups);
    assert_eq!(
        ran("left-"),
        0,
        "what came after the response that was lost"
    );
}

/// Reads the beginning of a response and resets the connection, with one more request on its way.
fn give_up(instance: &Instance, port: u16, number: usize) {
    let stream = connect_from(port, instance.address());
    set_socket_recv_buffer_size(&stream, 4096).expect("a live socket");
    let mut client = Connection::over(stream);
    client.send(&event("long", LONG_RESPONSE));
    client.send(&event(&format!("left-{number}"), b"never"));
    let (status, _) = client.head().expect("a head");
    assert_eq!(status, 200, "give-up {number}");
    reset(client.into_stream());
}

fn event(id: &str, body: &[u8]) -> Vec<u8> {
    request("POST", "/invoke", &[("X-Fc-Request-Id", id)], body)
}

/// Without a time to linger a close is a reset.
fn reset(stream: TcpStream) {
    set_socket_linger(&stream, Some(Duration::ZERO)).expect("a live socket");
    drop(stream);
}

/// An address of this machine that no other process of the tests connects from.
fn own_host() -> Ipv4Addr {
    let [.., high, low] = std::process::id().to_be_bytes();
    Ipv4Addr::new(127, 2, high, low)
}

/// A connection from this port: the system would rather give another one.
fn connect_from(port: u16, server: SocketAddr) -> TcpStream {
    let stream = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    set_socket_reuseaddr(&stream, true).expect("a live socket");
    bind(&stream, &SocketAddr::from((own_host(), port))).expect("it was reset");
    loop {
        match connect(&stream, &server) {
            Ok(()) => return TcpStream::from(stream),
            // A process that another test is just starting has the reset connection still, until it runs.
            Err(Errno::ADDRNOTAVAIL) => thread::yield_now(),
            Err(error) => panic!("it listens: {error}"),
        }
    }
}
