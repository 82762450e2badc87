//! The life of a process: its port, its many requests at once.

use std::net::TcpListener;
use std::process::{Command, Output};
use std::thread;

use crate::support::{Connection, Instance, binary, request};

fn start_with_port(port: &str) -> Output {
    let mut command = Command::new(binary("bootstrap"));
    command
        .env("FC_CUSTOM_LISTEN_PORT", port)
        .output()
        .expect("the bootstrap is built")
}

#[test]
fn a_bad_port_names_the_variable_and_the_value() {
    for port in ["none", "0", "65536"] {
        let output = start_with_port(port);
        assert_eq!(output.status.code(), Some(1));
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            said,
            format!(
                "bootstrap: FC_CUSTOM_LISTEN_PORT is {port:?}, which is not a port from 1 to 65535\n"
            )
        );
    }
}

#[test]
fn a_taken_port_names_the_knob() {
    let holder = TcpListener::bind("0.0.0.0:0").expect("a free port");
    let port = holder
        .local_addr()
        .expect("a bound socket")
        .port()
        .to_string();
    let output = start_with_port(&port);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.starts_with(&format!(
            "bootstrap: cannot listen on 0.0.0.0:{port}: Address "
        )),
        "{said}"
    );
    assert!(said.contains("FC_CUSTOM_LISTEN_PORT"), "{said}");
}

/// Every line of every request stands once, whole, and between the markers of its own request.
fn assert_every_line_is_whole(lines: &[String], requests: usize) {
    for number in 0..requests {
        let id = format!("id-{number:03}");
        let mine: Vec<_> = lines.iter().filter(|line| line.contains(&id)).collect();
        let texts: Vec<_> = mine
            .iter()
            .map(|line| {
                line.split_once("Z ")
                    .map_or(line.as_str(), |(_, rest)| rest)
            })
            .collect();
        assert_eq!(
            texts,
            [
                format!("FC Invoke Start RequestId: {id}"),
                format!("{id} [INFO] asleep for 300 ms"),
                format!("{id} [INFO] awake after 300 ms"),
                format!("FC Invoke End RequestId: {id}"),
            ]
        );
    }
}

#[test]
fn two_hundred_slow_requests_at_once_are_each_answered_as_their_own() {
    const REQUESTS: usize = 200;
    let instance = Instance::start("testbed", &[]);
    // All connections stay open until every response is there, as the platform's do.
    let ask = |number: usize| {
        let id = format!("id-{number:03}");
        let mut connection = instance.connect();
        let headers = [
            ("x-fc-control-path", "/invoke"),
            ("x-fc-request-id", id.as_str()),
        ];
        let response = connection.exchange(&request("POST", "/invoke", &headers, b"sleep 300"));
        assert_eq!((response.status, response.text()), (200, id));
        connection
    };
    let connections: Vec<Connection> = thread::scope(|scope| {
        let asked: Vec<_> = (0..REQUESTS)
            .map(|number| scope.spawn(move || ask(number)))
            .collect();
        asked
            .into_iter()
            .map(|asked| asked.join().expect("a response"))
            .collect()
    });
    assert_eq!(connections.len(), REQUESTS);
    let lines = instance.wait_for_lines("all end lines", |lines| {
        lines
            .iter()
            .filter(|line| line.starts_with("FC Invoke End"))
            .count()
            == REQUESTS
    });
    assert_every_line_is_whole(&lines, REQUESTS);
}

/// None of them ends before all have begun. How soon they have is counted in `server::hiring`, and `compare burst` shows it.
#[test]
fn sixty_handlers_of_a_cold_instance_run_at_the_same_time() {
    let instance = Instance::start("testbed", &[]);
    let mut connections: Vec<Connection> = (0..60).map(|_| instance.connect()).collect();
    for (number, connection) in connections.iter_mut().enumerate() {
        let id = number.to_string();
        let headers = [
            ("x-fc-control-path", "/invoke"),
            ("x-fc-request-id", id.as_str()),
        ];
        connection.send(&request("POST", "/invoke", &headers, b"meet 60"));
    }
    for (number, connection) in connections.iter_mut().enumerate() {
        assert_eq!(connection.response().text(), number.to_string());
    }
}

#[test]
fn a_burst_of_connections_that_stay_open_starves_none() {
    for size in [5, 16, 32, 200] {
        let instance = Instance::start("bootstrap", &[]);
        let mut connections: Vec<Connection> = (0..size).map(|_| instance.connect()).collect();
        let bytes = request("POST", "/invoke", &[("x-fc-control-path", "/invoke")], b"x");
        connections
            .iter_mut()
            .for_each(|connection| connection.send(&bytes));
        for connection in &mut connections {
            assert_eq!(connection.response().text(), "x");
        }
    }
}

#[test]
fn requests_beyond_the_workers_wait_and_are_answered() {
    let instance = Instance::start("testbed", &[("WORKERS", "2")]);
    let responses: Vec<_> = thread::scope(|scope| {
        let asked: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| instance.invoke("w", b"sleep 20").status))
            .collect();
        asked
            .into_iter()
            .map(|asked| asked.join().expect("a response"))
            .collect()
    });
    assert_eq!(responses, [200; 6]);
    let (mut at_once, mut most) = (0_usize, 0);
    for line in instance.lines() {
        at_once += usize::from(line.contains(" asleep "));
        at_once -= usize::from(line.contains(" awake "));
        most = most.max(at_once);
    }
    assert_eq!(most, 2, "both workers worked, and no third");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let instance = Instance::start("testbed", &[]);
    let mut connection = instance.connect();
    let headers = [("x-fc-control-path", "/invoke")];
    let mut bytes = request("POST", "/invoke", &headers, b"sleep 50");
    bytes.extend(request("POST", "/invoke", &headers, b"second"));
    bytes.extend(request("POST", "/invoke", &headers, b"third"));
    assert_eq!(connection.exchange(&bytes).text(), "");
    assert_eq!(
        [connection.response().text(), connection.response().text()],
        ["second", "third"]
    );
}

#[test]
fn an_instance_that_was_frozen_goes_on() {
    let instance = Instance::start("testbed", &[]);
    let mut connection = instance.connect();
    let bytes = request("POST", "/invoke", &[("x-fc-control-path", "/invoke")], b"x");
    for _ in 0..5 {
        assert_eq!(connection.exchange(&bytes).text(), "x");
        instance.signal("-STOP");
        connection.send(&bytes);
        instance.signal("-CONT");
        assert_eq!(connection.response().text(), "x");
    }
}
