//! Sessions and isolation as FC 3.0 has them (fc3 §1 to §4, §11): whose requests reach which instance, and for how long.
//!
//! The clock of sessions is moved by `fc-local sessions --later`, so that nothing here waits for it.

mod api;
mod domain;
mod isolation;
mod life;
mod load;
mod mcp;

use std::fs;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use crate::support::{Reply, Server, fc_local, package, process_state, text, wait_for};

const METHODS: [&str; 3] = ["GET", "POST", "DELETE"];

/// The header of the sessions of these tests.
const HEADER: &str = "x-my-session";

/// A server with the function `f` of FC 3.0, which has these fields beside the usual ones, and an open HTTP trigger.
fn server(fields: &Value) -> Server {
    let server = Server::start();
    let created = deploy(&server, fields);
    assert!(matches!(created.status, 200 | 201), "{created:?}");
    add_trigger(&server, "f");
    server
}

fn add_trigger(server: &Server, function: &str) {
    let config = json!({"authType": "anonymous", "methods": METHODS}).to_string();
    let trigger = json!({"triggerName": "t", "triggerType": "http", "triggerConfig": config});
    let path = format!("/functions/{function}/triggers");
    let created = server.api_fc3("POST", &path, &trigger);
    assert!(matches!(created.status, 200 | 201), "{created:?}");
}

fn deploy(server: &Server, fields: &Value) -> Reply {
    let mut function = json!({
        "functionName": "f", "runtime": "custom", "handler": "h", "timeout": 60, "instanceConcurrency": 200,
        "code": {"zipFile": BASE64.encode(package())},
    });
    let all = function.as_object_mut().expect("an object");
    all.extend(fields.as_object().cloned().unwrap_or_default());
    server.api_fc3("POST", "/functions", &function)
}

/// The fields of an affinity.
fn affinity(kind: &str, config: &Value) -> Value {
    json!({"sessionAffinity": kind, "sessionAffinityConfig": config.to_string()})
}

/// Those of a header affinity, with more in its configuration.
fn by_header(more: &Value) -> Value {
    let mut config = json!({"affinityHeaderFieldName": "X-My-Session"});
    let all = config.as_object_mut().expect("an object");
    all.extend(more.as_object().cloned().unwrap_or_default());
    affinity("HEADER_FIELD", &config)
}

/// The same on instances that have one session each.
fn alone(mut fields: Value, concurrency: u64) -> Value {
    fields["instanceIsolationMode"] = "SESSION_EXCLUSIVE".into();
    fields["cpu"] = 2.into();
    fields["instanceConcurrency"] = concurrency.into();
    fields
}

fn get(server: &Server, headers: &[(&str, &str)]) -> Reply {
    server.request("GET", "/2023-03-30/proxy/f/x", headers, b"")
}

/// The status and the code of an error in the shape of FC 3.0.
fn error(reply: &Reply) -> (u16, String) {
    let code = reply.json()["Code"].as_str().unwrap_or_default().to_owned();
    (reply.status, code)
}

/// The process that serves a request with this id.
fn pid_of(server: &Server, id: &str) -> u64 {
    pid(&get(server, &[("X-My-Session", id)]))
}

fn pid(reply: &Reply) -> u64 {
    assert!(matches!(reply.status, 200 | 201), "{reply:?}");
    reply.json()["pid"].as_u64().expect("a process")
}

/// What `fc-local sessions` prints, with these arguments.
fn sessions(server: &Server, arguments: &[&str]) -> String {
    let mut command = fc_local();
    command.arg("sessions").args(arguments);
    let output = command.arg("--data").arg(&server.data).output();
    let output = output.expect("fc-local runs");
    assert!(output.status.success(), "{output:?}");
    text(&output.stdout)
}

/// Moves the clock of sessions.
fn later(server: &Server, seconds: u64) {
    sessions(server, &["--later", &format!("{seconds}s")]);
}

/// Ends an instance that has no call, and waits until the server knows.
fn kill(server: &Server, pid: u64) {
    let line = "fc-local: the instance ended with signal 9 (SIGKILL) while it had no call\n";
    let before = log(server).matches(line).count();
    let killed = Command::new("kill")
        .args(["-KILL", &pid.to_string()])
        .status();
    assert!(killed.expect("kill runs").success());
    wait_for("the end to be noted", || {
        (log(server).matches(line).count() > before).then_some(())
    });
}

/// Waits until so many requests have reached the function, in all.
fn wait_for_requests(server: &Server, number: usize) {
    wait_for("the requests to run", || {
        (log(server).matches("FC Invoke Start").count() >= number).then_some(())
    });
}

fn log(server: &Server) -> String {
    fs::read_to_string(server.data.join("logs/-/f.log")).unwrap_or_default()
}

fn wait_until_gone(pid: u64) {
    wait_for("the instance to be gone", || {
        process_state(pid).is_none().then_some(())
    });
}
