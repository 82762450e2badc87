//! Servers that close connections, and what becomes of the calls on these.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use hyper::{Method, StatusCode};
use rustix::net::sockopt::set_socket_linger;

use super::{Connection, Connections, Head, Outgoing};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

fn request(method: &str, body: impl Into<Bytes>) -> Outgoing {
    let method = Method::from_bytes(method.as_bytes()).expect("a method");
    Head::of(method, "/").with_sized(body.into())
}

async fn call(connections: &Connections) {
    call_with(connections, "").await;
}

async fn call_with(connections: &Connections, body: impl Into<Bytes>) {
    let sent = connections.send(request("POST", body)).await;
    let (_, mut connection) = sent.expect("a response");
    assert_eq!(connection.read_all(100).await.expect("a body"), "ok");
    connections.give_back(connection);
}

/// Answers so many requests on each connection and closes it; says when it has.
fn server(answers: usize) -> (Connections, mpsc::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    let (tell, closed) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            for _ in 0..answers {
                let count = stream.read(&mut [0; 1000]).expect("a request");
                assert!(count > 0, "the connection was closed too soon");
                stream.write_all(ANSWER).expect("answered");
            }
            drop(stream);
            // The test may have ended.
            let _ = tell.send(());
        }
    });
    (Connections::to(address), closed)
}

#[tokio::test]
async fn a_connection_serves_one_call_after_the_other() {
    let (connections, closed) = server(3);
    for _ in 0..3 {
        call(&connections).await;
    }
    closed.recv().expect("all came over one connection");
}

#[tokio::test]
async fn a_connection_that_was_closed_while_nobody_looked_is_replaced() {
    let (connections, closed) = server(1);
    for _ in 0..2 {
        call(&connections).await;
        closed.recv().expect("closed");
    }
}

/// Answers a request on each connection, and closes it when a second one has come: read, or unread, which resets it.
fn closes_at_the_second(reads_it: bool) -> Connections {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut bytes = [0; 1000];
            assert!(stream.read(&mut bytes).expect("a request") > 0);
            stream.write_all(ANSWER).expect("answered");
            let second = if reads_it {
                stream.read(&mut bytes)
            } else {
                stream.peek(&mut bytes)
            };
            second.expect("another request, or the end");
        }
    });
    Connections::to(address)
}

#[tokio::test]
async fn what_a_closed_connection_did_not_answer_is_repeated_only_without_harm() {
    for reads_it in [true, false] {
        for (method, is_repeated) in [("GET", true), ("OPTIONS", true), ("POST", false)] {
            let connections = closes_at_the_second(reads_it);
            call(&connections).await;
            let sent = connections.send(request(method, "")).await;
            assert_eq!(sent.is_ok(), is_repeated, "{method}, read {reads_it}");
        }
        let connections = closes_at_the_second(reads_it);
        call(&connections).await;
        let sent = connections.send(request("GET", "x")).await;
        assert!(sent.is_err(), "its body cannot be read again");
    }
}

#[tokio::test]
async fn a_connection_whose_request_was_not_read_to_its_end_holds_up_no_other_call() {
    const MORE_THAN_BUFFERS_TAKE: usize = 32 << 20;
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let mut open = Vec::new();
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let count = stream.read(&mut [0; 1000]).expect("a request");
            assert!(count > 0, "the connection was closed too soon");
            stream.write_all(ANSWER).expect("answered");
            open.push(stream);
        }
    });
    let connections = Connections::to(address);
    call_with(&connections, vec![0; MORE_THAN_BUFFERS_TAKE]).await;
    assert!(connections.lock().is_empty(), "its body would stay");
    tokio::time::timeout(Duration::from_secs(60), call(&connections))
        .await
        .expect("it goes over another connection");
}

