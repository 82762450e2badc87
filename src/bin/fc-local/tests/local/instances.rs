//! Instances as FC runs them: how many, how long, frozen or not, and how they fail (contract §3.3, §4.5).

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use serde_json::{Value, json};

use crate::calls::error_of;
use crate::support::{Server, process_state, wait_for};

/// The process that reported its state.
pub(crate) fn pid(state: &Value) -> u64 {
    state["pid"].as_u64().expect("a pid")
}

/// Does the work while a call waits inside the function, and lets that call end.
pub(crate) fn beside_a_call<T>(server: &Server, gate: &Path, work: impl FnOnce() -> T) -> T {
    thread::scope(|scope| {
        let event = format!("wait-for {}", gate.display());
        let first = scope.spawn(move || server.invoke(&event));
        wait_for("the first call to run", || {
            server.log().contains("FC Invoke Start").then_some(())
        });
        let done = work();
        fs::write(gate, "").expect("the gate opens");
        assert_eq!(first.join().expect("answered").status, 200);
        done
    })
}

/// Two calls at once, then one alone.
fn pid_of_a_second_call(server: &Server, gate: &Path) -> (u64, u64) {
    let second = beside_a_call(server, gate, || pid(&server.function_state()));
    (second, pid(&server.function_state()))
}

#[test]
fn an_instance_is_initialized_once_and_serves_many_calls() {
    let server = Server::start();
    server.deploy(&json!({"initializer": "index.init", "initializationTimeout": 5}));
    let first = server.invoke("state");
    let id = first.header("x-fc-request-id");
    for line in [
        "FC Initialize Start",
        "FC Initialize End",
        "FC Invoke Start",
        "FC Invoke End",
    ] {
        assert!(
            first.log().contains(&format!("{line} RequestId: {id}\n")),
            "{line}: {}",
            first.log()
        );
    }
    let second = server.invoke("state");
    assert!(!second.log().contains("FC Initialize"), "{}", second.log());
    assert_eq!(pid(&first.json()), pid(&second.json()));
    assert_eq!(second.json()["initialized"], 1);
    assert_eq!(
        first.header("x-fc-instance-id"),
        second.header("x-fc-instance-id")
    );
}

#[test]
fn without_an_initializer_none_is_called() {
    let server = Server::start();
    server.deploy(&json!({"initializer": ""}));
    assert_eq!(server.function_state()["initialized"], 0);
}

#[test]
fn an_idle_instance_is_frozen_after_pre_freeze_and_thawed_by_the_next_call() {
    let server = Server::start();
    server.deploy(&json!({"InstanceLifecycleConfig": {"PreFreeze": {"Handler": "index.preFreeze", "Timeout": 3}}}));
    let pid = pid(&server.function_state());
    wait_for("the instance to be frozen", || {
        (process_state(pid) == Some('T')).then_some(())
    });
    let state = server.function_state();
    assert_eq!(
        (state["pid"].as_u64(), state["froze"].as_u64()),
        (Some(pid), Some(1))
    );
    assert!(server.log().contains("FC PreFreeze Start RequestId: "));
}

#[test]
fn freezing_can_be_switched_off() {
    let server = Server::with(&["--no-freeze"]);
    server
        .deploy(&json!({"InstanceLifecycleConfig": {"PreFreeze": {"Handler": "index.preFreeze"}}}));
    server.invoke("x");
    assert_eq!(server.function_state()["froze"], 0);
}

#[test]
fn a_second_call_at_once_gets_its_own_instance() {
    let server = Server::start();
    server.deploy(&json!({"instanceConcurrency": 1}));
    let gate = server.data.join("gate");
    let (second, later) = pid_of_a_second_call(&server, &gate);
    assert!(
        server.log().matches("test runtime inited").count() == 2,
        "{}",
        server.log()
    );
    assert!(later > 0 && second > 0);
}

#[test]
fn an_instance_takes_as_many_calls_at_once_as_its_concurrency() {
    let server = Server::start();
    server.deploy(&json!({"instanceConcurrency": 10}));
    let gate = server.data.join("gate");
    let (second, later) = pid_of_a_second_call(&server, &gate);
    assert_eq!(second, later);
    assert_eq!(server.log().matches("test runtime inited").count(), 1);
}

#[test]
fn calls_that_come_together_share_one_start() {
    let server = Server::start();
    server.deploy(&json!({"instanceConcurrency": 100, "initializer": "index.init"}));
    let pids: Vec<u64> = thread::scope(|scope| {
        let calls: Vec<_> = (0..20)
            .map(|_| scope.spawn(|| pid(&server.function_state())))
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().expect("answered"))
            .collect()
    });
    assert!(pids.iter().all(|pid| *pid == pids[0]), "{pids:?}");
    assert_eq!(server.function_state()["initialized"], 1);
}

