//! Streamable HTTP: what is refused before the protocol sees it, and a question in the middle of a stream.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};

use fc_mcp::{Call, Failure, Server, Tool};
use fc_runtime::http::Request;
use fc_runtime::{Context, Runtime, Shutdown};
use serde_json::{Value, json};

use crate::support::{BOTH, PATIENCE, message, messages, posted, request, send, server};

#[test]
fn what_is_no_post_of_json_from_a_page_that_may_call_is_refused() {
    let post = || posted(&request("ping", &json!({})), &[]);
    let bare = |kind: &str| {
        Request::new("POST", "/")
            .with_header("content-type", kind)
            .expect("sound")
    };
    let status = |request: Request| server().answer(&request).expect("a response").status();
    assert_eq!(status(post()), 200);
    assert_eq!(status(Request::new("GET", "/")), 405);
    assert_eq!(status(bare("text/plain")), 415);
    assert_eq!(
        status(
            bare("application/json")
                .with_header("accept", "text/event-stream")
                .expect("sound")
        ),
        406
    );
    for (origin, expected) in [
        ("http://localhost:6274", 200),
        ("https://evil.example.com", 403),
    ] {
        assert_eq!(
            status(post().with_header("Origin", origin).expect("sound")),
            expected
        );
    }
    let open = server().origins(&["https://app.example.com"]);
    for (origin, expected) in [("https://app.example.com", 200), ("http://localhost", 403)] {
        let request = post().with_header("Origin", origin).expect("sound");
        assert_eq!(
            open.answer(&request).expect("a response").status(),
            expected
        );
    }
    let refused = server()
        .answer(&Request::new("GET", "/"))
        .expect("a response");
    assert_eq!(refused.header("allow"), Some("POST"));
}

#[test]
fn what_asks_for_no_result_is_accepted_and_what_is_no_message_is_not() {
    let answer = json!({ "jsonrpc": "2.0", "id": "x", "result": {} });
    let note = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled" });
    for body in [
        note,
        answer,
        json!({ "jsonrpc": "2.0", "id": 1, "result": {} }),
    ] {
        let response = send(&server(), &body, &[]);
        assert_eq!(
            (response.status(), response.into_body().expect("a body")),
            (202, Vec::new())
        );
    }
    let ask = |id: Value| json!({ "jsonrpc": "2.0", "id": id, "method": "ping" });
    assert_eq!(message(send(&server(), &ask("s".into()), &[])).1["id"], "s");
    for body in [
        json!([ask(1.into())]),
        ask(Value::Null),
        json!({ "id": 1, "method": "ping" }),
        // Who sends it waits for a result.
        json!({ "jsonrpc": "2.0", "id": 1 }),
        json!(1),
    ] {
        let (status, answer) = message(send(&server(), &body, &[]));
        assert_eq!(
            (status, &answer["error"]["code"]),
            (400, &json!(-32600)),
            "{body}"
        );
    }
    let broken = posted(&json!({}), &[]).with_body("{");
    let (status, answer) = message(server().answer(&broken).expect("a response"));
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32700)));
}

/// With the 404 that the runtime gives a panic, clients would take their session for lost.
#[test]
fn a_handler_that_panics_is_an_error_of_the_protocol_and_a_failed_call() {
    let call = |name: &str| {
        send(
            &server(),
            &request("tools/call", &json!({ "name": name })),
            &[],
        )
    };
    let response = call("panics");
    assert!(response.is_failed());
    let (status, answer) = message(response);
    assert_eq!((status, &answer["error"]["code"]), (200, &json!(-32603)));
    let error = call("panics-late").into_body().expect_err("the call fails");
    assert_eq!((error.error_type(), error.message()), ("Panic", "it burst"));
    assert_eq!(messages(call("steps")).len(), 3);
}

/// One HTTP call, whose response is read line by line.
fn exchange(address: SocketAddr, body: &Value) -> BufReader<TcpStream> {
    let (body, mut stream) = (
        body.to_string(),
        TcpStream::connect(address).expect("it listens"),
    );
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: x\r\nX-Fc-Request-Id: r\r\nX-Fc-Control-Path: /http-invoke\r\nAccept: {BOTH}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    BufReader::new(stream)
}

fn event(lines: &mut impl BufRead) -> Value {
    let mut lines = lines.lines().map(|line| line.expect("a line"));
    let line = lines
        .find(|line| line.starts_with("data: "))
        .expect("an event");
    serde_json::from_str(&line[6..]).expect("JSON")
}

/// Runs a server while a client works with its address.
fn served(server: Server, client: impl FnOnce(SocketAddr)) {
    let shutdown = Shutdown::new();
    let route = move |request: Request, _: &Context| server.answer(&request);
    let runtime = Runtime::new().http(route).port(0).shutdown(&shutdown);
    let bound = runtime.bind().expect("a port");
    let address = SocketAddr::from((
        [127, 0, 0, 1],
        bound.local_addr().expect("it is bound").port(),
    ));
    let runs = std::thread::spawn(move || bound.run());
    client(address);
    shutdown.trigger();
    runs.join().expect("no panic").expect("it ends well");
}

#[test]
fn a_tool_asks_its_client_whose_answer_is_another_request() {
    served(server(), |address| {
        let mut call = exchange(address, &request("tools/call", &json!({ "name": "name" })));
        let question = event(&mut call);
        assert_eq!(question["method"], "elicitation/create");
        let ada = json!({ "action": "accept", "content": { "name": "Ada" } });
        let answer = json!({ "jsonrpc": "2.0", "id": question["id"], "result": ada });
        let mut accepted = String::new();
        exchange(address, &answer)
            .read_line(&mut accepted)
            .expect("a line");
        assert_eq!(accepted, "HTTP/1.1 202 Accepted\r\n");
        assert_eq!(event(&mut call)["result"]["content"][0]["text"], "Ada");
    });
}

/// A client counts the time from its request to the head, and proxies do.
#[test]
fn the_head_of_a_stream_comes_before_the_tool_has_said_anything() {
    let (release, released) = std::sync::mpsc::channel();
    let released = std::sync::Mutex::new(released);
    let gate = move |_: &mut Call<'_>| match released.lock().expect("no panic").recv() {
        Ok(()) => Ok("open".into()),
        Err(gone) => Err(Failure::tool(gone.to_string())),
    };
    let server = server().tool(Tool::new("gate", "Waits", gate).streams());
    served(server, |address| {
        let gate = request("tools/call", &json!({ "name": "gate" }));
        let mut call = exchange(address, &gate);
        call.get_ref()
            .set_read_timeout(Some(PATIENCE))
            .expect("a limit");
        let mut head = String::new();
        // Without a head, the tool is let go all the same.
        let came = call.read_line(&mut head);
        release.send(()).expect("it waits");
        came.expect("the head");
        assert_eq!(head, "HTTP/1.1 200 OK\r\n");
        assert_eq!(event(&mut call)["result"]["content"][0]["text"], "open");
    });
}
