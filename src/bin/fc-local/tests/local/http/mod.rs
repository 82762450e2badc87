//! HTTP triggers: by the proxy path and by a custom domain, whole and streamed (contract §1, §3).

mod later;
mod refused;
mod routes;
mod signed;

use std::fs;
use std::io::BufReader;
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::{DOMAIN, Reply, Server, body_of_20_mb, read_chunk, send, wait_for};

const PROXY: &str = "/2016-08-15/proxy/s/f";
const METHODS: [&str; 6] = ["GET", "POST", "PUT", "DELETE", "HEAD", "PROPFIND"];

fn server_with(fields: &Value) -> Server {
    let server = Server::start();
    server.deploy(fields);
    server.add_trigger("anonymous", &METHODS);
    server.add_domain();
    server
}

/// Asks for the function's stream of events, and leaves the reading to the test.
fn ask_for_events(server: &Server) -> BufReader<TcpStream> {
    let mut stream = server.connect();
    send(&mut stream, "GET", "/events", &[("Host", DOMAIN)], b"");
    BufReader::new(stream)
}

/// What the function saw of a header, in the order it came.
fn seen<'a>(reply: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = reply["headers"].as_array().expect("a list");
    let pairs = headers.iter().filter(|pair| {
        pair[0]
            .as_str()
            .is_some_and(|key| key.eq_ignore_ascii_case(name))
    });
    pairs.filter_map(|pair| pair[1].as_str()).collect()
}

#[test]
fn the_users_own_request_reaches_the_function_by_its_domain() {
    let server = server_with(&json!({}));
    let headers = [
        ("X-Twice", "1"),
        ("X-Twice", "2"),
        ("X-Fc-Function-Name", "forged"),
        ("Cookie", "k=%E4%BD%A0"),
    ];
    let reply = server.by_domain("PROPFIND", "/a%20b//c?q=%E4%BD%A0&q=2", &headers, b"body");
    assert_eq!(
        (reply.status, reply.all("set-cookie")),
        (201, vec!["a=1", "b=2"])
    );
    assert_eq!(
        (
            reply.header("x-fc-secret"),
            reply.header("server"),
            reply.header("content-disposition")
        ),
        ("", "", "")
    );
    assert!(!reply.header("x-fc-request-id").is_empty());
    let request = reply.json();
    assert_eq!(request["method"], "PROPFIND");
    assert_eq!(request["target"], "/a%20b//c?q=%E4%BD%A0&q=2");
    assert_eq!(request["length"], 4);
    assert_eq!(seen(&request, "x-twice"), ["1", "2"]);
    assert_eq!(seen(&request, "x-fc-function-name"), ["f"]);
    assert_eq!(seen(&request, "x-fc-control-path"), ["/http-invoke"]);
    assert_eq!(seen(&request, "host"), ["web.example.test:8900"]);
    assert_eq!(seen(&request, "x-fc-client-ip"), ["127.0.0.1"]);
    assert_eq!(seen(&request, "cookie"), ["k=%E4%BD%A0"]);
    assert_eq!(seen(&request, "content-length"), ["4"]);
    assert!(seen(&request, "connection").is_empty());
}

#[test]
fn the_proxy_path_stays_in_the_target_and_forces_a_download() {
    let server = server_with(&json!({}));
    let reply = server.request("POST", &format!("{PROXY}/a/b?x=1"), &[], b"posted");
    assert_eq!(
        (reply.status, reply.header("content-disposition")),
        (201, "attachment")
    );
    let request = reply.json();
    assert_eq!(request["target"], format!("{PROXY}/a/b?x=1"));
    assert_eq!(seen(&request, "x-fc-base-path"), [format!("{PROXY}/")]);
    let qualified = "/2016-08-15/proxy/s.LATEST/f";
    let request = server.request("GET", &format!("{qualified}/a"), &[], b"");
    assert_eq!(
        seen(&request.json(), "x-fc-base-path"),
        [format!("{qualified}/")]
    );
}

#[test]
fn a_body_of_20_mb_and_100_headers_pass_both_ways() {
    let server = server_with(&json!({}));
    let body = body_of_20_mb();
    let reply = server.by_domain("POST", "/echo", &[], &body);
    reply.assert_whole(&body);
    let names: Vec<String> = (0..100)
        .map(|number| format!("X-Header-{number}"))
        .collect();
    let headers: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "value")).collect();
    let request = server.by_domain("GET", "/", &headers, b"").json();
    assert!(names.iter().all(|name| seen(&request, name) == ["value"]));
}

#[test]
fn a_head_request_has_a_length_and_no_body() {
    let server = server_with(&json!({}));
    let reply = server.by_domain("HEAD", "/x", &[], b"");
    assert_eq!((reply.status, reply.body.len()), (201, 0));
    assert!(
        reply
            .header("content-length")
            .parse::<usize>()
            .is_ok_and(|length| length > 100),
        "{reply:?}"
    );
}

#[test]
fn an_answer_that_is_complete_is_no_call_that_the_client_canceled() {
    let server = server_with(&json!({}));
    for (method, target) in [
        ("HEAD", "/x"),
        ("HEAD", "/echo"),
        ("GET", "/echo"),
        ("GET", "/x"),
    ] {
        for _ in 0..10 {
            server.by_domain(method, target, &[], b"");
        }
    }
    wait_for("every call to have ended", || {
        let log = server.log();
        (log.matches("FC Invoke End RequestId: ").count() >= 40).then_some(())
    });
    assert!(!server.log().contains("canceled"), "{}", server.log());
}

