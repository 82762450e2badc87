//! Versions and aliases of FC 3.0 (fc3 §12): what is published, what each call gets, what stays on the disk.

mod calls;
mod data;
mod http;
mod template;

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::support::{Reply, Server, function_folder, text, wait_for, zip_of};

/// The package of the test function, which answers the event `version` with this text.
fn package_of(version: &str) -> Vec<u8> {
    let program = fs::read(function_folder().join("bootstrap")).expect("the test function");
    let changed = text(&program).replace("VERSION = \"1\"", &format!("VERSION = \"{version}\""));
    zip_of(&[("bootstrap", changed.as_bytes(), 0o755)])
}

fn code_of(version: &str) -> Value {
    json!({"zipFile": BASE64.encode(package_of(version))})
}

/// Makes the function `f`, with this code and the variable `MARK`.
fn create(server: &Server, version: &str, more: &Value) {
    let mut function = json!({
        "functionName": "f", "runtime": "custom", "timeout": 30, "code": code_of(version),
        "environmentVariables": {"MARK": version},
    });
    let fields = function.as_object_mut().expect("an object");
    fields.extend(more.as_object().cloned().unwrap_or_default());
    let created = server.api_fc3("POST", "/functions", &function);
    assert_eq!(created.status, 201, "{created:?}");
}

fn change(server: &Server, version: &str) {
    let change = json!({"code": code_of(version), "environmentVariables": {"MARK": version}});
    let changed = server.api_fc3("PUT", "/functions/f", &change);
    assert_eq!(changed.status, 200, "{changed:?}");
}

fn publish(server: &Server, description: &str) -> Reply {
    let body = json!({"description": description});
    server.api_fc3("POST", "/functions/f/versions", &body)
}

/// A server with the function `f`, whose versions 1 and 2 answer so, and `LATEST` with 3.
fn published() -> Server {
    let server = Server::start();
    publish_two(&server);
    server
}

fn publish_two(server: &Server) {
    create(server, "1", &json!({}));
    for next in ["2", "3"] {
        assert_eq!(publish(server, "").status, 201);
        change(server, next);
    }
}

/// Leads an alias to a version, and a part of its calls to others.
fn alias(server: &Server, name: &str, version: &str, weights: &Value) {
    let alias = json!({
        "aliasName": name, "versionId": version, "additionalVersionWeight": weights,
    });
    let created = server.api_fc3("POST", "/functions/f/aliases", &alias);
    assert_eq!(created.status, 201, "{created:?}");
}

fn invoke(server: &Server, qualifier: &str, event: &str) -> Reply {
    let query = match qualifier {
        "" => String::new(),
        qualifier => format!("qualifier={qualifier}"),
    };
    let path = ["/functions/f/invocations", &query];
    server.fc3("POST", path, &[], event.as_bytes())
}

/// The status and the code of an error.
fn error(reply: &Reply) -> (u16, String) {
    let code = reply.json()["Code"].as_str().unwrap_or_default().to_owned();
    (reply.status, code)
}

fn versions(server: &Server, query: &str) -> Value {
    server.api_query_fc3("/functions/f/versions", query).json()
}

fn numbers(list: &Value) -> Vec<String> {
    let all = list["versions"].as_array().expect("a list").iter();
    let numbers = all.map(|one| one["versionId"].as_str().expect("a number").to_owned());
    numbers.collect()
}

#[test]
fn versions_are_published_listed_and_deleted_and_no_number_comes_back() {
    let server = Server::start();
    create(&server, "1", &json!({}));
    let first = publish(&server, "the first");
    let version = first.json();
    assert_eq!(
        (first.status, &version["versionId"], &version["description"]),
        (201, &json!("1"), &json!("the first"))
    );
    assert!(version["createdTime"].is_string() && version["lastModifiedTime"].is_string());
    let again = publish(&server, "nothing new");
    let message = again.json()["Message"].to_string();
    assert_eq!(error(&again), (400, "VersionPublishError".to_owned()));
    assert!(
        message.contains("No changes were made since last publish"),
        "{message}"
    );
    for (next, number) in [("2", "2"), ("3", "3")] {
        change(&server, next);
        assert_eq!(publish(&server, "").json()["versionId"], number);
    }
    let delete = |version: &str| {
        let path = format!("/functions/f/versions/{version}");
        server.api_fc3("DELETE", &path, &json!(null))
    };
    assert_eq!(delete("3").status, 204);
    assert_eq!(error(&delete("3")), (404, "VersionNotFound".to_owned()));
    assert_eq!(
        error(&delete("LATEST")),
        (400, "InvalidArgument".to_owned())
    );
    assert_eq!(publish(&server, "").json()["versionId"], "4");
    let list = versions(&server, "");
    assert_eq!(
        (numbers(&list), &list["direction"]),
        (
            vec!["4".to_owned(), "2".to_owned(), "1".to_owned()],
            &json!("BACKWARD")
        )
    );
    let no_function = server.api_fc3("POST", "/functions/g/versions", &json!({}));
    assert_eq!(error(&no_function), (404, "FunctionNotFound".to_owned()));
}

