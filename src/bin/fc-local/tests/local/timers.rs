//! Timer triggers: they fire at their times by the server's clock, and at once by `fc-local fire`.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::support::{Server, fc_local, function_folder, text, wait_for};

/// Deploys `s/f`, which keeps its events, with a timer at 4 o'clock in UTC.
fn with_timer(server: &Server, events: &Path, enable: bool) {
    server.deploy(&json!({"environmentVariables": {"KEEP_EVENTS_IN": events}}));
    let config = json!({"cronExpression": "0 0 4 * * *", "enable": enable, "payload": "night"});
    let trigger =
        json!({"triggerName": "nightly", "triggerType": "timer", "triggerConfig": config});
    let reply = server.api("POST", "/services/s/functions/f/triggers", &trigger);
    assert_eq!(reply.status, 201, "{reply:?}");
}

/// The events that the function has had, when there are so many.
fn kept(events: &Path, count: usize) -> Vec<Value> {
    wait_for("the events", || {
        let text = fs::read_to_string(events).ok()?;
        let lines: Vec<&str> = text.lines().collect();
        let events = || {
            lines
                .iter()
                .map(|line| serde_json::from_str(line).expect("JSON"))
        };
        (text.ends_with('\n') && lines.len() >= count).then(|| events().collect())
    })
}

fn fire(data: &Path, function: &str, trigger: &str) -> Output {
    let mut command = fc_local();
    command
        .args(["fire", function, trigger, "--data"])
        .arg(data);
    command.output().expect("fc-local runs")
}

#[test]
fn a_timer_fires_when_the_servers_clock_reaches_its_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let (data, events) = (folder.path().join("data"), folder.path().join("events"));
    let mut server = Server::on(&data, &[]);
    with_timer(&server, &events, true);
    server.stop();
    let clock = ["--timer-clock", "2026-01-02T03:59:59.9Z"];
    let _server = Server::on(&data, &clock);
    let expected = json!({"triggerTime": "2026-01-02T04:00:00Z", "triggerName": "nightly", "payload": "night"});
    assert_eq!(kept(&events, 1), [expected]);
}

#[test]
fn a_timer_fires_at_once_when_asked_to_though_it_is_not_enabled() {
    let folder = tempfile::tempdir().expect("a folder");
    let events = folder.path().join("events");
    let server = Server::start();
    with_timer(&server, &events, false);
    let output = fire(&server.data, "f", "nightly");
    assert!(output.status.success(), "{output:?}");
    let id = text(&output.stdout);
    assert!(id.starts_with("RequestId: "), "{id}");
    let event = &kept(&events, 1)[0];
    assert_eq!(
        (&event["triggerName"], &event["payload"]),
        (&json!("nightly"), &json!("night"))
    );
    wait_for("the log", || server.log().contains(id.trim()).then_some(()));
    let output = fire(&server.data, "s/f", "daily");
    let said = text(&output.stderr);
    assert!(
        said.contains("the running server says: s/f has no timer daily; it has nightly"),
        "{said}"
    );
}

#[test]
fn a_schedule_that_fc_would_refuse_is_refused() {
    let server = Server::start();
    server.deploy(&json!({}));
    let config = json!({"cronExpression": "* * * * *", "enable": true});
    let trigger = json!({"triggerName": "t", "triggerType": "timer", "triggerConfig": config});
    let reply = server.api("POST", "/services/s/functions/f/triggers", &trigger);
    let message = reply.json()["ErrorMessage"].to_string();
    assert!(
        reply.status == 400 && message.contains("it has six fields"),
        "{reply:?}"
    );
}

#[test]
fn both_templates_deploy_timers() {
    let fun = "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n    f:\n      Type: Aliyun::Serverless::Function\n      \
               Properties: {Handler: h, Runtime: custom, CodeUri: ./code}\n      Events:\n        nightly:\n          \
               Type: Timer\n          Properties: {CronExpression: '@every 1h', Enable: true, Payload: p}\n";
    let s = "edition: 3.0.0\nresources:\n  f:\n    component: fc3\n    props:\n      functionName: f\n      runtime: custom\n      \
             code: ./code\n      triggers:\n        - triggerName: nightly\n          triggerType: timer\n          \
             triggerConfig: {cronExpression: '@every 1h', enable: true, payload: p}\n";
    for (file, template, function) in [("template.yml", fun, "s/f"), ("s.yaml", s, "f")] {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("code")).expect("made");
        fs::copy(function_folder().join("bootstrap"), at("code/bootstrap")).expect("copied");
        fs::write(at(file), template).expect("written");
        let template = at(file).to_string_lossy().into_owned();
        let server = Server::on(&at("data"), &["--template", &template]);
        let output = wait_for("the timer", || {
            Some(fire(&server.data, function, "nightly")).filter(|output| output.status.success())
        });
        assert!(
            text(&output.stdout).starts_with("RequestId: "),
            "{output:?}"
        );
    }
}
