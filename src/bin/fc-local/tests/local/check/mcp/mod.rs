//! `fc-local check --mcp`: MCP servers that keep the rules pass, and each row fails where its rule is broken.
//!
//! The server that breaks rules is `check/mcp-server`; `BREAK` names the rules.

mod broken;
mod refused;

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{check, report, rows};
use crate::support::{Server, built, text, zip_of};

/// What every row needs to be judged.
const EVERYTHING: [&str; 3] = ["--mcp", "--json", "--slow-tool=wait"];

fn breaker() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/local/check/mcp-server")
}

/// A server that runs by itself, and the URL of its endpoint.
struct Running(Child, String);

impl Running {
    fn start(variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(breaker());
        command
            .envs(variables.iter().copied())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("the server starts");
        let mut line = String::new();
        let said = child.stdout.as_mut().expect("stdout");
        BufReader::new(said).read_line(&mut line).expect("a line");
        let port = line.trim().rsplit(' ').next().expect("a port").to_owned();
        Self(child, format!("http://127.0.0.1:{port}/mcp"))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("ended");
    }
}

/// Whether every row passes but these, and what a server has that streams no events with ids, no changes and no tasks.
fn passes(report: &Value, not_applicable: &[&str]) {
    let few = [&OF_STREAMS[..], &OF_TASKS, &OF_CHANGES, &OF_THE_EXTENSION];
    passes_but(report, &[not_applicable, &few.concat()].concat());
}

fn passes_but(report: &Value, not_applicable: &[&str]) {
    assert_eq!(
        rows(report, &["fail", "cannot_tell"]),
        BTreeSet::new(),
        "{report:#}"
    );
    let expected: BTreeSet<&str> = not_applicable.iter().copied().collect();
    assert_eq!(rows(report, &["not_applicable"]), expected, "{report:#}");
}

/// What few servers have: a stream for GET, events with ids.
const OF_STREAMS: [&str; 3] = ["get/again", "resume/ids", "resume/replay"];
/// Tasks of 2025-11-25.
const OF_TASKS: [&str; 7] = [
    "tasks/create",
    "tasks/result",
    "tasks/unknown",
    "tasks/list",
    "tasks/cancel",
    "tasks/support",
    "tasks/elsewhere",
];

/// Streams of changes in 2026-07-28.
const OF_CHANGES: [&str; 9] = [
    "listen/acknowledged",
    "listen/id",
    "listen/filter",
    "listen/unoffered",
    "listen/open",
    "listen/beside",
    "listen/again",
    "listen/proxies",
    "listen/bad-params",
];
/// The tasks extension of 2026-07-28.
const OF_THE_EXTENSION: [&str; 17] = [
    "ext-tasks/capability",
    "ext-tasks/undeclared",
    "ext-tasks/undeclared-call",
    "ext-tasks/old-parameter",
    "ext-tasks/unknown",
    "ext-tasks/unknown-change",
    "ext-tasks/old-methods",
    "ext-tasks/listen",
    "ext-tasks/create",
    "ext-tasks/id",
    "ext-tasks/get",
    "ext-tasks/name-header",
    "ext-tasks/result",
    "ext-tasks/ended",
    "ext-tasks/update",
    "ext-tasks/cancel",
    "ext-tasks/elsewhere",
];

/// What does not matter to a server without sessions, and to one that has them and therefore a handshake.
const OF_SESSIONS: [&str; 8] = [
    "handshake/fc-versions",
    "session/id",
    "session/missing",
    "session/unknown",
    "session/many",
    "session/delete",
    "session/deleted",
    "session/stateless",
];
const WITHOUT_SESSIONS: [&str; 7] = [
    "stateless/request",
    "stateless/headers",
    "stateless/meta",
    "stateless/unknown-version",
    "stateless/unknown-method",
    "stateless/removed-methods",
    "delete/answer",
];
/// What an MCP server has that speaks 2026-07-28 alone.
const OF_HANDSHAKES: [&str; 15] = [
    "handshake/initialize",
    "handshake/version",
    "handshake/unknown-version",
    "handshake/initialized",
    "request/notification",
    "request/unknown-method",
    "message/unknown-notification",
    "message/response",
    "message/unknown-method",
    "message/bad-params",
    "message/invalid",
    "message/id-null",
    "message/batch-2025-03-26",
    "header/version",
    "header/unknown-version",
];