#[test]
fn too_many_instances_are_refused() {
    let server = Server::with(&["--max-instances", "1"]);
    server.deploy(&json!({}));
    beside_a_call(&server, &server.data.join("gate"), || {
        assert_eq!(
            server.invoke("x").error(),
            (429, "ResourceExhausted".to_owned())
        );
    });
}

#[test]
fn an_initializer_that_fails_fails_its_call_and_is_tried_anew() {
    for (mode, seconds, words) in [
        ("init-fails", 60, "no database"),
        (
            "init-dies",
            60,
            "Process exited unexpectedly before completing initialization",
        ),
        (
            "init-sleeps",
            1,
            "Function initialization timed out after 1 seconds",
        ),
    ] {
        let server = Server::start();
        let variables = json!({"MODE": mode});
        server.deploy(&json!({
            "initializer": "index.init", "initializationTimeout": seconds, "environmentVariables": variables,
        }));
        let reply = server.invoke("x");
        assert_eq!(
            (reply.status, reply.header("x-fc-error-type")),
            (200, "InitializationError"),
            "{mode}"
        );
        assert_eq!(error_of(&reply), words);
        let healed = json!({"environmentVariables": {"MODE": ""}, "initializationTimeout": 60});
        assert_eq!(
            server.api("PUT", "/services/s/functions/f", &healed).status,
            200
        );
        assert_eq!(server.invoke("x").text(), "x");
    }
}

#[test]
fn an_instance_that_does_not_start_is_an_error_with_fcs_code() {
    for (mode, arguments, code) in [
        ("exits", &[][..], "CAExited"),
        // Long enough for its first line even under load; the test has to wait for all of it.
        (
            "never-listens",
            &["--start-timeout", "5"],
            "FunctionNotStarted",
        ),
    ] {
        let server = Server::with(arguments);
        server.deploy(&json!({"environmentVariables": {"MODE": mode}}));
        let reply = server.invoke("x");
        assert_eq!(reply.error(), (412, code.to_owned()));
        assert!(
            reply
                .text()
                .contains("FunctionCompute test runtime inited."),
            "its log helps: {}",
            reply.text()
        );
    }
}

#[test]
fn a_change_stops_the_old_instances_with_pre_stop() {
    let server = Server::start();
    let note = server.data.join("note");
    server.deploy(&json!({
        "environmentVariables": {"STOP_NOTE": note},
        "instanceLifecycleConfig": {"preStop": {"handler": "index.preStop", "timeout": 3}},
    }));
    let before = pid(&server.function_state());
    let change = json!({"environmentVariables": {"NEW": "yes"}});
    assert_eq!(
        server.api("PUT", "/services/s/functions/f", &change).status,
        200
    );
    assert_eq!(server.invoke("env").json()["NEW"], "yes");
    wait_for("the old instance to be gone", || {
        process_state(before).is_none().then_some(())
    });
    assert_eq!(fs::read_to_string(&note).expect("pre-stop ran"), "stopped");
}

#[test]
fn an_instance_that_ends_between_two_calls_says_how_in_the_log() {
    let server = Server::start();
    server.deploy(&json!({}));
    let pid = pid(&server.function_state()).to_string();
    let killed = Command::new("kill").args(["-KILL", &pid]).status();
    assert!(killed.expect("kill runs").success());
    let line = "fc-local: the instance ended with signal 9 (SIGKILL) while it had no call\n";
    wait_for("the end to be noted", || {
        server.log().contains(line).then_some(())
    });
    assert_eq!(server.invoke("next").text(), "next");
}

#[test]
fn an_idle_instance_is_stopped_after_its_time() {
    let server = Server::with(&["--idle-timeout", "1"]);
    server.deploy(&json!({}));
    let before = pid(&server.function_state());
    wait_for("the instance to be gone", || {
        process_state(before).is_none().then_some(())
    });
    assert_ne!(pid(&server.function_state()), before);
}

#[test]
fn the_end_of_the_server_is_the_end_of_its_instances() {
    let mut server = Server::start();
    let note = server.data.join("note");
    server.deploy(&json!({
        "environmentVariables": {"STOP_NOTE": note},
        "instanceLifecycleConfig": {"preStop": {"handler": "index.preStop"}},
    }));
    let pid = pid(&server.function_state());
    server.stop();
    assert_eq!(process_state(pid), None);
    assert_eq!(fs::read_to_string(&note).expect("pre-stop ran"), "stopped");
}

#[test]
fn many_instances_may_start_at_the_same_moment() {
    let server = Server::start();
    server.deploy(&json!({"instanceConcurrency": 1}));
    let replies: Vec<_> = thread::scope(|scope| {
        let calls: Vec<_> = (0..24)
            .map(|_| scope.spawn(|| server.invoke("sleep 0.1")))
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().expect("answered"))
            .collect()
    });
    // Each start copies the open files of all others for a moment, among them programs just unpacked.
    let wrong: Vec<_> = replies
        .iter()
        .filter(|reply| reply.text() != "sleep 0.1")
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
