//! Sessions by a custom domain: each kind of affinity sends the requests of a session to one instance, as by a trigger's
//! own address.

use std::io::BufReader;

use serde_json::{Value, json};

use super::{HEADER, affinity, by_header, pid, server, sessions};
use crate::support::{DOMAIN, Reply, Server, read_chunk, send, wait_for};

const INITIALIZE: &[u8] = br#"{"jsonrpc":"2.0","id":0,"method":"initialize"}"#;
const CALL: &[u8] = br#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#;

/// A server whose function `f` has these fields and the domain; an instance has one session.
fn with_domain(fields: &Value) -> Server {
    let server = server(fields);
    let routes = json!([{"path": "/*", "functionName": "f", "qualifier": "LATEST"}]);
    let domain =
        json!({"domainName": DOMAIN, "protocol": "HTTP", "routeConfig": {"routes": routes}});
    let created = server.api_fc3("POST", "/custom-domains", &domain);
    assert!(matches!(created.status, 200 | 201), "{created:?}");
    server
}

fn alone() -> Value {
    json!({"sessionConcurrencyPerInstance": 1})
}

#[test]
fn a_cookie_and_a_header_lead_back_to_their_instances() {
    let by_cookie = with_domain(&affinity("GENERATED_COOKIE", &alone()));
    let begin = || {
        let reply = by_cookie.by_domain("GET", "/x", &[], b"");
        let cookies = reply.all("set-cookie").into_iter();
        let own = cookies.filter_map(|cookie| cookie.split(';').next());
        let own = own
            .filter(|cookie| cookie.starts_with("x-fc-cookie-session-id="))
            .collect::<String>();
        (own, pid(&reply))
    };
    let ((a, on_a), (b, on_b)) = (begin(), begin());
    assert_ne!(on_a, on_b, "an instance has one session");
    for (cookie, process) in [(&a, on_a), (&b, on_b), (&a, on_a)] {
        let reply = by_cookie.by_domain("GET", "/x", &[("Cookie", cookie)], b"");
        assert_eq!(pid(&reply), process);
    }

    let by_header = with_domain(&by_header(&alone()));
    let pid_of = |id: &str| pid(&by_header.by_domain("GET", "/x", &[(HEADER, id)], b""));
    let (a, b) = (pid_of("a"), pid_of("b"));
    assert_ne!(a, b, "an instance has one session");
    assert_eq!((pid_of("a"), pid_of("b")), (a, b));
    let trigger = by_header.request("GET", "/2023-03-30/proxy/f/x", &[(HEADER, "a")], b"");
    assert_eq!(
        pid(&trigger),
        a,
        "a session is the function's, whatever the address"
    );
}

#[test]
fn both_spellings_of_streamable_http_bind_a_session_until_its_delete() {
    for kind in ["MCP_STREAMABLE", "MCP_STREAMABLE_HTTP"] {
        let server = with_domain(&affinity(kind, &alone()));
        let mcp = |method: &str, id: &str, body: &[u8]| -> Reply {
            let headers = [("Mcp-Session-Id", id)];
            let headers = if id.is_empty() { &[][..] } else { &headers };
            server.by_domain(method, "/mcp", headers, body)
        };
        let begin = || {
            let reply = mcp("POST", "", INITIALIZE);
            (reply.header("mcp-session-id").to_owned(), pid(&reply))
        };
        let ((a, on_a), (b, on_b)) = (begin(), begin());
        assert_ne!(on_a, on_b, "an instance has one session");
        for (id, process) in [(&a, on_a), (&b, on_b), (&a, on_a)] {
            assert_eq!(pid(&mcp("POST", id, CALL)), process);
        }
        assert_eq!(pid(&mcp("DELETE", &a, b"")), on_a, "the function hears it");
        let left = sessions(&server, &[]);
        assert!(!left.contains(&a) && left.contains(&b), "{left}");
    }
}

#[test]
fn a_stream_of_sse_binds_its_messages_and_ends_its_session() {
    let server = with_domain(&affinity("MCP_SSE", &alone()));
    let open = || {
        let mut stream = server.connect();
        send(&mut stream, "GET", "/sse", &[("Host", DOMAIN)], b"");
        let mut reader = BufReader::new(stream);
        assert_eq!(Reply::read_head(&mut reader).status, 200);
        let pieces = [read_chunk(&mut reader), read_chunk(&mut reader)];
        let text: Vec<u8> = pieces.into_iter().flatten().flatten().collect();
        let text = String::from_utf8(text).expect("text");
        let (_, id) = text.trim_end().split_once("session_id=").expect("an id");
        (reader, id.to_owned())
    };
    let ((first, a), (_second, b)) = (open(), open());
    assert_ne!(a, b, "an instance has one session");
    for id in [&a, &b, &a] {
        let reply = server.by_domain("POST", &format!("/messages/?session_id={id}"), &[], CALL);
        assert_eq!(format!("sse{}", pid(&reply)), **id);
    }
    drop(first);
    wait_for("the session to end", || {
        (!sessions(&server, &[]).contains(&a)).then_some(())
    });
    assert!(sessions(&server, &[]).contains(&b));
}
