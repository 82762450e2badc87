//! Which code a call runs, on which instances, and with which settings.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::*;

/// What a function finds in its environment.
fn env(server: &Server, qualifier: &str) -> Value {
    invoke(server, qualifier, "env").json()
}

#[test]
fn each_version_runs_its_own_code_and_variables_on_its_own_instances() {
    let server = published();
    alias(&server, "prod", "1", &json!({}));
    let mut pids = Vec::new();
    for (qualifier, version) in [
        ("", "3"),
        ("LATEST", "3"),
        ("1", "1"),
        ("2", "2"),
        ("prod", "1"),
    ] {
        assert_eq!(invoke(&server, qualifier, "version").text(), version);
        assert_eq!(env(&server, qualifier)["MARK"], version, "{qualifier}");
        pids.push(invoke(&server, qualifier, "state").json()["pid"].clone());
    }
    assert_eq!(pids[0], pids[1], "LATEST");
    let different: std::collections::BTreeSet<_> = pids.iter().map(Value::to_string).collect();
    assert_eq!(different.len(), 4, "{pids:?}");
    change(&server, "4");
    assert_eq!(invoke(&server, "", "version").text(), "4");
    assert_eq!(
        invoke(&server, "1", "state").json()["pid"],
        pids[2],
        "it stays"
    );
}

#[test]
fn a_call_shows_the_qualifier_to_the_function_and_the_version_to_its_caller() {
    let server = published();
    alias(&server, "prod", "2", &json!({}));
    for (qualifier, asked, version) in [
        ("", "LATEST", "LATEST"),
        ("1", "1", "1"),
        ("prod", "prod", "2"),
    ] {
        let reply = invoke(&server, qualifier, "headers");
        assert_eq!(reply.header("x-fc-invocation-service-version"), version);
        let headers: Vec<(String, String)> = serde_json::from_slice(&reply.body).expect("headers");
        let seen = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("x-fc-qualifier"));
        assert_eq!(seen.map(|(_, value)| value.as_str()), Some(asked));
        let set = env(&server, qualifier)["FC_FUNCTION_VERSION"].clone();
        let published = json!(version);
        assert_eq!(
            set,
            if version == "LATEST" {
                json!(null)
            } else {
                published
            }
        );
        let query = format!("qualifier={asked}");
        let instances = server
            .api_query_fc3("/functions/f/instances", &query)
            .json();
        let number = if version == "LATEST" { "0" } else { version };
        assert_eq!(
            (
                &instances["instances"][0]["versionId"],
                &instances["instances"][0]["qualifier"]
            ),
            (&json!(number), &json!(asked)),
            "{instances}"
        );
    }
    wait_for("the lines of an instance of the alias", || {
        server.said().contains("f.prod").then_some(())
    });
}

#[test]
fn a_qualifier_that_is_not_there_is_not_found() {
    let server = published();
    alias(&server, "prod", "2", &json!({}));
    for (qualifier, code) in [("9", "VersionNotFound"), ("test", "AliasNotFound")] {
        assert_eq!(
            error(&invoke(&server, qualifier, "x")),
            (404, code.to_owned())
        );
        for path in [
            "/functions/f",
            "/functions/f/code",
            "/functions/f/instances",
            "/functions/f/async-invoke-config",
            "/functions/f/async-tasks",
            "/functions/f/scaling-config",
            "/functions/f/sessions",
        ] {
            let reply = server.api_query_fc3(path, &format!("qualifier={qualifier}"));
            assert_eq!(error(&reply), (404, code.to_owned()), "{path}");
        }
    }
    for path in ["/functions/f/aliases/prod", "/functions/f/versions/2"] {
        assert_eq!(server.api_fc3("DELETE", path, &json!(null)).status, 204);
    }
    for qualifier in ["prod", "2"] {
        assert_eq!(invoke(&server, qualifier, "x").status, 404, "{qualifier}");
    }
}

#[test]
fn an_alias_gives_each_version_its_part_of_the_calls() {
    let server = published();
    alias(&server, "prod", "1", &json!({"2": 0.25}));
    let mut got = BTreeMap::new();
    let mut pids = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let version = invoke(&server, "prod", "version").text();
        *got.entry(version).or_insert(0) += 1;
    }
    for _ in 0..20 {
        pids.insert(invoke(&server, "prod", "state").json()["pid"].to_string());
    }
    let second = got["2"];
    assert!(
        (8..=12).contains(&second) && got["1"] == 40 - second,
        "{got:?}"
    );
    assert_eq!(pids.len(), 2, "one instance of each goes on");
    let change = json!({"versionId": "2", "additionalVersionWeight": {}});
    let changed = server.api_fc3("PUT", "/functions/f/aliases/prod", &change);
    assert_eq!(changed.status, 200);
    for _ in 0..8 {
        assert_eq!(invoke(&server, "prod", "version").text(), "2");
    }
}

#[test]
fn an_alias_that_may_have_one_instance_gives_each_version_its_part_all_the_same() {
    let server = Server::with(&["--max-instances", "1"]);
    publish_two(&server);
    alias(&server, "prod", "1", &json!({"2": 0.5}));
    let got = [(); 4].map(|()| invoke(&server, "prod", "version").text());
    assert_eq!(got, ["1", "2", "1", "2"]);
}

#[test]
fn an_alias_of_latest_follows_its_changes() {
    let server = published();
    alias(&server, "next", "LATEST", &json!({}));
    assert_eq!(invoke(&server, "next", "version").text(), "3");
    change(&server, "4");
    assert_eq!(invoke(&server, "next", "version").text(), "4");
}