#[test]
fn six_events_over_time_arrive_as_six() {
    let folder = tempfile::tempdir().expect("folder");
    let gate = folder.path().join("gate").display().to_string();
    let server = server_with(&json!({"environmentVariables": {"EVENTS_GATE": gate}}));
    let mut reader = ask_for_events(&server);
    let head = Reply::read_head(&mut reader);
    assert_eq!(
        (
            head.header("content-type"),
            head.header("transfer-encoding")
        ),
        ("text/event-stream", "chunked")
    );
    for number in 0..6 {
        // The function sends the next event only after this one was seen here.
        let event = read_chunk(&mut reader).expect("an event");
        assert_eq!(
            String::from_utf8_lossy(&event),
            format!("data: {number}\n\n")
        );
        fs::write(format!("{gate}{number}"), "").expect("the gate opens");
    }
    assert_eq!(read_chunk(&mut reader), Some(Vec::new()));
}

#[test]
fn a_stream_that_breaks_off_can_be_told_from_one_that_ends() {
    let server = server_with(&json!({}));
    let whole = server.by_domain("GET", "/events", &[], b"");
    assert!(whole.complete && whole.text().ends_with("data: 5\n\n"));
    let cut = server.by_domain("GET", "/events?cut=1", &[], b"");
    assert!(
        !cut.complete && cut.text().starts_with("data: 0\n\n"),
        "{cut:?}"
    );
    let log = server.log();
    assert!(
        log.contains(", Error: the instance runs, but its response is not complete: ")
            && !log.contains("exited unexpectedly"),
        "{log}"
    );
    server.by_domain("GET", "/echo", &[], b"");
    let starts = server.log().matches("test runtime inited").count();
    assert_eq!(starts, 1, "the instance stays");
}

#[test]
fn a_client_that_leaves_cancels_its_call() {
    let folder = tempfile::tempdir().expect("folder");
    let gate = folder.path().join("gate").display().to_string();
    let server = server_with(&json!({"environmentVariables": {"EVENTS_GATE": gate}}));
    let mut reader = ask_for_events(&server);
    Reply::read_head(&mut reader);
    drop(reader);
    wait_for("the platform's line", || {
        server
            .log()
            .contains("Error: Invocation canceled by client (duration: ")
            .then_some(())
    });
}

#[test]
fn a_client_that_takes_nothing_does_not_hold_its_call_beyond_the_timeout() {
    let server = server_with(&json!({"timeout": 2}));
    let mut stream = server.connect();
    send(&mut stream, "GET", "/endless", &[("Host", DOMAIN)], b"");
    let mut reader = BufReader::new(stream);
    assert_eq!(Reply::read_head(&mut reader).status, 200);
    wait_for("the end of the call", || {
        server
            .log()
            .contains(", Error: Function timed out after 2 seconds")
            .then_some(())
    });
}

#[test]
fn the_tail_log_of_an_http_call_comes_to_who_asks() {
    let server = server_with(&json!({}));
    let reply = server.by_domain("GET", "/x", &[("X-Fc-Log-Type", "Tail")], b"");
    assert!(
        reply.log().contains("FC Invoke End RequestId: ") && reply.log().contains("\nDuration: "),
        "{reply:?}"
    );
    assert_eq!(
        server
            .by_domain("GET", "/x", &[], b"")
            .header("x-fc-log-result"),
        ""
    );
}

#[test]
fn the_most_exact_route_of_a_domain_wins() {
    let server = server_with(&json!({}));
    server.deploy_as("g", &json!({}));
    let trigger = json!({"triggerName": "t", "triggerType": "http", "triggerConfig": {"authType": "anonymous", "methods": ["GET"]}});
    assert_eq!(
        server
            .api("POST", "/services/s/functions/g/triggers", &trigger)
            .status,
        201
    );
    let routes = json!([{"path": "/*", "serviceName": "s", "functionName": "f"}, {"path": "/g/*", "serviceName": "s", "functionName": "g"}]);
    let change = json!({"routeConfig": {"routes": routes}});
    assert_eq!(
        server
            .api("PUT", "/custom-domains/web.example.test", &change)
            .status,
        200
    );
    let name = |target: &str| {
        seen(
            &server.by_domain("GET", target, &[], b"").json(),
            "x-fc-function-name",
        )
        .join("")
    };
    assert_eq!(
        (name("/g/x"), name("/other")),
        ("g".to_owned(), "f".to_owned())
    );
}

#[test]
fn a_target_with_a_host_and_no_path_is_that_of_the_root() {
    let server = server_with(&json!({}));
    let url = format!("http://{DOMAIN}");
    for (query, seen) in [("", "/"), ("?q=1", "/?q=1"), ("/a?q", "/a?q")] {
        let reply = server.by_domain("GET", &format!("{url}{query}"), &[], b"");
        assert_eq!(reply.status, 201, "{query}: {reply:?}");
        assert_eq!(reply.json()["target"], seen);
    }
}

#[test]
fn what_connection_names_stays_on_its_connection() {
    let server = server_with(&json!({}));
    let headers = [
        ("Connection", "x-hop, keep-alive"),
        ("Connection", "X-Other,host"),
        ("X-Hop", "1"),
        ("X-Other", "2"),
        ("X-Kept", "3"),
    ];
    let request = server.by_domain("GET", "/", &headers, b"").json();
    assert_eq!(seen(&request, "x-hop"), [""; 0]);
    assert_eq!(seen(&request, "x-other"), [""; 0]);
    assert_eq!(seen(&request, "x-kept"), ["3"]);
    // The function needs it.
    assert_eq!(seen(&request, "host"), ["web.example.test:8900"]);
    let response = server.by_domain("GET", "/hop", &[], b"");
    assert_eq!((response.status, response.header("x-hop")), (201, ""));
}