#[test]
fn a_server_that_keeps_the_rules_passes_every_row() {
    for (variable, unused) in [("A=1", &OF_SESSIONS[..]), ("SESSIONS=1", &WITHOUT_SESSIONS)] {
        let variable = format!("--env={variable}");
        let options = [&EVERYTHING[..], &[&variable]].concat();
        let output = check(&options, &[breaker().to_str().expect("a path")]);
        passes(&report(&output), unused);
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn a_server_with_events_that_can_be_resumed_and_tasks_passes_their_rows() {
    let with = ["--env=SESSIONS=1", "--env=EVENTS=1", "--env=TASKS=optional"];
    let options = [&EVERYTHING[..], &with].concat();
    let output = check(&options, &[breaker().to_str().expect("a path")]);
    let unused = ["get/held", "tasks/support", "tasks/elsewhere"];
    let unused = [
        &WITHOUT_SESSIONS[..],
        &OF_CHANGES,
        &OF_THE_EXTENSION,
        &unused,
    ];
    passes_but(&report(&output), &unused.concat());
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_server_with_streams_of_changes_and_the_tasks_extension_passes_their_rows() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = format!("--env=STORE={}", folder.path().display());
    // One that has no resource refuses to watch any.
    for listen in ["--env=LISTEN=1", "--env=LISTEN=bare"] {
        let options = [&EVERYTHING[..], &[listen, &store]].concat();
        let output = check(&options, &[breaker().to_str().expect("a path")]);
        let unused = [&OF_STREAMS[..], &OF_TASKS, &OF_SESSIONS];
        passes_but(&report(&output), &unused.concat());
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn a_server_without_a_handshake_passes_by_what_it_has() {
    let options = [&EVERYTHING[..], &["--env=BREAK=alone-only"]].concat();
    let output = check(&options, &[breaker().to_str().expect("a path")]);
    passes(
        &report(&output),
        &[&OF_SESSIONS[..], &OF_HANDSHAKES].concat(),
    );
}

#[test]
fn a_server_of_this_project_passes_every_row() {
    let fixture = built("fixture");
    let fixture = [fixture.to_str().expect("a path")];
    for (variable, unused) in [("A=1", &OF_SESSIONS[..]), ("SESSIONS=1", &WITHOUT_SESSIONS)] {
        let variable = format!("--env={variable}");
        let options = ["--mcp", "--json", "--slow-tool=slow", &variable];
        let output = check(&options, &fixture);
        passes(&report(&output), unused);
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn a_server_that_runs_is_checked_by_its_url_with_the_headers_it_wants() {
    let server = Running::start(&[("TOKEN", "s3cret")]);
    let options = [&EVERYTHING[..], &["--header=Authorization: Bearer s3cret"]].concat();
    let output = check(&options, &[&server.1]);
    let unused = [&OF_SESSIONS[..], &["start/port", "start/all-interfaces"]].concat();
    passes(&report(&output), &unused);
    assert!(!text(&output.stdout).contains("s3cret"));
    let refused = check(&["--mcp"], &[&server.1]);
    let said = text(&refused.stderr);
    assert!(said.contains("--header 'Authorization: …'"), "{said}");
    assert_eq!(refused.status.code(), Some(1));
}

/// How many sessions a server begins before it refuses one.
fn room(server: &Running) -> usize {
    let body = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#;
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    let address = server.1.trim_start_matches("http://");
    let begins = |_: &usize| {
        let mut stream = TcpStream::connect(address.trim_end_matches("/mcp")).expect("a server");
        stream
            .write_all(format!("{head}{body}").as_bytes())
            .expect("sent");
        let mut line = String::new();
        BufReader::new(stream).read_line(&mut line).expect("a line");
        line.starts_with("HTTP/1.1 200")
    };
    (0..).take_while(begins).count()
}

#[test]
fn a_check_by_url_leaves_no_session() {
    let server = Running::start(&[("SESSIONS", "1"), ("BREAK", "few-sessions")]);
    let output = check(&["--mcp", "--json"], &[&server.1]);
    let report = report(&output);
    let failed = rows(&report, &["fail"]);
    assert_eq!(failed, BTreeSet::from(["session/many"]), "{report:#}");
    assert_eq!(room(&server), 4);
}

#[test]
fn a_function_with_a_trigger_of_fc_local_is_checked_by_its_url() {
    let program = built("fixture");
    let code = zip_of(&[("bootstrap", &fs::read(program).expect("a file"), 0o755)]);
    let server = Server::start();
    let sessions = json!({"sessionConcurrencyPerInstance": 20}).to_string();
    let function = json!({
        "functionName": "f", "runtime": "custom", "handler": "h", "timeout": 60, "instanceConcurrency": 200,
        "code": {"zipFile": BASE64.encode(code)}, "environmentVariables": {"SESSIONS": "1"},
        "sessionAffinity": "MCP_STREAMABLE", "sessionAffinityConfig": sessions,
    });
    let created = server.api_fc3("POST", "/functions", &function);
    assert!(matches!(created.status, 200 | 201), "{created:?}");
    let config = json!({"authType": "anonymous", "methods": ["GET", "POST", "DELETE"]});
    let trigger =
        json!({"triggerName": "t", "triggerType": "http", "triggerConfig": config.to_string()});
    let created = server.api_fc3("POST", "/functions/f/triggers", &trigger);
    assert!(matches!(created.status, 200 | 201), "{created:?}");
    let url = format!("http://{}/2023-03-30/proxy/f/mcp", server.address);
    let output = check(&["--mcp", "--json", "--slow-tool=slow"], &[&url]);
    let unused = ["start/port", "start/all-interfaces", "header/host"];
    passes(&report(&output), &[&WITHOUT_SESSIONS[..], &unused].concat());
}

#[test]
fn the_table_names_the_source_and_the_fix_where_a_row_fails() {
    let output = check(
        &["--mcp", "--env=BREAK=host-421"],
        &[breaker().to_str().expect("a path")],
    );
    let said = text(&output.stdout);
    assert!(
        said.starts_with("verdict         level   source "),
        "{said}"
    );
    let failed: Vec<&str> = said
        .lines()
        .skip_while(|line| !line.starts_with("FAIL"))
        .take(4)
        .collect();
    assert!(
        failed[0].starts_with("FAIL            must    fc3 §8  "),
        "{said}"
    );
    assert!(failed[0].contains("header/host") && failed[0].contains("421"));
    assert!(failed[3].starts_with("    fix       add the function's domain"));
    assert!(
        said.ends_with("must rows that fail: header/host\n"),
        "{said}"
    );
}
