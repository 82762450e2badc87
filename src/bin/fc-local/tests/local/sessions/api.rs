//! The calls of the API for sessions (fc3 §3).

use serde_json::{Value, json};

use super::{affinity, by_header, get, later, pid_of, server};
use crate::support::{Server, fc_local, text};

const PATH: &str = "/functions/f/sessions";

fn one(server: &Server, method: &str, id: &str, body: &Value) -> (u16, Value) {
    let reply = server.api_fc3(method, &format!("{PATH}/{id}"), body);
    (reply.status, reply.json())
}

fn ids(server: &Server, query: &str) -> Vec<String> {
    let list = server.api_query_fc3(PATH, query).json();
    let sessions = list["sessions"].as_array().expect("a list");
    let shown = |one: &Value| {
        let field = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        format!("{} {}", field("sessionId"), field("sessionStatus"))
    };
    sessions.iter().map(shown).collect()
}

#[test]
fn a_session_that_is_made_has_its_instance_at_once() {
    let server = server(&by_header(&json!({})));
    let body = json!({"sessionId": "mine", "sessionTTLInSeconds": 100, "nasConfig": {"userId": 1}});
    let made = server.api_fc3("POST", PATH, &body);
    assert_eq!(made.status, 200, "{made:?}");
    let made = made.json();
    let expected = json!({
        "sessionId": "mine", "functionName": "f", "qualifier": "LATEST", "sessionAffinityType": "HEADER_FIELD",
        "sessionTTLInSeconds": 100, "sessionIdleTimeoutInSeconds": 100, "sessionStatus": "Active",
        "disableSessionIdReuse": false, "nasConfig": {"userId": 1},
    });
    for (name, value) in expected.as_object().expect("an object") {
        assert_eq!(&made[name], value, "{name}");
    }
    let instances = server.api_query_fc3("/functions/f/instances", "").json();
    assert_eq!(made["containerId"], instances["instances"][0]["instanceId"]);
    let container = get(&server, &[("X-My-Session", "mine")]);
    assert_eq!(container.status, 201);
    assert_eq!(
        one(&server, "GET", "mine", &json!(null)).1["containerId"],
        made["containerId"]
    );
    let nameless = server.api_fc3("POST", PATH, &json!({})).json();
    assert_eq!(nameless["sessionId"].as_str().map(str::len), Some(32));
    let again = server.api_fc3("POST", PATH, &json!({"sessionId": "mine"}));
    assert_eq!(
        (again.status, &again.json()["Code"]),
        (409, &json!("SessionAlreadyExists"))
    );
}

#[test]
fn sessions_are_changed_listed_and_deleted() {
    let server = server(&by_header(&json!({"sessionTTLInSeconds": 1000})));
    pid_of(&server, "a");
    pid_of(&server, "b");
    let (status, changed) = one(
        &server,
        "PUT",
        "a",
        &json!({"sessionTTLInSeconds": 5000, "sessionIdleTimeoutInSeconds": 5000}),
    );
    assert_eq!(
        (status, &changed["sessionTTLInSeconds"]),
        (200, &json!(5000))
    );
    later(&server, 1000);
    assert_eq!(ids(&server, ""), ["a Active", "b Expired"]);
    assert_eq!(
        one(&server, "PUT", "b", &json!({})).0,
        404,
        "only a live one can be changed"
    );
    pid_of(&server, "b");
    assert_eq!(ids(&server, ""), ["a Active", "b Expired", "b Active"]);
    assert_eq!(ids(&server, "sessionStatus=Expired"), ["b Expired"]);
    assert_eq!(ids(&server, "sessionId=a"), ["a Active"]);
    let page = server.api_query_fc3(PATH, "limit=2").json();
    let token = page["nextToken"].as_str().expect("there are more");
    assert_eq!(ids(&server, &format!("nextToken={token}")), ["b Active"]);
    assert_eq!(one(&server, "DELETE", "b", &json!(null)), (200, json!({})));
    assert_eq!(ids(&server, ""), ["a Active"], "its record is gone as well");
    assert_eq!(one(&server, "GET", "b", &json!(null)).0, 404);
    assert_eq!(one(&server, "DELETE", "b", &json!(null)).0, 404);
}

#[test]
fn what_sessions_cannot_be_or_do_is_refused() {
    let server = server(&affinity("GENERATED_COOKIE", &json!({})));
    for (body, words) in [
        (
            json!({"sessionId": "mine"}),
            "the id of a cookie is made by the platform",
        ),
        (json!({"sessionTTLInSeconds": 21_601}), "from 1 to 21600"),
        (
            json!({"sessionTTLInSeconds": 9, "sessionIdleTimeoutInSeconds": 10}),
            "more than sessionTTLInSeconds, 9",
        ),
        (
            json!({"enableAutoPause": true}),
            "fc-local does not play this",
        ),
        (json!({"snapshotId": "s"}), "fc-local does not play this"),
        (
            json!({"sessionTtl": 9}),
            "'sessionTtl' is not a field of a session",
        ),
    ] {
        let refused = server.api_fc3("POST", PATH, &body);
        assert_eq!(refused.status, 400, "{body}");
        assert!(refused.text().contains(words), "{body}: {refused:?}");
    }
    for action in ["pause", "resume"] {
        let refused = server.api_fc3("PUT", &format!("{PATH}/x/{action}"), &json!(null));
        assert_eq!(refused.status, 400);
        assert!(
            refused
                .text()
                .contains("fc-local does not play this (pausing and resuming sessions)")
        );
    }
    assert_eq!(
        server.api_query_fc3(PATH, "sessionStatus=Paused").status,
        400
    );
    assert_eq!(server.api_fc3("POST", PATH, &json!({})).status, 200);
    let without = json!({"sessionAffinity": "MCP_SSE", "sessionAffinityConfig": "{}"});
    assert_eq!(server.api_fc3("PUT", "/functions/f", &without).status, 200);
    let refused = server.api_query_fc3(PATH, "");
    assert_eq!(refused.status, 400);
    assert!(
        refused.text().contains("has the session affinity MCP_SSE"),
        "{refused:?}"
    );
}

#[test]
fn a_clock_that_would_be_moved_too_far_or_by_less_than_a_second_stays_where_it_is() {
    let server = server(&by_header(&json!({})));
    pid_of(&server, "a");
    for (time, says) in [
        ("584542046y", "at most 31536000 seconds"),
        ("366d", "at most 31536000 seconds"),
        ("1500ms", "whole seconds"),
    ] {
        let refused = fc_local()
            .args(["sessions", "--later", time, "--data"])
            .arg(&server.data)
            .output()
            .expect("fc-local runs");
        assert!(text(&refused.stderr).contains(says), "{time}: {refused:?}");
        assert!(!refused.status.success());
    }
    assert_eq!(ids(&server, ""), ["a Active"]);
    later(&server, 365 * 24 * 60 * 60);
    assert_eq!(ids(&server, ""), ["a Expired"]);
}
