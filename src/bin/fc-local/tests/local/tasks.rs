//! Asynchronous calls that have an id, and where their end is reported (fc3 §5).

mod destinations;

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::support::{Reply, Server, package, process_state, wait_for};

const ASYNC: (&str, &str) = ("x-fc-invocation-type", "Async");

/// A server with the functions `f`, whose calls are tasks, and `notified`, the destination, of FC 3.0.
fn server(config: &Value) -> Server {
    let server = Server::start();
    deploy(&server);
    configure(&server, config);
    server
}

fn deploy(server: &Server) {
    for name in ["f", "notified"] {
        let function = json!({
            "functionName": name, "runtime": "custom", "timeout": 60, "code": {"zipFile": BASE64.encode(package())},
        });
        let reply = server.api_fc3("POST", "/functions", &function);
        assert!(matches!(reply.status, 200 | 201), "{reply:?}");
    }
}

fn configure(server: &Server, config: &Value) {
    let put = server.api_fc3("PUT", "/functions/f/async-invoke-config", config);
    assert_eq!(put.status, 200, "{put:?}");
}

fn call(server: &Server, id: &str, event: &str) -> Reply {
    let headers = [ASYNC, ("x-fc-async-task-id", id)];
    server.fc3(
        "POST",
        ["/functions/f/invocations", ""],
        &headers,
        event.as_bytes(),
    )
}

fn task(server: &Server, id: &str) -> Value {
    server
        .api_fc3(
            "GET",
            &format!("/functions/f/async-tasks/{id}"),
            &json!(null),
        )
        .json()
}

/// Waits until a task has a status, and returns it.
fn task_that_is(server: &Server, id: &str, status: &str) -> Value {
    wait_for(status, || {
        Some(task(server, id)).filter(|task| task["status"] == status)
    })
}

fn statuses(task: &Value) -> Vec<&str> {
    let events = task["events"].as_array().expect("a list").iter();
    events
        .filter_map(|event| event["status"].as_str())
        .collect()
}

#[test]
fn a_task_can_be_asked_for_by_the_id_that_its_caller_gave() {
    let server = server(&json!({"asyncTask": true}));
    let accepted = call(&server, "order-1", "sent");
    assert_eq!(
        (accepted.status, accepted.header("x-fc-async-task-id")),
        (202, "order-1")
    );
    let task = task_that_is(&server, "order-1", "Succeeded");
    assert_eq!(statuses(&task), ["Enqueued", "Running", "Succeeded"]);
    for (field, expected) in [
        ("taskId", json!("order-1")),
        ("requestId", json!(accepted.header("x-fc-request-id"))),
        ("qualifier", json!("LATEST")),
        (
            "functionArn",
            json!("acs:fc:cn-hangzhou:1234567890123456:functions/f"),
        ),
        ("taskPayload", json!("sent")),
        ("returnPayload", json!("sent")),
        ("alreadyRetriedTimes", json!(0)),
        ("taskErrorMessage", json!("")),
    ] {
        assert_eq!(task[field], expected, "{field}");
    }
    assert!(
        task["instanceId"]
            .as_str()
            .is_some_and(|id| id.starts_with("c-"))
    );
    let time = |field: &str| task[field].as_u64().expect("milliseconds");
    assert_eq!(time("durationMs"), time("endTime") - time("startedTime"));
}

#[test]
fn a_request_to_an_http_trigger_can_be_a_task() {
    let server = server(&json!({}));
    let config = json!({"authType": "anonymous", "methods": ["POST"]}).to_string();
    let trigger = json!({"triggerName": "t", "triggerType": "http", "triggerConfig": config});
    let created = server.api_fc3("POST", "/functions/f/triggers", &trigger);
    assert_eq!(created.status, 201, "{created:?}");
    let headers = [ASYNC, ("x-fc-async-task-id", "order-1")];
    let accepted = server.request("POST", "/2023-03-30/proxy/f/echo", &headers, b"sent");
    assert_eq!((accepted.status, accepted.text().as_str()), (202, ""));
    let task = task_that_is(&server, "order-1", "Succeeded");
    assert_eq!(
        (&task["taskPayload"], &task["returnPayload"]),
        (&json!("sent"), &json!("sent"))
    );
}

#[test]
fn an_id_is_taken_once_and_one_that_is_none_is_refused() {
    let server = server(&json!({}));
    assert_eq!(call(&server, "once", "x").status, 202);
    task_that_is(&server, "once", "Succeeded");
    let twice = call(&server, "once", "x");
    assert_eq!(
        (twice.status, &twice.json()["Code"]),
        (409, &json!("AsyncTaskAlreadyExists"))
    );
    for id in ["1a", "a/b", &"a".repeat(129)] {
        assert_eq!(call(&server, id, "x").status, 400, "{id}");
    }
    let none = server.api_fc3("GET", "/functions/f/async-tasks/other", &json!(null));
    assert_eq!(
        (none.status, &none.json()["Code"]),
        (404, &json!("AsyncTaskNotFound"))
    );
    let outside = server.fc3("GET", ["/functions/f/async-tasks/..%2Fonce", ""], &[], b"");
    assert_eq!(outside.status, 400, "{outside:?}");
}

