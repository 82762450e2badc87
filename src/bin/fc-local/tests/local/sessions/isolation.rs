//! Instances that serve one request or one session in their life.

use serde_json::json;

use super::{
    HEADER, affinity, alone, by_header, deploy, get, later, pid, pid_of, server, wait_for_requests,
    wait_until_gone,
};
use crate::support::{Server, send};

#[test]
fn with_request_isolation_each_request_has_its_own_instance() {
    let fields =
        json!({"instanceIsolationMode": "REQUEST_EXCLUSIVE", "cpu": 2, "memorySize": 2048});
    let server = server(&fields);
    let pids: Vec<u64> = (0..3).map(|_| pid(&get(&server, &[]))).collect();
    assert!(
        pids[0] != pids[1] && pids[1] != pids[2] && pids[0] != pids[2],
        "{pids:?}"
    );
    pids.into_iter().for_each(wait_until_gone);
}

#[test]
fn with_session_isolation_an_instance_serves_one_session_and_ends_with_it() {
    let server = server(&alone(
        by_header(&json!({"sessionConcurrencyPerInstance": 9})),
        200,
    ));
    let (a, b) = (pid_of(&server, "a"), pid_of(&server, "b"));
    assert_ne!(a, b);
    assert_eq!((pid_of(&server, "a"), pid_of(&server, "b")), (a, b));
    later(&server, 1801);
    wait_until_gone(a);
    wait_until_gone(b);
    assert_ne!(pid_of(&server, "c"), a);
}

#[test]
fn a_session_alone_may_have_one_request_at_a_time() {
    let server = server(&alone(by_header(&json!({})), 1));
    pid_of(&server, "a");
    let mut held = server.connect();
    let headers = [(HEADER, "a")];
    let never = server.data.join("never").display().to_string();
    send(
        &mut held,
        "GET",
        &format!("/2023-03-30/proxy/f/hold?{never}"),
        &headers,
        b"",
    );
    wait_for_requests(&server, 2);
    assert_eq!(get(&server, &headers).status, 429);
}

#[test]
fn deleting_a_session_that_has_its_instance_alone_ends_both() {
    let server = server(&alone(by_header(&json!({})), 200));
    let pid = pid_of(&server, "a");
    assert_eq!(
        server
            .api_fc3("DELETE", "/functions/f/sessions/a", &json!(null))
            .status,
        200
    );
    wait_until_gone(pid);
}

#[test]
fn what_fc_refuses_is_refused_and_what_is_set_is_listed() {
    let server = Server::start();
    for (mut fields, words) in [
        (
            affinity("GENERATED_COOKIE", &json!({})),
            "ConcurrencyLimit is invalid for session function, allowed: 200",
        ),
        (
            json!({"instanceIsolationMode": "REQUEST_EXCLUSIVE"}),
            "needs at least 2 vCPU",
        ),
        (
            affinity("STICKY", &json!({})),
            "sessionAffinity is 'STICKY'",
        ),
    ] {
        fields["instanceConcurrency"] = 100.into();
        let refused = deploy(&server, &fields);
        assert_eq!(
            (refused.status, refused.json()["Code"].clone()),
            (400, json!("InvalidArgument"))
        );
        assert!(refused.text().contains(words), "{refused:?}");
    }
    let created = deploy(
        &server,
        &alone(affinity("GENERATED_COOKIE", &json!({})), 200),
    );
    assert!(matches!(created.status, 200 | 201), "{created:?}");
    let mut list = crate::support::fc_local();
    let listed = list
        .arg("list")
        .arg("--data")
        .arg(&server.data)
        .output()
        .expect("fc-local runs");
    let listed = crate::support::text(&listed.stdout);
    assert!(
        listed.contains("  GENERATED_COOKIE  SESSION_EXCLUSIVE"),
        "{listed}"
    );
}
