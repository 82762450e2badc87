//! The runtime itself under the local Function Compute: what a client of an HTTP trigger or a caller of an event sees.

use std::io::BufReader;

use serde_json::json;

use crate::support::{Reply, body_of_20_mb, read_chunk, send, server_of, text};

#[test]
fn the_shipped_function_is_the_same_by_domain_and_by_the_long_address() {
    let server = server_of("bootstrap", &json!({"initializer": "index.initializer"}));
    let long = "/2016-08-15/proxy/s/f";
    for (target, long_target) in [
        ("/", format!("{long}/")),
        ("/weatherforecast", format!("{long}/weatherforecast")),
    ] {
        let by_domain = server.by_domain("GET", target, &[], b"");
        let by_address = server.request("GET", &long_target, &[], b"");
        assert_eq!((by_domain.status, by_address.status), (200, 200));
        if target == "/" {
            assert_eq!(
                (by_domain.text(), by_address.text()),
                ("Hello World!".into(), "Hello World!".into())
            );
        } else {
            assert_eq!(by_domain.json().as_array().map(Vec::len), Some(5));
            assert_eq!(by_address.json().as_array().map(Vec::len), Some(5));
        }
    }
    assert_eq!(server.by_domain("POST", "/", &[], b"sent").text(), "sent");
    assert_eq!(server.by_domain("GET", "/elsewhere", &[], b"").status, 404);
}

#[test]
fn a_body_of_20_mb_comes_back_whole() {
    let server = server_of("testbed", &json!({}));
    let body = body_of_20_mb();
    let reply = server.by_domain("POST", "/echo", &[], &body);
    reply.assert_whole(&body);
}

