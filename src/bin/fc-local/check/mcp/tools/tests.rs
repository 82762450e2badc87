//! Lists of tools that clients read, and what they stumble over.

use std::slice;

use serde_json::{Value, json};

use super::{Eras, wrong};

const BOTH: Eras = Eras {
    handshake: true,
    stateless: true,
};

fn tool(input: &Value) -> Value {
    json!({ "name": "t", "inputSchema": input })
}

fn object(properties: &Value) -> Value {
    json!({ "type": "object", "properties": properties })
}

#[test]
fn a_list_that_clients_can_read_is_right() {
    let region = json!({ "type": "string", "x-mcp-header": "Region" });
    let inner = object(&json!({ "shelf": { "type": "integer", "x-mcp-header": "Shelf-1" } }));
    // Arguments may have any name, that of the keyword too.
    let list = json!({ "type": "array", "items": object(&json!({ "x-mcp-header": { "type": "string" } })) });
    let all =
        object(&json!({ "region": region, "inner": inner, "list": list, "x-mcp-header": {} }));
    let mut second = tool(&json!({ "type": "object" }));
    second["name"] = "u".into();
    assert_eq!(wrong(&[tool(&all), second], BOTH), None);
    assert_eq!(wrong(&[], BOTH), None);
}

#[test]
fn what_a_client_stumbles_over_is_named() {
    let header = |name: &str, kind: &str| json!({ "type": kind, "x-mcp-header": name });
    let a = || header("A", "string");
    for (input, says) in [
        (Value::Null, "inputSchema.type is not \"object\""),
        (json!({ "type": "string" }), "inputSchema.type is not"),
        (
            object(&json!([])),
            "inputSchema.properties is not an object",
        ),
        (
            object(&json!({ "a": true })),
            "inputSchema.properties.a is not an object",
        ),
        (
            object(&json!({ "a": header("A b", "string") })),
            "is not a header name",
        ),
        (
            object(&json!({ "a": header("", "string") })),
            "is not a header name",
        ),
        (
            object(&json!({ "a": header("A", "array") })),
            "neither a string nor",
        ),
        (
            object(&json!({ "a": a(), "b": object(&json!({ "c": header("a", "string") })) })),
            "is there twice",
        ),
        (
            object(&json!({ "a": { "type": "array", "items": a() } })),
            "stands under items",
        ),
        (
            json!({ "type": "object", "oneOf": [object(&json!({ "a": a() }))] }),
            "stands under oneOf",
        ),
        (
            json!({ "type": "object", "x-mcp-header": "A" }),
            "is at the whole input",
        ),
    ] {
        let said = wrong(&[tool(&input)], BOTH).expect(says);
        assert!(
            said.starts_with("the tool t: ") && said.contains(says),
            "{said}"
        );
    }
}

#[test]
fn names_are_there_and_differ() {
    let one = || tool(&json!({ "type": "object" }));
    let said = wrong(&[one(), one()], BOTH);
    assert_eq!(
        said.as_deref(),
        Some("the tool t: there are two of this name")
    );
    let said = wrong(&[json!({ "name": "" })], BOTH);
    assert_eq!(said.as_deref(), Some("a tool without a name"));
}

#[test]
fn what_only_one_version_asks_is_not_asked_by_the_other() {
    let (handshake, stateless) = (
        Eras {
            stateless: false,
            ..BOTH
        },
        Eras {
            handshake: false,
            ..BOTH
        },
    );
    let mut list = tool(&json!({ "type": "object" }));
    list["outputSchema"] = json!({ "type": "array" });
    assert_eq!(wrong(slice::from_ref(&list), stateless), None);
    let said = wrong(&[list], handshake).expect("it is wrong");
    assert!(
        said.contains("outputSchema.type is not \"object\""),
        "{said}"
    );
    let header = tool(&object(
        &json!({ "a": { "type": "string", "x-mcp-header": "" } }),
    ));
    assert_eq!(wrong(slice::from_ref(&header), handshake), None);
    assert!(wrong(&[header], stateless).is_some());
}
