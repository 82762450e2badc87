//! What the API shows of functions, and how lists of them are narrowed down.

use serde_json::{Value, json};

use super::code;
use crate::support::{Server, package};

/// A server with the functions `a` and `b` of FC 3.0, which differ.
fn server() -> Server {
    let server = Server::start();
    for (name, more) in [
        (
            "a",
            json!({"description": "one", "tags": [{"key": "team", "value": "x"}]}),
        ),
        (
            "b",
            json!({"runtime": "custom.debian12", "memorySize": 512, "cpu": 0.5}),
        ),
    ] {
        let mut function =
            json!({"functionName": name, "runtime": "custom", "code": code(&package())});
        let fields = function.as_object_mut().expect("an object");
        fields.extend(more.as_object().cloned().unwrap_or_default());
        let reply = server.api_fc3("POST", "/functions", &function);
        assert!(matches!(reply.status, 200 | 201), "{reply:?}");
    }
    server
}

/// The values of some fields.
fn values(function: &Value, fields: &Value) -> Value {
    let fields = fields.as_object().expect("an object");
    let pairs = fields
        .keys()
        .map(|name| (name.clone(), function[name].clone()));
    pairs.collect()
}

#[test]
fn what_nobody_has_set_is_shown_with_its_default_in_both_generations() {
    let server = server();
    let expected = json!({
        "functionArn": "acs:fc:cn-hangzhou:1234567890123456:functions/a", "handler": "index.handler", "timeout": 3,
        "memorySize": 128, "cpu": 0.05, "diskSize": 512, "instanceConcurrency": 1, "internetAccess": true,
        "description": "one", "environmentVariables": {}, "role": "", "instanceIsolationMode": "SHARE",
        "sessionAffinity": "NONE", "state": "Active", "lastUpdateStatus": "Successful",
    });
    let read = server.api_fc3("GET", "/functions/a", &json!(null)).json();
    assert_eq!(values(&read, &expected), expected);
    let expected = json!({"memorySize": 512, "cpu": 0.5, "description": ""});
    let read = server.api_fc3("GET", "/functions/b", &json!(null)).json();
    assert_eq!(values(&read, &expected), expected);
    server.deploy(&json!({}));
    let expected = json!({
        "functionArn": "acs:fc:cn-hangzhou:1234567890123456:services/s.LATEST/functions/f", "timeout": 30,
        "memorySize": 128, "caPort": 9000, "initializer": "", "initializationTimeout": 3, "instanceType": "e1",
        "instanceConcurrency": 1, "internetAccess": null,
    });
    let read = server.api("GET", "/services/s/functions/f", &json!(null));
    assert_eq!(values(&read.json(), &expected), expected);
    let service = server.api("GET", "/services/s", &json!(null)).json();
    assert_eq!(service["internetAccess"], true);
}

#[test]
fn a_list_is_narrowed_down_by_what_functions_have() {
    let server = server();
    server.deploy(&json!({}));
    let names = |query: &str| {
        let list = server.api_query_fc3("/functions", query).json();
        let functions = list["functions"].as_array().expect("a list");
        let names = functions
            .iter()
            .filter_map(|item| item["functionName"].as_str());
        names.collect::<String>()
    };
    for (query, expected) in [
        ("", "ab"),
        ("fcVersion=v3", "ab"),
        ("fcVersion=v2", ""),
        ("runtime=custom", "a"),
        ("runtime=custom.debian12", "b"),
        ("description=one", "a"),
        ("description=two", ""),
        ("functionName=b", "b"),
        ("limit=1&runtime=custom.debian12", "b"),
        ("tags=%5B%7B%22Key%22%3A%22team%22%7D%5D", "a"),
        (
            "tags=%5B%7B%22Key%22%3A%22team%22%2C%22Value%22%3A%22y%22%7D%5D",
            "",
        ),
    ] {
        assert_eq!(names(query), expected, "{query}");
    }
    for query in ["fcVersion=v4", "tags=x"] {
        let refused = server.api_query_fc3("/functions", query);
        assert_eq!(refused.status, 400, "{query}: {refused:?}");
        assert_eq!(refused.json()["Code"], "InvalidArgument", "{query}");
    }
}