#[test]
fn a_chunked_body_of_20_mb_comes_back_whole() {
    let server = server_of("testbed", &json!({}));
    let body = body_of_20_mb();
    let mut chunked = Vec::new();
    for piece in body.chunks(64 * 1024) {
        chunked.extend(format!("{:x}\r\n", piece.len()).into_bytes());
        chunked.extend_from_slice(piece);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    let headers = [("Transfer-Encoding", "chunked")];
    let reply = server.by_domain("POST", "/echo", &headers, &chunked);
    reply.assert_whole(&body);
}

#[test]
fn the_hundred_headers_of_an_answer_reach_the_client() {
    let server = server_of("testbed", &json!({}));
    let reply = server.by_domain("GET", "/many-headers/100", &[], b"");
    assert_eq!((reply.status, reply.text().as_str()), (200, "many"));
    for number in 0..100 {
        let name = format!("x-header-{number}");
        assert_eq!(reply.all(&name), ["value"], "{name}");
    }
}

#[test]
fn server_sent_events_arrive_one_by_one() {
    // More than two: a call's place may be free only a moment after its answer has arrived.
    let server = server_of("testbed", &json!({"instanceConcurrency": 10}));
    let mut stream = server.connect();
    let host = [("Host", "web.example.test")];
    send(&mut stream, "GET", "/server-sent-events", &host, b"");
    let mut reader = BufReader::new(stream);
    for number in 1..=6 {
        // The function sends each event only after this call, so the ones before have arrived alone.
        let next = server.by_domain("POST", "/next", &[], b"");
        assert_eq!(next.status, 204);
        if number == 1 {
            let head = Reply::read_head(&mut reader);
            assert_eq!(head.header("content-type"), "text/event-stream");
        }
        let event = read_chunk(&mut reader).expect("an event");
        assert_eq!(text(&event), format!("data: {number}\n\n"));
    }
    assert_eq!(read_chunk(&mut reader), Some(Vec::new()), "the end");
}

#[test]
fn a_hundred_headers_reach_the_handler_and_no_header_of_the_platform_does() {
    let server = server_of("testbed", &json!({}));
    let names: Vec<_> = (0..100)
        .map(|number| format!("X-Header-{number}"))
        .collect();
    let mut headers: Vec<_> = names.iter().map(|name| (name.as_str(), "value")).collect();
    headers.push(("X-Fc-Request-Id", "forged"));
    let seen = server.by_domain("GET", "/headers", &headers, b"").text();
    let seen: Vec<_> = seen.lines().map(str::to_ascii_lowercase).collect();
    for name in &names {
        assert!(
            seen.contains(&format!("{}: value", name.to_ascii_lowercase())),
            "{name}"
        );
    }
    assert!(
        !seen.iter().any(|line| line.starts_with("x-fc-")),
        "{seen:#?}"
    );
}

#[test]
fn targets_and_cookies_keep_what_was_percent_encoded() {
    let server = server_of("testbed", &json!({}));
    let target = "/target?k=%E4%BD%A0%E5%A5%BD&k=2&empty=";
    assert!(
        server
            .by_domain("GET", target, &[], b"")
            .text()
            .starts_with(&format!("GET {target} "))
    );
    let cookie = server.by_domain(
        "GET",
        "/header/cookie",
        &[("Cookie", "name=%E4%BD%A0; b=2")],
        b"",
    );
    assert_eq!(cookie.text(), r#"["name=%E4%BD%A0; b=2"]"#);
    let cookies = server.by_domain("GET", "/cookies", &[], b"");
    assert_eq!(cookies.all("set-cookie"), ["a=1", "b=2"]);
}

#[test]
fn answers_without_a_body_and_failed_calls_are_told_from_each_other() {
    let server = server_of("testbed", &json!({}));
    for status in [204, 304] {
        let reply = server.by_domain("GET", &format!("/status/{status}"), &[], b"");
        assert_eq!((reply.status, reply.body.len()), (status, 0));
    }
    let head = server.by_domain("HEAD", "/status/200", &[], b"");
    assert_eq!(
        (head.status, head.header("content-length"), head.body.len()),
        (200, "8", 0)
    );
    let panicked = server.by_domain("GET", "/panic", &[], b"");
    assert!(panicked.status >= 400, "{panicked:?}");
    assert_eq!(
        server.by_domain("GET", "/status/200", &[], b"").status,
        200,
        "the instance stays alive"
    );
}

#[test]
fn a_browsers_preflight_and_its_call_pass_by_trigger_and_by_domain() {
    let server = server_of("cors", &json!({}));
    let origin = "https://app.example.com";
    let asked = [
        ("Origin", origin),
        ("Access-Control-Request-Method", "PATCH"),
        ("Access-Control-Request-Headers", "content-type"),
    ];
    let long = "/2016-08-15/proxy/s/f/orders/7";
    for (address, ask) in [
        ("trigger", &|method: &str| {
            server.request(method, long, &asked, b"") as Reply
        }),
        ("domain", &|method: &str| {
            server.by_domain(method, "/orders/7", &asked, b"")
        }),
    ] as [(&str, &dyn Fn(&str) -> Reply); 2]
    {
        let preflight = ask("OPTIONS");
        assert_eq!(
            (preflight.status, preflight.body.len()),
            (204, 0),
            "{address}"
        );
        for (name, value) in [
            ("access-control-allow-origin", origin),
            ("access-control-allow-methods", "GET, PATCH"),
            ("access-control-allow-headers", "Content-Type"),
            ("vary", "Origin"),
        ] {
            assert_eq!(preflight.header(name), value, "{address}");
        }
        let call = ask("PATCH");
        assert_eq!(
            (
                call.status,
                call.text().as_str(),
                call.header("access-control-allow-origin")
            ),
            (200, "order 7 changed\n", origin),
            "{address}"
        );
    }
}

#[test]
fn an_event_that_fails_shows_its_error_and_its_log() {
    let server = server_of("testbed", &json!({}));
    let reply = server.invoke("fail no screws");
    assert_eq!(
        (reply.status, reply.header("x-fc-error-type")),
        (200, "UnhandledInvocationError")
    );
    assert_eq!(
        reply.text(),
        r#"{"errorMessage":"no screws","errorType":"OutOfStock","stackTrace":[]}"#
    );
    let log = reply.log();
    let end = log
        .lines()
        .find(|line| line.starts_with("FC Invoke End"))
        .expect("an end line");
    assert!(end.ends_with(", Error: Unhandled function error"), "{log}");
}

#[test]
fn calls_at_once_each_get_their_own_answer() {
    let server = server_of("testbed", &json!({"instanceConcurrency": 20}));
    let answers: Vec<_> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| server.invoke("sleep 50").text()))
            .collect();
        asked
            .into_iter()
            .map(|asked| asked.join().expect("an answer"))
            .collect()
    });
    let mut ids = answers.clone();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 20, "each got its own request id: {answers:?}");
}
