//! 2026-07-28: each request stands alone, and its headers repeat its body.

use fc_mcp::{STATELESS_VERSION, Server};
use fc_runtime::base64;
use serde_json::{Value, json};

use crate::support::{message, messages, request, send, server};

/// A request with all that the version asks for, but for headers that are given here.
fn ask(server: &Server, method: &str, mut params: Value, headers: &[(&str, &str)]) -> (u16, Value) {
    params["_meta"] = meta(&json!({}));
    message(send(server, &request(method, &params), headers))
}

fn meta(capabilities: &Value) -> Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": STATELESS_VERSION,
        "io.modelcontextprotocol/clientCapabilities": capabilities,
    })
}

const VERSION: (&str, &str) = ("MCP-Protocol-Version", STATELESS_VERSION);

#[test]
fn a_client_discovers_what_there_is_without_a_handshake() {
    let headers = [VERSION, ("Mcp-Method", "server/discover")];
    let (status, answer) = ask(&server(), "server/discover", json!({}), &headers);
    let result = &answer["result"];
    let versions = json!(["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"]);
    assert_eq!((status, &result["supportedVersions"]), (200, &versions));
    assert_eq!(result["capabilities"]["tools"], json!({}));
    assert_eq!(
        (&result["resultType"], &result["cacheScope"]),
        (&json!("complete"), &json!("private"))
    );
    let info = &result["_meta"]["io.modelcontextprotocol/serverInfo"];
    assert_eq!(info, &json!({ "name": "bench", "version": "1.2.3" }));
}

#[test]
fn what_the_version_has_taken_away_is_not_found() {
    for method in ["initialize", "ping", "logging/setLevel", "none"] {
        let (status, answer) = ask(
            &server(),
            method,
            json!({}),
            &[VERSION, ("Mcp-Method", method)],
        );
        assert_eq!(
            (status, &answer["error"]["code"]),
            (404, &json!(-32601)),
            "{method}"
        );
        assert_eq!(answer["id"], 7);
    }
}

#[test]
fn headers_that_do_not_repeat_the_body_are_refused() {
    let call = ("Mcp-Method", "tools/call");
    let echo = || json!({ "name": "echo", "arguments": { "text": "t", "region": "eu" } });
    let region = ("Mcp-Param-Region", "eu");
    let whole = [VERSION, call, ("Mcp-Name", "echo"), region];
    let (status, answer) = ask(&server(), "tools/call", echo(), &whole);
    assert_eq!(
        (status, &answer["result"]["content"][0]["text"]),
        (200, &json!("t"))
    );
    for missing in 0..whole.len() {
        let mut headers = whole.to_vec();
        let (gone, _) = headers.remove(missing);
        let (status, answer) = ask(&server(), "tools/call", echo(), &headers);
        assert_eq!(
            (status, &answer["error"]["code"]),
            (400, &json!(-32020)),
            "without {gone}"
        );
    }
    let base64 = |text: &str| format!("=?base64?{}?=", base64::encode(text));
    for (name, region, status) in [
        ("ECHO", "eu", 400),
        (&*base64("echo"), &*base64("eu"), 200),
        (&*base64("other"), "eu", 400),
        ("=?base64?!?=", "eu", 400),
        ("echo", "us", 400),
    ] {
        let headers = [
            VERSION,
            call,
            ("Mcp-Name", name),
            ("Mcp-Param-Region", region),
        ];
        assert_eq!(
            ask(&server(), "tools/call", echo(), &headers).0,
            status,
            "{name} {region}"
        );
    }
    let twice = [
        VERSION,
        call,
        ("Mcp-Name", "echo"),
        ("Mcp-Name", "echo"),
        region,
    ];
    assert_eq!(ask(&server(), "tools/call", echo(), &twice).0, 400);
    // A header of what was not said.
    let params = json!({ "name": "echo", "arguments": { "text": "t" } });
    assert_eq!(ask(&server(), "tools/call", params, &whole).0, 400);
}

