//! What goes wrong around a process and inside its handlers, and what must not come of it: a request without a response,
//! a response that is another's, a process that lives and serves nobody.

mod clients;
mod crowd;
mod output;
mod outputs;
mod panics;
mod start;
mod stop;
mod system;

use std::net::TcpStream;

use crate::support::{self, Connection, Instance, request};

fn connect(instance: &Instance) -> TcpStream {
    TcpStream::connect(instance.address()).expect("it listens")
}

/// The bytes of an event.
fn event(request_id: &str, body: &[u8]) -> Vec<u8> {
    let headers = [
        ("X-Fc-Control-Path", "/invoke"),
        ("X-Fc-Request-Id", request_id),
    ];
    request("POST", "/invoke", &headers, body)
}

/// Checks that requests on a new connection are answered.
fn assert_serves(instance: &Instance) {
    assert_eq!(instance.invoke("still", b"still here").text(), "still here");
}

/// A response to an event that comes back on this connection.
fn response_to(connection: &mut Connection, request_id: &str, body: &str) -> String {
    connection
        .exchange(&event(request_id, body.as_bytes()))
        .text()
}