#[test]
fn asynchronous_calls_run_the_version_and_have_its_settings() {
    let folder = tempfile::tempdir().expect("folder");
    let server = published();
    alias(&server, "prod", "1", &json!({}));
    let config = |method: &str, query: &str| {
        let body: &[u8] = if method == "PUT" {
            br#"{"maxAsyncRetryAttempts":0,"asyncTask":true}"#
        } else {
            b""
        };
        server.fc3(
            method,
            ["/functions/f/async-invoke-config", query],
            &[],
            body,
        )
    };
    let put = config("PUT", "qualifier=prod").json();
    let arn = put["functionArn"].as_str().expect("an ARN");
    assert!(arn.ends_with(":functions/f/prod"), "{arn}");
    assert_eq!(config("GET", "").status, 404, "it is the alias's");
    let list = server
        .api_query_fc3("/async-invoke-configs", "functionName=f")
        .json();
    assert_eq!(list["configs"][0]["functionArn"], arn);
    let file = folder.path().join("note");
    let event = format!("touch {}", file.display());
    let headers = [
        ("x-fc-invocation-type", "Async"),
        ("x-fc-async-task-id", "t1"),
    ];
    let path = ["/functions/f/invocations", "qualifier=prod"];
    assert_eq!(
        server.fc3("POST", path, &headers, event.as_bytes()).status,
        202
    );
    let path = "/functions/f/async-tasks/t1";
    let task = wait_for("the task", || {
        let task = server.api_fc3("GET", path, &json!(null)).json();
        (task["status"] == "Succeeded").then_some(task)
    });
    assert!(file.exists());
    assert_eq!(
        (&task["qualifier"], &task["functionArn"]),
        (&json!("prod"), &json!(arn))
    );
    for (query, count) in [("qualifier=prod", 1), ("qualifier=1", 0), ("", 1)] {
        let list = server
            .api_query_fc3("/functions/f/async-tasks", query)
            .json();
        assert_eq!(
            list["tasks"].as_array().map(Vec::len),
            Some(count),
            "{query}"
        );
    }
    assert_eq!(config("DELETE", "qualifier=prod").status, 204);
    assert_eq!(config("GET", "qualifier=prod").status, 404);
}

#[test]
fn a_call_under_way_ends_where_it_began_though_its_version_is_deleted() {
    let folder = tempfile::tempdir().expect("folder");
    let [signal, gate] = ["signal", "gate"].map(|name| folder.path().join(name));
    let server = published();
    alias(&server, "prod", "1", &json!({}));
    let event = format!("signal-and-wait {} {}", signal.display(), gate.display());
    std::thread::scope(|scope| {
        let call = scope.spawn(|| invoke(&server, "prod", &event));
        wait_for("the call", || signal.exists().then_some(()));
        for path in ["/functions/f/aliases/prod", "/functions/f/versions/1"] {
            assert_eq!(server.api_fc3("DELETE", path, &json!(null)).status, 204);
        }
        assert_eq!(invoke(&server, "prod", "x").status, 404);
        fs::write(&gate, "").expect("written");
        let reply = call.join().expect("the call");
        assert_eq!(reply.text(), "waited in version 1");
    });
}

#[test]
fn scaling_is_kept_for_each_alias() {
    let server = published();
    alias(&server, "prod", "1", &json!({}));
    let path = "/functions/f/scaling-config";
    let put = |query: &str, body: &[u8]| server.fc3("PUT", [path, query], &[], body).status;
    assert_eq!(put("qualifier=prod", br#"{"minInstances":2}"#), 200);
    assert_eq!(put("qualifier=LATEST", br#"{"minInstances":1}"#), 200);
    let list = server
        .api_query_fc3("/scaling-configs", "functionName=f")
        .json();
    let seen: Vec<_> = list["scalingConfigs"]
        .as_array()
        .expect("a list")
        .iter()
        .collect();
    let shown = |index: usize| {
        (
            seen[index]["minInstances"].clone(),
            seen[index]["functionArn"].to_string(),
        )
    };
    assert_eq!(shown(0).0, 1);
    assert!(
        shown(1).0 == 2 && shown(1).1.ends_with("/f/prod\""),
        "{list}"
    );
}

#[test]
fn a_session_of_an_alias_stays_with_the_version_that_began_it() {
    let server = Server::start();
    let affinity = json!({
        "instanceConcurrency": 200, "sessionAffinity": "HEADER_FIELD",
        "sessionAffinityConfig": json!({"affinityHeaderFieldName": "x-my-session"}).to_string(),
    });
    create(&server, "1", &affinity);
    publish(&server, "");
    change(&server, "2");
    publish(&server, "");
    alias(&server, "prod", "1", &json!({"2": 0.5}));
    let call = |session: &str| {
        let path = ["/functions/f/invocations", "qualifier=prod"];
        server
            .fc3("POST", path, &[("x-my-session", session)], b"version")
            .text()
    };
    let mut began = Vec::new();
    for id in ["s1", "s2", "s3", "s4"] {
        began.push((id, call(id)));
    }
    for (id, version) in &began {
        for _ in 0..4 {
            assert_eq!(call(id), *version, "{id}");
        }
    }
    let list = |query: &str| {
        let list = server.api_query_fc3("/functions/f/sessions", query).json();
        list["sessions"].as_array().map(Vec::len)
    };
    assert_eq!(
        (list("qualifier=prod"), list("qualifier=1"), list("")),
        (Some(4), Some(0), Some(0))
    );
}