#[test]
fn versions_are_listed_page_by_page_in_both_directions() {
    let server = published();
    assert_eq!(publish(&server, "").status, 201);
    for (direction, pages) in [("BACKWARD", ["3", "2", "1"]), ("FORWARD", ["1", "2", "3"])] {
        let mut token = String::new();
        for (index, expected) in pages.iter().enumerate() {
            let query = match token.as_str() {
                "" => format!("direction={direction}&limit=1"),
                token => format!("direction={direction}&limit=1&nextToken={token}"),
            };
            let page = versions(&server, &query);
            assert_eq!(numbers(&page), [*expected], "{query}");
            token = page["nextToken"].as_str().unwrap_or_default().to_owned();
            assert_eq!(token.is_empty(), index == 2, "{page}");
        }
    }
    let wrong = server.api_query_fc3("/functions/f/versions", "direction=UP");
    assert_eq!(error(&wrong), (400, "InvalidArgument".to_owned()));
}

#[test]
fn aliases_are_created_changed_listed_and_deleted() {
    let server = published();
    alias(&server, "prod", "1", &json!({"2": 0.25}));
    let path = "/functions/f/aliases/prod";
    let read = || server.api_fc3("GET", path, &json!(null)).json();
    let seen = read();
    assert_eq!(
        (
            &seen["aliasName"],
            &seen["versionId"],
            &seen["additionalVersionWeight"]
        ),
        (&json!("prod"), &json!("1"), &json!({"2": 0.25}))
    );
    let change = json!({"versionId": "2", "description": "new", "additionalVersionWeight": {}});
    assert_eq!(server.api_fc3("PUT", path, &change).status, 200);
    let seen = read();
    assert_eq!(
        (&seen["versionId"], &seen["description"]),
        (&json!("2"), &json!("new"))
    );
    alias(&server, "test", "LATEST", &json!({}));
    let list = server
        .api_query_fc3("/functions/f/aliases", "prefix=t")
        .json();
    assert_eq!(list["aliases"][0]["aliasName"], "test", "{list}");
    assert_eq!(list["aliases"].as_array().map(Vec::len), Some(1));
    for _ in 0..2 {
        let deleted = server.api_fc3("DELETE", path, &json!(null));
        let gone = server.api_fc3("GET", path, &json!(null));
        assert!(matches!(deleted.status, 204 | 404), "{deleted:?}");
        assert_eq!(error(&gone), (404, "AliasNotFound".to_owned()));
    }
}

#[test]
fn aliases_that_make_no_sense_are_refused_and_change_nothing() {
    let server = published();
    alias(&server, "prod", "1", &json!({}));
    let create = |alias: Value| error(&server.api_fc3("POST", "/functions/f/aliases", &alias));
    for (alias, status, code) in [
        (json!({"versionId": "1"}), 400, "InvalidArgument"),
        (json!({"aliasName": "a"}), 400, "InvalidArgument"),
        (
            json!({"aliasName": "1", "versionId": "1"}),
            400,
            "InvalidArgument",
        ),
        (
            json!({"aliasName": "LATEST", "versionId": "1"}),
            400,
            "InvalidArgument",
        ),
        (
            json!({"aliasName": "a", "versionId": "9"}),
            404,
            "VersionNotFound",
        ),
        (
            json!({"aliasName": "a", "versionId": "1", "additionalVersionWeight": {"9": 0.1}}),
            404,
            "VersionNotFound",
        ),
        (
            json!({"aliasName": "a", "versionId": "1", "additionalVersionWeight": {"2": 1.5}}),
            400,
            "InvalidArgument",
        ),
        (
            json!({"aliasName": "prod", "versionId": "1"}),
            409,
            "AliasAlreadyExists",
        ),
    ] {
        let shown = alias.to_string();
        assert_eq!(create(alias), (status, code.to_owned()), "{shown}");
    }
    let wrong = json!({"versionId": "9"});
    let wrong = server.api_fc3("PUT", "/functions/f/aliases/prod", &wrong);
    assert_eq!(error(&wrong), (404, "VersionNotFound".to_owned()));
    assert_eq!(invoke(&server, "prod", "version").text(), "1");
}

#[test]
fn what_leads_somewhere_is_deleted_from_its_end() {
    let server = published();
    alias(&server, "prod", "1", &json!({"2": 0.5}));
    let delete = |path: &str| server.api_fc3("DELETE", path, &json!(null));
    for version in ["1", "2"] {
        let refused = delete(&format!("/functions/f/versions/{version}"));
        assert_eq!(error(&refused), (409, "VersionInUse".to_owned()));
    }
    let steps = [
        "/functions/f/aliases/prod",
        "/functions/f/versions/2",
        "/functions/f/versions/1",
    ];
    for step in steps {
        let refused = delete("/functions/f");
        assert_eq!(error(&refused), (409, "FunctionNotEmpty".to_owned()));
        assert_eq!(delete(step).status, 204, "{step}");
    }
    for gone in ["1", "prod"] {
        let refused = delete(&format!("/functions/f/versions/{gone}"));
        assert_eq!(error(&refused), (404, "VersionNotFound".to_owned()));
    }
    assert_eq!(delete("/functions/f").status, 204);
}

#[test]
fn versions_and_aliases_of_services_are_refused_by_name() {
    let server = Server::start();
    server.deploy(&json!({}));
    for (path, words) in [
        ("/services/s/versions", "versions of FC 2.0"),
        ("/services/s/aliases", "aliases of FC 2.0"),
    ] {
        let reply = server.api("POST", path, &json!({}));
        let message = reply.json()["ErrorMessage"].to_string();
        assert_eq!(reply.status, 400, "{message}");
        assert!(
            message.contains("fc-local does not play this") && message.contains(words),
            "{message}"
        );
        assert_eq!(
            server.api("GET", path, &json!(null)).status,
            200,
            "an empty list"
        );
    }
}
