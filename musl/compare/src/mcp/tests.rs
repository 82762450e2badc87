//! Answers as servers give them, right and wrong.

use super::*;

fn answer(body: &Value) -> Answer {
    Answer {
        status: 200,
        body: body.to_string().into_bytes(),
        keep_alive: true,
    }
}

fn right(result: Outcome) -> Right {
    Right { id: 7, result }
}

fn says(text: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "result": { "content": [{ "type": "text", "text": text }] } })
}

#[test]
fn a_call_is_right_with_its_own_text_alone() {
    let right = right(Outcome::Text("Rome: 15 degrees".to_owned()));
    assert_eq!(right.check(&answer(&says("Rome: 15 degrees"))), Ok(()));
    let mut failed = says("Rome: 15 degrees");
    failed["result"]["isError"] = true.into();
    let mut old = says("Rome: 15 degrees");
    old["id"] = 6.into();
    let mut text = says("Rome: 15 degrees");
    text["id"] = "7".into();
    let error = json!({ "jsonrpc": "2.0", "id": 7, "error": { "code": -32602, "message": "no" } });
    for wrong in [says("Rome: 16 degrees"), failed, old, text, error] {
        let bad = right.check(&answer(&wrong)).unwrap_err();
        assert!(matches!(bad, BadAnswer::WrongResult(_)), "{wrong}");
        assert!(bad.is_wrong());
    }
}

#[test]
fn a_status_is_a_failure_and_no_wrong_result() {
    let refused = Answer {
        status: 503,
        ..answer(&json!(null))
    };
    let bad = right(Outcome::Agreed).check(&refused).unwrap_err();
    assert_eq!(bad, BadAnswer::Status(503));
    assert!(!bad.is_wrong());
}

#[test]
fn events_instead_of_json_are_named_with_their_beginning() {
    let body = b"event: message\ndata: {}\n\n".to_vec();
    let events = Answer {
        body,
        ..answer(&json!(null))
    };
    let bad = right(Outcome::Agreed).check(&events).unwrap_err();
    assert_eq!(
        bad.to_string(),
        "the answer is no JSON: event: message\ndata: {}\n\n"
    );
}

fn tools() -> Value {
    json!({ "jsonrpc": "2.0", "id": 7, "result": { "tools": [
        { "name": "forecast", "inputSchema": {
            "$schema": "of the SDK", "type": "object", "required": ["days", "city"],
            "properties": { "city": { "type": "string", "title": "City" }, "days": { "type": "integer" } },
        } },
        { "name": "compare", "inputSchema": {
            "type": "object", "required": ["one", "other"],
            "properties": { "one": { "type": "string" }, "other": { "type": "string" } },
        } },
    ] } })
}

#[test]
fn tools_are_right_in_any_order_and_with_more_words() {
    assert_eq!(right(Outcome::Tools).check(&answer(&tools())), Ok(()));
}

#[test]
fn another_type_a_missing_requirement_or_one_tool_more_is_wrong() {
    let changes: [fn(&mut Value); 4] = [
        |tools| tools[0]["inputSchema"]["properties"]["days"]["type"] = "number".into(),
        |tools| tools[0]["inputSchema"]["required"] = json!(["city"]),
        |tools| tools[1]["inputSchema"]["properties"]["third"] = json!({ "type": "string" }),
        |tools| {
            let third = json!({ "name": "third", "inputSchema": { "type": "object" } });
            tools.as_array_mut().unwrap().push(third);
        },
    ];
    for change in changes {
        let mut message = tools();
        change(&mut message["result"]["tools"]);
        assert!(
            right(Outcome::Tools).check(&answer(&message)).is_err(),
            "{message}"
        );
    }
}

#[test]
fn every_request_has_its_own_city_and_the_fields_of_a_client() {
    let mut rng = Rng::with_seed(1);
    let ((first, _), (second, _)) = (forecast(&mut rng), forecast(&mut rng));
    assert_ne!(first, second);
    let text = String::from_utf8(first).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /mcp HTTP/1.1\r\n"), "{head}");
    assert!(head.contains("\r\nMcp-Protocol-Version: 2025-11-25\r\n"));
    let message: Value = serde_json::from_str(body).unwrap();
    assert_eq!(message["params"]["name"], "forecast");
    assert!(head.contains(&format!("\r\nContent-Length: {}\r\n", body.len())));
}

#[test]
fn the_warmer_city_is_the_one_with_more_degrees() {
    assert_eq!((degrees("Rome", 1), degrees("Hangzhou", 1)), (15, 19));
    let mut rng = Rng::with_seed(3);
    let (request, right) = compare(&mut rng);
    let text = String::from_utf8(request).unwrap();
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let arguments = serde_json::from_str::<Value>(body).unwrap()["params"]["arguments"].clone();
    let (one, other) = (
        arguments["one"].as_str().unwrap(),
        arguments["other"].as_str().unwrap(),
    );
    let warmer = if degrees(one, 1) < degrees(other, 1) {
        other
    } else {
        one
    };
    assert_eq!(right.result, Outcome::Text(warmer.to_owned()));
}
