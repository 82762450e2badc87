//! Neither credentials nor bodies reach a log, at any level. Every other test checks the output of its instances, too.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};

use crate::support::secrets::{self, HEADERS, ID, SECRET, TOKEN};
use crate::support::{Instance, request};

/// What stands in every body and in headers that a client keeps to itself.
const BODY: &str = "planted-body-6Hj3";
const PRIVATE: &str = "planted-authorization-1Wc8";

/// Sends bytes and nothing after them, and waits for the end of whatever comes: a response, a refusal, or nothing.
fn send(instance: &Instance, bytes: &[u8]) {
    let mut stream = TcpStream::connect(instance.address()).expect("it listens");
    // A refusal may come, and the connection end, before all is sent.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.read_to_end(&mut Vec::new());
}

/// A request with all there is to plant.
fn planted(method: &str, target: &str, control_path: &str, body: &str) -> Vec<u8> {
    let cookie = format!("session={PRIVATE}");
    let mut headers = vec![
        ("X-Fc-Request-Id", "planted"),
        ("Authorization", PRIVATE),
        ("Cookie", cookie.as_str()),
    ];
    if !control_path.is_empty() {
        headers.push(("X-Fc-Control-Path", control_path));
    }
    request(
        method,
        target,
        &headers,
        format!("{body} {BODY}").as_bytes(),
    )
}

/// Asks every endpoint, rightly and wrongly.
fn ask_everything(instance: &Instance) {
    for (method, target, control_path, body) in [
        ("POST", "/initialize", "/initialize", ""),
        ("POST", "/invoke", "/invoke", "echo"),
        ("POST", "/invoke", "", "echo"),
        ("GET", "/pre-freeze", "/pre-freeze", ""),
        ("POST", "/echo", "/http-invoke", ""),
        ("POST", "/", "/http-invoke", ""),
        ("GET", "/stream", "/http-invoke", ""),
        ("GET", "/broken-stream", "/http-invoke", ""),
        ("GET", "/panic", "/http-invoke", ""),
        ("GET", "/status/99", "/http-invoke", ""),
        ("POST", "/invoke", "/invoke", "panic-in-log"),
        ("POST", "/invoke", "/invoke", "panic-with-bomb"),
        ("GET", "/invoke", "/invoke", ""),
        ("DELETE", "/initialize", "", ""),
        ("POST", "/nowhere", "/nowhere", ""),
        ("POST", "/pre-stop", "/pre-stop", ""),
    ] {
        send(instance, &planted(method, target, control_path, body));
    }
}

/// Sends what is refused or cut, at every place where a parser may have words for it.
fn ask_wrongly(instance: &Instance) {
    let whole = planted("POST", "/invoke", "/invoke", "");
    let text = String::from_utf8_lossy(&whole).into_owned();
    let params = ("X-Fc-Http-Params", BODY);
    send(
        instance,
        &request(
            "POST",
            "/invoke",
            &[params, ("X-Fc-Control-Path", "/invoke")],
            BODY.as_bytes(),
        ),
    );
    for (from, to) in [
        ("HTTP/1.1", "HTTP/9.9"),
        ("Host:", "Host :"),
        ("Content-Length: ", "Content-Length: x"),
        ("Content-Length: ", "Content-Length: 9999999"),
        (
            "Content-Length: ",
            "Transfer-Encoding: chunked\r\nContent-Length: ",
        ),
        ("Content-Length: ", "Transfer-Encoding: chunked\r\nX-Was: "),
        ("Content-Length: ", "Content-Length: 1\r\nContent-Length: "),
        ("Authorization: ", "Authorization\u{e9}: "),
        ("Authorization: ", "Authorization: \0"),
        ("X-Fc-Security-Token: ", "X-Fc-Security-Token "),
        ("X-Fc-Security-Token: ", "X-Fc-Security-Token:\r\n "),
        ("Host: ", "Expect: luck\r\nHost: "),
    ] {
        let wrong = text.replacen(from, to, 1);
        assert_ne!(wrong, text, "{from} is there");
        send(instance, wrong.as_bytes());
    }
    for length in [30, 100, text.len() - 1] {
        send(instance, &whole[..length]);
    }
}

#[test]
fn no_level_and_no_endpoint_shows_credentials_or_bodies() {
    for program in ["bootstrap", "testbed"] {
        for format in ["text", "json"] {
            let variables = [
                ("RUST_LOG", "trace,tiny_http=trace"),
                ("RUST_LOG_FORMAT", format),
            ];
            let instance = Instance::start(program, &variables);
            ask_everything(&instance);
            ask_wrongly(&instance);
            assert_eq!(instance.invoke("last", b"x").status, 200);
            instance.signal("-TERM");
            let output = instance.all_at_end();
            assert!(output.contains("End RequestId: planted"), "{output}");
            secrets::assert_none_in(&output);
            for planted in [BODY, PRIVATE] {
                assert!(
                    !output.contains(planted),
                    "{planted} is in the output:\n{output}"
                );
            }
        }
    }
}

