//! Sessions that an MCP server names: in a header of its answer, or in the first event of its stream.

use std::io::BufReader;
use std::net::TcpStream;

use serde_json::{Value, json};

use super::{affinity, kill, later, pid, server, sessions};
use crate::support::{Reply, Server, read_chunk, send, wait_for};

const INITIALIZE: &[u8] = br#"{"jsonrpc":"2.0","id":0,"method":"initialize"}"#;
const CALL: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

fn streamable(config: &Value) -> Server {
    server(&affinity("MCP_STREAMABLE", config))
}

fn mcp(server: &Server, method: &str, id: &str, body: &[u8]) -> Reply {
    let headers = [("Mcp-Session-Id", id)];
    let headers = if id.is_empty() { &[][..] } else { &headers };
    server.request(method, "/2023-03-30/proxy/f/mcp", headers, body)
}

/// Begins a session; its id and its process.
fn begin(server: &Server) -> (String, u64) {
    let reply = mcp(server, "POST", "", INITIALIZE);
    (reply.header("mcp-session-id").to_owned(), pid(&reply))
}

#[test]
fn the_id_in_the_answer_to_initialize_binds_a_session_to_its_instance() {
    let server = streamable(&json!({"sessionConcurrencyPerInstance": 1}));
    let ((a, on_a), (b, on_b)) = (begin(&server), begin(&server));
    assert_ne!(on_a, on_b, "an instance has one session");
    for (id, process) in [(&a, on_a), (&b, on_b), (&a, on_a)] {
        let reply = mcp(&server, "POST", id, CALL);
        assert_eq!(
            (pid(&reply), &reply.json()["known"]),
            (process, &json!(true))
        );
    }
    let ended = mcp(&server, "DELETE", &a, b"");
    assert_eq!(pid(&ended), on_a, "the function hears of the end");
    assert!(
        !sessions(&server, &[]).contains(&a),
        "and its place is free"
    );
    assert_eq!(begin(&server).1, on_a);
    assert_eq!(
        mcp(&server, "POST", &a, CALL).status,
        404,
        "only the function knows what an old id is worth"
    );
}

#[test]
fn a_client_ends_its_session_whatever_the_function_answers() {
    let server = streamable(&json!({}));
    let (id, _) = begin(&server);
    assert!(sessions(&server, &[]).contains(&id));
    assert_eq!(mcp(&server, "DELETE", &id, b"refuse").status, 405);
    assert!(!sessions(&server, &[]).contains(&id));
}

#[test]
fn an_id_in_any_answer_to_a_post_without_one_begins_a_session() {
    let server = streamable(&json!({}));
    let reply = mcp(&server, "POST", "", br#"{"method":"late"}"#);
    let id = reply.header("mcp-session-id");
    assert!(sessions(&server, &[]).contains(&format!("{id}  MCP_STREAMABLE  Active")));
    mcp(&server, "POST", "", CALL);
    mcp(&server, "GET", "", b"");
    assert_eq!(
        sessions(&server, &[]).lines().count(),
        1,
        "what names no session begins none"
    );
}

#[test]
fn a_session_of_mcp_is_over_when_its_time_is_or_its_instance_died() {
    let server = streamable(&json!({"sessionIdleTimeoutInSeconds": 60}));
    let (id, process) = begin(&server);
    later(&server, 61);
    assert!(sessions(&server, &[]).contains("Expired"));
    // The instance is still there and knows the id; the platform does not, and asks any.
    assert_eq!(pid(&mcp(&server, "POST", &id, CALL)), process);
    let (id, process) = begin(&server);
    kill(&server, process);
    assert_eq!(mcp(&server, "POST", &id, CALL).status, 404);
    assert!(!sessions(&server, &[]).contains(&id));
}

/// Opens a stream of the SSE transport and reads its endpoint event.
fn open(server: &Server) -> (BufReader<TcpStream>, String) {
    let mut stream = server.connect();
    send(&mut stream, "GET", "/2023-03-30/proxy/f/sse", &[], b"");
    let mut reader = BufReader::new(stream);
    let head = Reply::read_head(&mut reader);
    assert_eq!(head.status, 200, "{head:?}");
    let pieces = [read_chunk(&mut reader), read_chunk(&mut reader)];
    let text = String::from_utf8(pieces.into_iter().flatten().flatten().collect()).expect("text");
    let (_, id) = text.trim_end().split_once("session_id=").expect("an id");
    (reader, id.to_owned())
}

#[test]
fn a_stream_of_sse_binds_its_messages_and_its_end_is_that_of_the_session() {
    let server = server(&affinity(
        "MCP_SSE",
        &json!({"sessionConcurrencyPerInstance": 1}),
    ));
    let ((first, a), (_second, b)) = (open(&server), open(&server));
    assert_ne!(a, b, "an instance has one session");
    for id in [&a, &b, &a] {
        let target = format!("/2023-03-30/proxy/f/messages/?session_id={id}");
        let reply = server.request("POST", &target, &[], CALL);
        assert_eq!(format!("sse{}", pid(&reply)), **id);
    }
    later(&server, 100_000);
    assert!(sessions(&server, &[]).contains(&a), "it has no clock");
    drop(first);
    wait_for("the session to end", || {
        (!sessions(&server, &[]).contains(&a)).then_some(())
    });
    assert!(sessions(&server, &[]).contains(&b));
}