#[tokio::test]
async fn a_response_that_came_before_the_connection_was_reset_counts() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    let (tell, closed) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        stream.write_all(ANSWER).expect("answered");
        set_socket_linger(&stream, Some(Duration::ZERO)).expect("a reset at the close");
        drop(stream);
        tell.send(()).expect("the test waits");
    });
    let mut connection = Connection::open(address).await.expect("open");
    // Nothing else runs meanwhile, so that the first attempt to send finds the connection closed.
    closed.recv().expect("closed");
    let sent = connection.send(request("POST", "x")).await;
    assert_eq!(sent.expect("a response").status, StatusCode::OK);
    assert_eq!(connection.read_all(100).await.expect("a body"), "ok");
    assert!(!connection.is_reusable());
}

/// Answers each call; says how many connections are open after each that comes or goes.
fn counts_connections() -> (Connections, mpsc::Receiver<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    let (tell, open) = mpsc::channel();
    let count = Arc::new(AtomicUsize::new(0));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, tell, count) =
                (stream.expect("a connection"), tell.clone(), count.clone());
            let _ = tell.send(count.fetch_add(1, Ordering::SeqCst) + 1);
            thread::spawn(move || {
                while stream.read(&mut [0; 1000]).expect("a request, or the end") > 0 {
                    stream.write_all(ANSWER).expect("answered");
                }
                // The test may have ended.
                let _ = tell.send(count.fetch_sub(1, Ordering::SeqCst) - 1);
            });
        }
    });
    (Connections::to(address), open)
}

#[tokio::test]
async fn only_connections_that_were_idle_for_long_are_closed() {
    let (connections, open) = counts_connections();
    let mut both = Vec::new();
    for _ in 0..2 {
        let sent = connections.send(request("POST", "")).await;
        both.push(sent.expect("a response"));
    }
    assert_eq!([open.recv(), open.recv()], [Ok(1), Ok(2)]);
    for (_, mut connection) in both {
        connection.read_all(100).await.expect("a body");
        connections.give_back(connection);
    }
    connections.close_idle(Duration::from_secs(600));
    assert_eq!(connections.lock().len(), 2);
    let aged = connections.lock()[0].since.elapsed();
    connections.lock()[1].since = Instant::now() + Duration::from_secs(600);
    connections.close_idle(aged);
    assert_eq!(open.recv(), Ok(1), "the older one is closed");
    call(&connections).await;
    assert!(open.try_recv().is_err(), "the newer one serves");
}

/// Answers the first request with these bytes and closes the connection.
fn answers(answer: &'static [u8]) -> Connections {
    let listener = TcpListener::bind("127.0.0.1:0").expect("bound");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let count = stream.read(&mut [0; 1000]).expect("a request");
        assert!(count > 0, "the connection was closed too soon");
        stream.write_all(answer).expect("answered");
    });
    Connections::to(address)
}

/// The body of a response, or why there is none.
async fn read(answer: &'static [u8], limit_bytes: usize) -> Result<Bytes, String> {
    let sent = answers(answer).send(request("GET", "")).await;
    let (_, mut connection) = sent.map_err(|error| error.to_string())?;
    let body = connection.read_all(limit_bytes).await;
    body.map_err(|error| error.to_string())
}

#[tokio::test]
async fn a_body_is_read_to_the_end_that_its_head_announces() {
    for answer in [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more".as_slice(),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nok",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\nok",
    ] {
        assert_eq!(read(answer, 2).await.as_deref(), Ok(b"ok".as_slice()));
        let error = read(answer, 1).await.expect_err("it is too large");
        assert!(error.contains("larger than the limit"), "{error}");
    }
}

#[tokio::test]
async fn what_is_no_whole_answer_says_why() {
    for (answer, why) in [
        (b"".as_slice(), "before a whole head"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "before a whole head"),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
            "before the whole body",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n",
            "before the whole body",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "invalid HTTP: the content length",
        ),
        (b"hello\r\n\r\n", "invalid HTTP: "),
    ] {
        let error = read(answer, 100).await.expect_err("it is not whole");
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_connection_with_more_than_its_answer_serves_no_other_call() {
    let connections = answers(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more");
    call(&connections).await;
    assert!(connections.lock().is_empty());
}