/// Events that are not the JSON asked for, each with the planted text at the wrong place, and what is said of it.
fn wrong_json() -> [(String, &'static str); 8] {
    let quoting = format!(r#"a\", expected {BODY}` or `b"#);
    [
        (
            format!(r#"{{"kind":"cup","cents":"{BODY}"}}"#),
            "invalid type: string, expected u32 at ",
        ),
        (
            format!(r#"{{"kind":"cup","cents":"{quoting}"}}"#),
            "invalid type: string, expected u32 at ",
        ),
        (
            format!(r#"{{"cents":{{"{BODY}":1}}}}"#),
            "invalid type: map, expected u32 at ",
        ),
        (
            format!(r#"{{"kind":"{BODY}"}}"#),
            "unknown variant, expected `cup` or `pot` at ",
        ),
        (
            format!(r#"{{"{BODY}":1}}"#),
            "unknown field, expected `kind` or `cents` at ",
        ),
        (
            format!(r#"{{"kind":"cup"}} {BODY}"#),
            "missing field `cents` at ",
        ),
        (
            format!(r#""{BODY}""#),
            "invalid type: string, expected struct Order at ",
        ),
        (BODY.to_owned(), "expected value at "),
    ]
}

#[test]
fn json_that_is_not_what_was_asked_for_is_reported_without_what_stands_in_it() {
    let instance = Instance::start("testbed", &[]);
    for (event, said) in wrong_json() {
        let response = instance.invoke("event", format!("json {event}").as_bytes());
        assert!(response.text().contains(said), "{}", response.text());
        assert!(!response.text().contains(BODY), "{}", response.text());
    }
    let response = instance.http("POST", "/sum", format!(r#"[1,"{BODY}"]"#).as_bytes());
    let said = "invalid type: string, expected u64 at ";
    assert!(response.text().contains(said), "{}", response.text());
    assert!(!response.text().contains(BODY), "{}", response.text());
    instance.signal("-TERM");
    let output = instance.all_at_end();
    assert!(output.contains("InvalidJson"), "it is logged: {output}");
    assert!(!output.contains(BODY), "{output}");
}

#[test]
fn the_planted_credentials_do_reach_the_handler() {
    let instance = Instance::start("testbed", &[]);
    let response = instance.invoke("context", b"context");
    assert!(
        response.text().contains(ID),
        "else no test would find them in a log: {}",
        response.text()
    );
    assert_eq!(HEADERS.map(|(_, value)| value), [ID, SECRET, TOKEN]);
}

#[test]
fn no_public_type_shows_credentials_or_bodies() {
    use fc_runtime::http::{Request, Response};
    use fc_runtime::{Context, Error, Headers, Runtime};

    let builder = Context::builder().credentials(ID, SECRET, TOKEN);
    let context = builder.clone().build();
    let credentials = context.credentials().expect("they were given");
    let mut headers = Headers::new();
    for (name, value) in HEADERS
        .into_iter()
        .chain([("Authorization", PRIVATE), ("Cookie", PRIVATE)])
    {
        headers.append(name, value).expect("a sound header");
    }
    let mut request = Request::new("POST", "/").with_body(BODY);
    for (name, value) in [("Authorization", PRIVATE), ("Cookie", PRIVATE)] {
        request = request.with_header(name, value).expect("a sound header");
    }
    let response = Response::text(BODY)
        .with_header("Set-Cookie", PRIVATE)
        .expect("a sound header");
    let runtime = Runtime::new().invoke(|_, _| Ok::<_, Error>(Vec::new()));
    let shown = format!(
        "{builder:?} {context:?} {credentials:?} {headers:?} {request:?} {response:?} {runtime:?} \
         {builder:#?} {context:#?} {credentials:#?} {headers:#?} {request:#?} {response:#?} {runtime:#?}"
    );
    secrets::assert_none_in(&shown);
    for planted in [BODY, PRIVATE] {
        assert!(!shown.contains(planted), "{shown}");
        // Bytes are shown as numbers.
        let numbers = format!("{:?}", planted.as_bytes());
        assert!(
            !shown
                .replace(char::is_whitespace, "")
                .contains(&numbers.replace(' ', "")),
            "{shown}"
        );
    }
}