#[test]
fn headers_repeat_what_is_deep_in_the_arguments_and_integers_in_either_form() {
    let headers = [VERSION, ("Mcp-Method", "tools/call"), ("Mcp-Name", "echo")];
    for (shelf, header, status) in [
        ("3", Some("3"), 200),
        ("3", Some("3.0"), 200),
        ("3.00", Some("3"), 200),
        ("3", Some("4"), 400),
        ("30", Some("3"), 400),
        ("3.5", Some("3"), 400),
        ("9007199254740993", Some("9007199254740992"), 400),
        ("3", None, 400),
        ("null", None, 200),
        ("null", Some("3"), 400),
    ] {
        let shelf: Value = serde_json::from_str(shelf).expect("JSON");
        let params =
            json!({ "name": "echo", "arguments": { "text": "t", "at": { "shelf": shelf } } });
        let sent = header.map(|header| ("Mcp-Param-Shelf", header));
        let headers: Vec<_> = headers.into_iter().chain(sent).collect();
        let (found, _) = ask(&server(), "tools/call", params, &headers);
        assert_eq!(found, status, "{shelf} {header:?}");
    }
}

#[test]
fn errors_have_the_status_that_the_version_gives_them() {
    let named = |method, name| [VERSION, ("Mcp-Method", method), ("Mcp-Name", name)];
    for (method, params, name, status, code) in [
        ("tools/call", json!({ "name": "none" }), "none", 400, -32602),
        (
            "resources/read",
            json!({ "uri": "a://b" }),
            "a://b",
            400,
            -32602,
        ),
        (
            "prompts/get",
            json!({ "name": "greet" }),
            "greet",
            400,
            -32602,
        ),
        (
            "tools/call",
            json!({ "name": "sampler" }),
            "sampler",
            400,
            -32021,
        ),
    ] {
        let (found, answer) = ask(&server(), method, params, &named(method, name));
        assert_eq!(
            (found, &answer["error"]["code"]),
            (status, &json!(code)),
            "{name}"
        );
    }
    let params = json!({ "name": "sampler", "_meta": meta(&json!({ "sampling": {} })) });
    let can = send(
        &server(),
        &request("tools/call", &params),
        &named("tools/call", "sampler"),
    );
    assert_eq!(message(can).1["result"]["content"][0]["text"], "sampled");
    let lacks =
        json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": STATELESS_VERSION } });
    for params in [json!({}), lacks] {
        let sent = send(
            &server(),
            &request("tools/list", &params),
            &[VERSION, ("Mcp-Method", "tools/list")],
        );
        let (status, answer) = message(sent);
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32602)));
    }
    let unknown = send(
        &server(),
        &request("tools/list", &json!({})),
        &[("MCP-Protocol-Version", "1999-01-01")],
    );
    let (status, answer) = message(unknown);
    assert_eq!(
        (status, &answer["error"]["code"], &answer["id"]),
        (400, &json!(-32022), &json!(7))
    );
    assert_eq!(answer["error"]["data"]["requested"], "1999-01-01");
}

#[test]
fn a_stream_says_only_what_the_request_has_asked_for() {
    let mut asked = meta(&json!({}));
    let headers = [VERSION, ("Mcp-Method", "tools/call"), ("Mcp-Name", "steps")];
    let streamed = |meta: &Value| {
        let params = json!({ "name": "steps", "_meta": meta });
        messages(send(&server(), &request("tools/call", &params), &headers))
    };
    let silent = streamed(&asked);
    assert_eq!(
        (silent.len(), &silent[0]["result"]["resultType"]),
        (1, &json!("complete"))
    );
    asked["io.modelcontextprotocol/logLevel"] = "info".into();
    let sent = streamed(&asked);
    assert_eq!(
        (sent.len(), &sent[0]["params"]["level"]),
        (2, &json!("warning"))
    );
    // Nobody can be asked in a request that stands alone.
    let params = json!({ "name": "name", "_meta": meta(&json!({ "elicitation": {} })) });
    let named = [VERSION, ("Mcp-Method", "tools/call"), ("Mcp-Name", "name")];
    let refused = messages(send(&server(), &request("tools/call", &params), &named));
    assert_eq!(refused[0]["error"]["code"], -32603);
}
