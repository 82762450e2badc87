//! What fc-local keeps open to an instance: the connections that calls use, and others not for long.

use std::fs;

use serde_json::json;

use crate::instances::{beside_a_call, pid};
use crate::support::{Server, wait_for};

/// How a connection that is open is written in `/proc/net/tcp`.
const ESTABLISHED: &str = "01";

/// How many connections are open to a process that listens on the port of its environment.
fn connections_to(pid: u64) -> usize {
    let environment = fs::read(format!("/proc/{pid}/environ")).expect("it runs");
    let environment = String::from_utf8_lossy(&environment).into_owned();
    let mut variables = environment.split('\0');
    let port = variables.find_map(|pair| pair.strip_prefix("FC_CUSTOM_LISTEN_PORT="));
    let port: u16 = port.expect("it has a port").parse().expect("a number");
    let other_end = format!(":{port:04X}");
    let table = fs::read_to_string("/proc/net/tcp").expect("the kernel's table");
    let lines = table.lines().skip(1);
    lines
        .filter(|line| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            fields[2].ends_with(&other_end) && fields[3] == ESTABLISHED
        })
        .count()
}

#[test]
fn a_connection_that_no_call_uses_any_more_is_closed_while_another_call_runs() {
    let server = Server::with(&["--idle-timeout", "1"]);
    server.deploy(&json!({"instanceConcurrency": 10, "timeout": 60}));
    beside_a_call(&server, &server.data.join("gate"), || {
        let instance = pid(&server.function_state());
        wait_for("the second call's connection to be closed", || {
            (connections_to(instance) == 1).then_some(())
        });
    });
}
