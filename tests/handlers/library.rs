//! The library from outside: a runtime in the test's own process.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fc_runtime::http::{Request, Response};
use fc_runtime::serde_json::{Value, json};
use fc_runtime::{Context, Error, Runtime, Shutdown};

use crate::support::{with, with_listener};

/// The whole response to one request, whose connection is closed after it.
fn ask(address: SocketAddr, method: &str, target: &str, control_path: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).expect("it listens");
    write!(
        stream,
        "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nx-fc-control-path: {control_path}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("it reads");
    let mut response = String::new();
    stream
        .read_to_string(&mut response)
        .expect("it answers and closes");
    response
}

#[test]
fn plain_functions_and_closures_are_handlers() {
    fn shout(event: &[u8], _: &Context) -> Result<Vec<u8>, Error> {
        Ok(event.to_ascii_uppercase())
    }
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let runtime = Runtime::new()
        .invoke(shout)
        .http(|_: Request, _: &Context| Ok::<_, Error>("from a closure"))
        .initialize(move |_: &Context| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok::<_, Error>(())
        });
    with(runtime, |address| {
        assert!(ask(address, "POST", "/invoke", "/invoke", "hello").ends_with("\r\n\r\nHELLO"));
        assert!(ask(address, "GET", "/", "/http-invoke", "").ends_with("\r\n\r\nfrom a closure"));
        assert!(
            ask(address, "POST", "/initialize", "/initialize", "").starts_with("HTTP/1.1 200 ")
        );
    });
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[test]
fn a_json_handler_never_sees_bad_json() {
    #[allow(
        clippy::needless_pass_by_value,
        reason = "a JSON handler is given the value"
    )]
    fn total(prices: Vec<u32>, _: &Context) -> Result<Value, Error> {
        Ok(json!({ "total": prices.iter().sum::<u32>() }))
    }
    with(Runtime::new().invoke_json(total), |address| {
        assert!(ask(address, "POST", "/invoke", "/invoke", "[1,2]").ends_with(r#"{"total":3}"#));
        let response = ask(address, "POST", "/invoke", "/invoke", "[1,\n true]");
        assert!(
            response.starts_with("HTTP/1.1 404 ") && response.contains("InvalidJson"),
            "{response}"
        );
        assert!(
            response.contains("expected u32 at line 2 column 5"),
            "{response}"
        );
    });
}

#[test]
fn calls_without_a_handler_say_what_to_register() {
    let runtime = Runtime::new().invoke(|event: &[u8], _: &Context| Ok::<_, Error>(event.to_vec()));
    with(runtime, |address| {
        assert!(ask(address, "GET", "/", "/http-invoke", "").contains("pass one to Runtime::http"));
        assert!(
            ask(address, "POST", "/initialize", "/initialize", "")
                .contains("pass one to Runtime::initialize")
        );
        assert!(ask(address, "GET", "/pre-freeze", "/pre-freeze", "").starts_with("HTTP/1.1 200 "));
        let unknown = ask(address, "GET", "/unknown", "", "");
        assert!(
            unknown.starts_with("HTTP/1.1 404 ") && unknown.contains("GET /unknown is not served"),
            "{unknown}"
        );
    });
    let runtime = Runtime::new().http(|_: Request, _: &Context| Ok::<_, Error>(Response::new(204)));
    with(runtime, |address| {
        assert!(
            ask(address, "POST", "/invoke", "/invoke", "").contains("pass one to Runtime::invoke")
        );
    });
}

#[test]
fn pre_stop_runs_once_when_the_program_stops_the_runtime() {
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let runtime = Runtime::new()
        .invoke(|_: &[u8], _: &Context| Ok::<_, Error>(Vec::new()))
        .pre_stop(move |_: &Context| {
            counted.fetch_add(1, Ordering::SeqCst);
            Ok::<_, Error>(())
        });
    with(runtime, |_| ());
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[test]
fn a_listener_that_does_not_wait_is_served_like_any_other() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a live socket");
    let runtime = Runtime::new().invoke(|event: &[u8], _: &Context| Ok::<_, Error>(event.to_vec()));
    with_listener(listener, runtime, |address| {
        assert!(ask(address, "POST", "/invoke", "/invoke", "x").ends_with("x"));
    });
}

#[test]
fn a_shutdown_that_was_triggered_before_ends_the_run_at_once() {
    let shutdown = Shutdown::new();
    shutdown.trigger();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let runtime = Runtime::new()
        .invoke(|_: &[u8], _: &Context| Ok::<_, Error>(Vec::new()))
        .listener(listener);
    runtime.shutdown(&shutdown).run().expect("it ends well");
}