#[test]
fn a_task_that_runs_can_be_stopped_and_its_instance_ends() {
    let folder = tempfile::tempdir().expect("folder");
    let [signal, gate] = ["signal", "gate"].map(|name| folder.path().join(name));
    let server = server(&json!({"asyncTask": true}));
    let state = server
        .fc3("POST", ["/functions/f/invocations", ""], &[], b"state")
        .json();
    let pid = state["pid"].as_u64().expect("a process");
    let event = format!("signal-and-wait {} {}", signal.display(), gate.display());
    assert_eq!(call(&server, "long", &event).status, 202);
    wait_for("the call", || signal.exists().then_some(()));
    let path = "/functions/f/async-tasks/long";
    let stopped = server.api_fc3("PUT", &format!("{path}/stop"), &json!(null));
    assert_eq!((stopped.status, stopped.text().as_str()), (200, ""));
    let task = task(&server, "long");
    assert_eq!(
        statuses(&task),
        ["Enqueued", "Running", "Stopping", "Stopped"]
    );
    wait_for("the end of the instance", || {
        process_state(pid).is_none().then_some(())
    });
    let again = server.api_fc3("PUT", &format!("{path}/stop"), &json!(null));
    assert_eq!(again.status, 400, "{again:?}");
    assert!(
        fs::read_dir(server.data.join("async"))
            .expect("folder")
            .next()
            .is_none()
    );
}

#[test]
fn tasks_are_listed_by_what_is_asked_of_them() {
    let server = server(&json!({"asyncTask": true, "maxAsyncRetryAttempts": 0}));
    for (id, event, end) in [
        ("a1", "x", "Succeeded"),
        ("a2", "fail", "Failed"),
        ("b1", "x", "Succeeded"),
    ] {
        assert_eq!(call(&server, id, event).status, 202);
        task_that_is(&server, id, end);
    }
    let list = |query: &str| {
        server
            .api_query_fc3("/functions/f/async-tasks", query)
            .json()
    };
    let ids = |query: &str| {
        let list = list(query);
        let tasks = list["tasks"].as_array().expect("a list").iter();
        let ids: Vec<String> = tasks
            .map(|task| task["taskId"].as_str().unwrap_or_default().to_owned())
            .collect();
        ids.join(" ")
    };
    for (query, expected) in [
        ("", "a1 a2 b1"),
        ("sortOrderByTime=desc", "b1 a2 a1"),
        ("prefix=a", "a1 a2"),
        ("status=Failed", "a2"),
        ("status=Dequeued", ""),
        ("startedTimeEnd=1", ""),
        ("limit=2", "a1 a2"),
        ("nextToken=b1", "b1"),
    ] {
        assert_eq!(ids(query), expected, "{query}");
    }
    assert_eq!(list("limit=2")["nextToken"], "b1");
    assert_eq!(list("")["tasks"][0]["taskPayload"], json!(null));
    assert_eq!(list("includePayload=true")["tasks"][0]["taskPayload"], "x");
    let failed = task(&server, "a2");
    assert!(
        failed["returnPayload"]
            .as_str()
            .is_some_and(|body| body.contains("as asked"))
    );
    assert_eq!(
        failed["taskErrorMessage"],
        "the function failed with UnhandledInvocationError"
    );
    let wrong = server.api_query_fc3("/functions/f/async-tasks", "sortOrderByTime=up");
    assert_eq!(wrong.status, 400, "{wrong:?}");
}

#[test]
fn a_task_survives_a_restart_and_one_of_fc_2_has_its_names() {
    let folder = tempfile::tempdir().expect("folder");
    let (signal, gate) = (folder.path().join("signal"), folder.path().join("gate"));
    let data = folder.path().join("data");
    let mut server = Server::on(&data, &[]);
    server.deploy(&json!({}));
    let event = format!("signal-and-wait {} {}", signal.display(), gate.display());
    let headers = [ASYNC, ("x-fc-stateful-async-invocation-id", "two")];
    let accepted = server.invoke_with(&headers, &event);
    assert_eq!(accepted.header("x-fc-stateful-async-invocation-id"), "two");
    wait_for("the call", || signal.exists().then_some(()));
    server.kill();
    fs::write(&gate, "").expect("written");
    let server = Server::on(&data, &[]);
    let path = "/services/s/functions/f/stateful-async-invocations";
    let task = wait_for("the end", || {
        let task = server
            .api("GET", &format!("{path}/two"), &json!(null))
            .json();
        (task["status"] == "Succeeded").then_some(task)
    });
    assert_eq!(
        (&task["invocationId"], &task["serviceName"]),
        (&json!("two"), &json!("s"))
    );
    assert_eq!(task["returnPayload"], "waited in version 1");
    let list = server.api("GET", path, &json!(null)).json();
    assert_eq!(list["invocations"][0]["invocationId"], "two");
    let again = server.invoke_with(&headers, "x");
    assert_eq!(
        again.error(),
        (409, "StatefulAsyncInvocationAlreadyExists".to_owned())
    );
}

#[test]
fn a_task_whose_record_is_lost_is_not_found_and_its_call_is_made_all_the_same() {
    let folder = tempfile::tempdir().expect("folder");
    let gate = folder.path().join("gate");
    let mut server = Server::on(folder.path(), &[]);
    deploy(&server);
    let event = format!("wait-for {}", gate.display());
    assert_eq!(call(&server, "lost", &event).status, 202);
    task_that_is(&server, "lost", "Running");
    server.kill();
    fs::remove_file(folder.path().join("tasks/-/f/lost.json")).expect("removed");
    let server = Server::on(folder.path(), &[]);
    let stop = "/functions/f/async-tasks/lost/stop";
    wait_for("the answer that there is no such task", || {
        let stopped = server.api_fc3("PUT", stop, &json!(null));
        (stopped.status == 404).then_some(())
    });
    fs::write(&gate, "").expect("the gate opens");
    wait_for("the call to be done", || {
        let left = fs::read_dir(folder.path().join("async")).expect("a folder");
        (left.count() == 0).then_some(())
    });
}
