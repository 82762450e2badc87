//! 2025-03-26 to 2025-11-25.

use fc_mcp::HANDSHAKE_VERSIONS;
use serde_json::{Value, json};

use crate::support::{code, message, messages, request, result, send, server};

fn call(name: &str, arguments: &Value) -> Value {
    result(
        "tools/call",
        &json!({ "name": name, "arguments": arguments }),
    )
}

#[test]
fn the_version_that_is_offered_is_agreed_on_or_else_the_newest() {
    for version in HANDSHAKE_VERSIONS {
        assert_eq!(
            result("initialize", &json!({ "protocolVersion": version }))["protocolVersion"],
            version
        );
    }
    for other in ["2026-07-28", "2024-11-05", "x"] {
        let result = result("initialize", &json!({ "protocolVersion": other }));
        assert_eq!(result["protocolVersion"], HANDSHAKE_VERSIONS[0], "{other}");
    }
    assert_eq!(code("initialize", &json!({})), Some(-32602));
    let announced = result("initialize", &json!({ "protocolVersion": "2025-06-18" }));
    assert_eq!(
        announced["serverInfo"],
        json!({ "name": "bench", "version": "1.2.3" })
    );
    assert_eq!(announced["instructions"], "Try it.");
    let can: Vec<_> = announced["capabilities"]
        .as_object()
        .expect("an object")
        .keys()
        .collect();
    assert_eq!(
        can,
        ["completions", "logging", "prompts", "resources", "tools"]
    );
}

#[test]
fn tools_are_listed_and_called_and_what_they_fail_with_is_for_the_model() {
    let list = result("tools/list", &json!({}));
    assert_eq!(list["tools"][0]["name"], "echo");
    assert_eq!(list["tools"][0]["inputSchema"]["required"], json!(["text"]));
    assert!(list.get("resultType").is_none(), "it is of the other era");
    let said = json!([{ "type": "text", "text": "hi" }]);
    assert_eq!(
        call("echo", &json!({ "text": "hi" })),
        json!({ "content": said })
    );
    for (name, arguments, why) in [
        ("broken", json!({}), "out of order"),
        ("echo", json!({}), "text is required"),
        ("echo", json!({ "text": null }), "text is required"),
        ("echo", json!({ "text": 1 }), "text must be a string"),
        ("count", json!({}), "no session"),
    ] {
        let failed = call(name, &arguments);
        assert_eq!(failed["isError"], true);
        assert_eq!(failed["content"][0]["text"], why);
    }
    assert_eq!(code("tools/call", &json!({ "name": "none" })), Some(-32602));
    assert_eq!(code("tools/call", &json!({})), Some(-32602));
    assert_eq!(code("tools/list", &json!({ "cursor": "2" })), Some(-32602));
    let listed = result("tools/list", &json!({ "cursor": null }));
    let tools = listed["tools"].as_array().expect("a list");
    let untyped = |tool: &&Value| tool["inputSchema"]["type"] != "object";
    assert_eq!(tools.iter().find(untyped), None);
    assert_eq!(code("server/discover", &json!({})), Some(-32601));
}

#[test]
fn resources_are_read_by_their_uri_or_their_template() {
    let uris = |list: Value, key: &str| list[0][key].as_str().map(str::to_owned);
    let listed = result("resources/list", &json!({}))["resources"].clone();
    assert_eq!(
        (listed.as_array().map(Vec::len), uris(listed, "uri")),
        (Some(1), Some("bench://bytes".into()))
    );
    let templates = result("resources/templates/list", &json!({}))["resourceTemplates"].clone();
    assert_eq!(
        uris(templates, "uriTemplate").as_deref(),
        Some("bench://items/{id}")
    );
    let read = |uri: &str| result("resources/read", &json!({ "uri": uri }))["contents"].clone();
    let bytes = json!([{ "uri": "bench://bytes", "mimeType": "image/png", "blob": "AP8=" }]);
    assert_eq!(read("bench://bytes"), bytes);
    assert_eq!(
        read("bench://items/9"),
        json!([{ "uri": "bench://items/9", "text": "9" }])
    );
    assert_eq!(
        code("resources/read", &json!({ "uri": "bench://items/" })),
        Some(-32002)
    );
}

#[test]
fn prompts_and_registered_methods_give_what_their_handlers_return() {
    let got = result(
        "prompts/get",
        &json!({ "name": "greet", "arguments": { "name": "Ada" } }),
    );
    assert_eq!(
        got["messages"][0],
        json!({ "role": "user", "content": { "type": "text", "text": "Ada" } })
    );
    assert_eq!(got["messages"][1]["role"], "assistant");
    assert_eq!(
        code("prompts/get", &json!({ "name": "greet" })),
        Some(-32602)
    );
    assert_eq!(
        code("prompts/get", &json!({ "name": "none" })),
        Some(-32602)
    );
    assert_eq!(
        result("prompts/list", &json!({}))["prompts"][0]["arguments"][0]["name"],
        "name"
    );
    assert_eq!(
        result("completion/complete", &json!({}))["completion"]["values"],
        json!(["a"])
    );
    assert_eq!(result("ping", &json!({})), json!({}));
    assert_eq!(
        result("logging/setLevel", &json!({ "level": "error" })),
        json!({})
    );
    assert_eq!(
        code("logging/setLevel", &json!({ "level": "loud" })),
        Some(-32602)
    );
}

#[test]
fn a_tool_that_streams_says_what_the_client_has_asked_for_before_its_result() {
    let streamed = |meta: Value, arguments: Value| {
        let params = json!({ "name": "steps", "_meta": meta, "arguments": arguments });
        send(&server(), &request("tools/call", &params), &[])
    };
    let sent = messages(streamed(
        json!({ "progressToken": "p" }),
        json!({ "of": 2 }),
    ));
    let params = json!({ "progressToken": "p", "progress": 1, "total": 2, "message": "half" });
    assert_eq!(
        sent[0],
        json!({ "jsonrpc": "2.0", "method": "notifications/progress", "params": params })
    );
    let levels: Vec<_> = sent[1..3]
        .iter()
        .map(|sent| sent["params"]["level"].clone())
        .collect();
    assert_eq!(levels, ["warning", "debug"]);
    assert_eq!(sent[3]["result"]["content"][0]["text"], "done");
    assert_eq!(sent.len(), 4);
    let none = messages(streamed(json!({}), json!({ "of": 2 })));
    assert_eq!(none.len(), 3, "no progress");
    // npm's client drops progress whose total is null.
    let unknown = messages(streamed(json!({ "progressToken": "p" }), json!({})));
    let params = json!({ "progressToken": "p", "progress": 1, "message": "half" });
    assert_eq!(unknown[0]["params"], params);
}

#[test]
fn a_client_that_reads_no_stream_gets_the_result_alone() {
    let body = request(
        "tools/call",
        &json!({ "name": "steps", "_meta": { "progressToken": 1 } }),
    );
    let only_json = fc_runtime::http::Request::new("POST", "/")
        .with_header("content-type", "application/json")
        .and_then(|request| request.with_header("accept", "application/json"))
        .expect("sound headers");
    let response = server().answer(&only_json.with_body(body.to_string()));
    let (status, answer) = message(response.expect("a response"));
    assert_eq!(
        (status, &answer["result"]["content"][0]["text"]),
        (200, &json!("done"))
    );
}
