//! What is kept between calls, if the server wants that.

use fc_runtime::http::Request;
use serde_json::{Value, json};

use fc_mcp::{HANDSHAKE_VERSIONS, STATELESS_VERSION, Server};

use crate::support::{message, request, send, server};

fn begin(server: &Server) -> String {
    let params = json!({ "protocolVersion": "2025-06-18", "capabilities": {} });
    let response = send(server, &request("initialize", &params), &[]);
    response.header("mcp-session-id").expect("an id").to_owned()
}

fn count(server: &Server, id: &str) -> (u16, Value) {
    let call = request("tools/call", &json!({ "name": "count" }));
    let (status, answer) = message(send(server, &call, &[("Mcp-Session-Id", id)]));
    (status, answer["result"]["content"][0]["text"].clone())
}

fn delete(server: &Server, id: Option<&str>) -> u16 {
    let mut request = Request::new("DELETE", "/mcp");
    if let Some(id) = id {
        request = request.with_header("Mcp-Session-Id", id).expect("sound");
    }
    server.answer(&request).expect("a response").status()
}

#[test]
fn each_session_has_its_own_state_until_it_is_deleted() {
    let server = server().sessions(10);
    let (one, two) = (begin(&server), begin(&server));
    assert_eq!((one.len(), one == two), (32, false));
    assert_eq!(count(&server, &one), (200, json!("1")));
    assert_eq!(count(&server, &one), (200, json!("2")));
    assert_eq!(count(&server, &two), (200, json!("1")));
    assert_eq!(
        (delete(&server, None), delete(&server, Some("x"))),
        (400, 404)
    );
    assert_eq!(
        (delete(&server, Some(&one)), delete(&server, Some(&one))),
        (204, 404)
    );
    assert_eq!(count(&server, &one).0, 404);
    assert_eq!(count(&server, &two).1, "2");
}

#[test]
fn requests_that_name_no_session_are_refused_and_so_are_those_that_stand_alone() {
    let server = server().sessions(1);
    let list = request("tools/list", &json!({}));
    let (status, answer) = message(send(&server, &list, &[]));
    assert_eq!(
        (status, &answer["error"]["code"], &answer["id"]),
        (400, &json!(-32600), &json!(7))
    );
    let note = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
    assert_eq!(send(&server, &note, &[]).status(), 400);
    let id = begin(&server);
    assert_eq!(
        send(&server, &note, &[("Mcp-Session-Id", &id)]).status(),
        202
    );
    assert_eq!(
        send(&server, &list, &[("Mcp-Session-Id", &id)]).status(),
        200
    );
    let alone = [
        ("MCP-Protocol-Version", STATELESS_VERSION),
        ("Mcp-Method", "tools/list"),
    ];
    let (status, answer) = message(send(&server, &list, &alone));
    let versions = &answer["error"]["data"]["supported"];
    assert_eq!((status, versions), (400, &json!(HANDSHAKE_VERSIONS)));
    // There is room for one, and a refused handshake begins none.
    assert_eq!(
        send(&server, &request("initialize", &json!({})), &[]).header("mcp-session-id"),
        None
    );
    assert_eq!(count(&server, &id).0, 200);
    begin(&server);
    assert_eq!(count(&server, &id).0, 404);
}

#[test]
fn a_session_knows_what_its_client_can_and_wants_to_hear() {
    let server = server().sessions(1);
    let id = begin(&server);
    let ask = |method: &str, params: Value| {
        let response = send(
            &server,
            &request(method, &params),
            &[("Mcp-Session-Id", &id)],
        );
        String::from_utf8(response.into_body().expect("a body")).expect("text")
    };
    assert!(ask("tools/call", json!({ "name": "sampler" })).contains("-32021"));
    assert!(ask("tools/call", json!({ "name": "steps" })).contains("halfway"));
    ask("logging/setLevel", json!({ "level": "error" }));
    assert!(!ask("tools/call", json!({ "name": "steps" })).contains("halfway"));
}

#[test]
fn without_sessions_an_id_is_read_over_and_nothing_can_be_deleted() {
    assert_eq!(count(&server(), "stale").1, "no session");
    assert_eq!(delete(&server(), Some("stale")), 405);
}
