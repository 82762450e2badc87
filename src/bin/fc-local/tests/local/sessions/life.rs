//! A session from its first request to its end, by cookie and by header.

use std::fs;
use std::io::BufReader;

use serde_json::json;

use super::{
    HEADER, affinity, alone, by_header, deploy, error, get, kill, later, pid, pid_of, server,
    sessions, wait_for_requests, wait_until_gone,
};
use crate::support::{
    Reply, Server, fc_local, function_folder, process_state, send, text, wait_for,
};

#[test]
fn a_cookie_is_given_once_and_leads_back_to_its_instance() {
    let config = json!({"sessionConcurrencyPerInstance": 1, "sessionTTLInSeconds": 600});
    let server = server(&affinity("GENERATED_COOKIE", &config));
    let first = get(&server, &[]);
    // The function sets two itself.
    let [_, _, cookie] = first.all("set-cookie")[..] else {
        panic!("{first:?}")
    };
    let value = cookie
        .strip_suffix("; Max-Age=600")
        .expect("the time to live");
    let id = value
        .strip_prefix("x-fc-cookie-session-id=")
        .expect("its name");
    let groups: Vec<usize> = id.split('-').map(str::len).collect();
    assert_eq!(groups, [8, 4, 4, 4, 12], "{id}");
    let other = get(&server, &[]);
    assert_ne!(
        pid(&other),
        pid(&first),
        "another session is on another instance"
    );
    let cookies = format!("a=1; {value}; b=2");
    for _ in 0..2 {
        let again = get(&server, &[("Cookie", &cookies)]);
        assert_eq!(pid(&again), pid(&first));
        assert_eq!(again.all("set-cookie").len(), 2, "no new cookie: {again:?}");
        let seen = again.json()["headers"].to_string();
        assert!(seen.contains(&cookies), "the function sees it: {seen}");
    }
    let unknown = get(&server, &[("Cookie", "x-fc-cookie-session-id=made-up")]);
    let fresh = unknown.all("set-cookie").concat();
    assert!(
        fresh.contains("x-fc-cookie-session-id=") && !fresh.contains("made-up"),
        "{fresh}"
    );
}

#[test]
fn a_header_names_a_session_and_a_missing_one_is_made() {
    let server = server(&by_header(&json!({"sessionConcurrencyPerInstance": 2})));
    let pids: Vec<u64> = ["a", "b", "c", "d"].map(|id| pid_of(&server, id)).to_vec();
    assert_eq!(
        (pids[0], pids[2]),
        (pids[1], pids[3]),
        "two sessions on each"
    );
    assert_ne!(pids[0], pids[2]);
    assert_eq!(pid_of(&server, "b"), pids[1]);
    let made = get(&server, &[]);
    let id = made.header(HEADER).to_owned();
    assert!(
        id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{id}"
    );
    assert_eq!(pid_of(&server, &id), pid(&made));
    assert_eq!(
        get(&server, &[(HEADER, &id)]).header(HEADER),
        "",
        "sent once"
    );
    let path = ["/functions/f/invocations", ""];
    let invoked = server.fc3("POST", path, &[(HEADER, "c")], b"state");
    assert_eq!(
        invoked.json()["pid"],
        pids[2],
        "an invocation belongs to its session too"
    );
    let invoked = server.fc3("POST", path, &[], b"state");
    assert_eq!(invoked.header(HEADER).len(), 32, "{invoked:?}");
    let long = "x".repeat(65);
    for id in ["-a", "a b", "a.b", &long] {
        let refused = get(&server, &[(HEADER, id)]);
        assert_eq!(error(&refused), (400, "InvalidArgument".to_owned()), "{id}");
    }
}

#[test]
fn a_session_expires_when_it_is_idle_or_old_and_its_id_begins_a_new_one() {
    let config = json!({"sessionConcurrencyPerInstance": 1, "sessionTTLInSeconds": 1000, "sessionIdleTimeoutInSeconds": 300});
    let server = server(&by_header(&config));
    let first = pid_of(&server, "a");
    later(&server, 200);
    assert_eq!(pid_of(&server, "a"), first);
    later(&server, 200);
    assert_eq!(
        pid_of(&server, "a"),
        first,
        "a request begins the idle time anew"
    );
    let listed = sessions(&server, &["f"]);
    assert!(
        listed.contains("a  HEADER_FIELD  Active  instance c-") && listed.contains("requests 3"),
        "{listed}"
    );
    later(&server, 301);
    assert!(sessions(&server, &[]).contains("a  HEADER_FIELD  Expired"));
    pid_of(&server, "a");
    let states = sessions(&server, &[]);
    assert_eq!(
        (
            states.matches("Expired").count(),
            states.matches("Active").count()
        ),
        (1, 1),
        "{states}"
    );
    for _ in 0..4 {
        later(&server, 250);
        pid_of(&server, "a");
    }
    assert_eq!(
        sessions(&server, &[]).matches("Expired").count(),
        2,
        "too old, though never idle"
    );
}

#[test]
fn an_id_that_may_not_be_used_again_is_refused_for_three_days() {
    let config = json!({"sessionIdleTimeoutInSeconds": 60, "disableSessionIdReuse": true});
    let server = server(&by_header(&config));
    pid_of(&server, "a");
    later(&server, 61);
    for _ in 0..2 {
        let refused = get(&server, &[(HEADER, "a")]);
        assert_eq!(error(&refused), (400, "InvalidArgument".to_owned()));
        assert!(
            refused.text().contains("session 'a' expired at 2"),
            "{}",
            refused.text()
        );
        later(&server, 2 * 86_400);
    }
    pid_of(&server, "a");
}

/// Asks for an answer that comes when a file is there.
fn hold(server: &Server, id: &str, gate: &str) -> BufReader<std::net::TcpStream> {
    let mut stream = server.connect();
    let target = format!("/2023-03-30/proxy/f/hold?{gate}");
    send(&mut stream, "GET", &target, &[(HEADER, id)], b"");
    BufReader::new(stream)
}

#[test]
fn a_session_whose_instance_is_full_is_refused_and_a_new_one_goes_elsewhere() {
    let server = server(&by_header(&json!({})));
    let first = pid_of(&server, "a");
    let gate = server.data.join("gate").display().to_string();
    let held: Vec<_> = (0..200).map(|_| hold(&server, "a", &gate)).collect();
    wait_for_requests(&server, 201);
    let full = get(&server, &[(HEADER, "a")]);
    assert_eq!(error(&full), (429, "ResourceExhausted".to_owned()));
    let elsewhere = pid_of(&server, "b");
    assert_ne!(elsewhere, first);
    later(&server, 1801);
    assert!(
        sessions(&server, &[]).contains("a  HEADER_FIELD  Active"),
        "a busy one is not idle"
    );
    fs::write(&gate, "").expect("the gate opens");
    for mut one in held {
        assert_eq!(pid(&Reply::read(&mut one, "GET")), first);
    }
    assert_eq!(pid_of(&server, "a"), first);
}

#[test]
fn a_session_whose_instance_died_goes_on_on_another() {
    let server = server(&by_header(&json!({})));
    let first = pid_of(&server, "a");
    kill(&server, first);
    let second = pid_of(&server, "a");
    assert_ne!(second, first);
    let died = server.request("GET", "/2023-03-30/proxy/f/die", &[(HEADER, "a")], b"");
    assert_eq!(died.status, 502, "{died:?}");
    assert_ne!(pid_of(&server, "a"), second);
    let listed = sessions(&server, &[]);
    assert_eq!(
        (
            listed.matches("Active").count(),
            listed.contains("requests 4")
        ),
        (1, true),
        "{listed}"
    );
}

#[test]
fn the_first_requests_of_a_session_that_come_together_share_one_start() {
    let server = server(&alone(by_header(&json!({})), 200));
    let pids: Vec<u64> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| pid_of(&server, "a")))
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().expect("answered"))
            .collect()
    });
    assert!(pids.iter().all(|pid| *pid == pids[0]), "{pids:?}");
}

#[test]
fn a_change_leaves_live_sessions_on_their_instances_until_they_end() {
    let server = server(&by_header(&json!({})));
    let (old, variables) = (
        pid_of(&server, "a"),
        json!({"environmentVariables": {"NEW": "yes"}}),
    );
    assert_eq!(
        server.api_fc3("PUT", "/functions/f", &variables).status,
        200
    );
    let new = pid_of(&server, "b");
    assert_ne!(new, old);
    assert_eq!((pid_of(&server, "a"), pid_of(&server, "b")), (old, new));
    later(&server, 1801);
    wait_until_gone(old);
    assert_eq!(pid_of(&server, "a"), new, "a new session has the new code");
    assert_eq!(
        server
            .api_fc3("DELETE", "/functions/f/triggers/t", &json!(null))
            .status,
        204
    );
    assert_eq!(
        server
            .api_fc3("DELETE", "/functions/f", &json!(null))
            .status,
        204
    );
    wait_until_gone(new);
    assert!(
        sessions(&server, &[]).starts_with("no request"),
        "gone with their function"
    );
}

#[test]
fn an_instance_stays_frozen_as_long_as_it_has_a_session() {
    let server = Server::with(&["--idle-timeout", "0"]);
    let created = deploy(&server, &by_header(&json!({})));
    assert!(matches!(created.status, 200 | 201), "{created:?}");
    let path = ["/functions/f/invocations", ""];
    let first = server.fc3("POST", path, &[(HEADER, "a")], b"state").json();
    let pid = first["pid"].as_u64().expect("a process");
    wait_for("the instance to be frozen", || {
        (process_state(pid) == Some('T')).then_some(())
    });
    // Each look ends what may be ended: with a limit of 0, every instance without a session.
    for _ in 0..3 {
        later(&server, 1);
    }
    assert_eq!(process_state(pid), Some('T'), "it has a session");
    later(&server, 1801);
    wait_until_gone(pid);
}

#[test]
fn s_yaml_describes_affinity_with_an_object() {
    let folder = tempfile::tempdir().expect("a folder");
    let code = folder.path().join("code");
    fs::create_dir(&code).expect("made");
    fs::copy(function_folder().join("bootstrap"), code.join("bootstrap")).expect("copied");
    let file = folder.path().join("s.yaml");
    let describe = |concurrency: u32| {
        let text = format!(
            "edition: 3.0.0\nname: app\naccess: default\nresources:\n  r:\n    component: fc3\n    props:\n      \
             functionName: f\n      runtime: custom\n      code: ./code\n      timeout: 60\n      \
             instanceConcurrency: {concurrency}\n      sessionAffinity: HEADER_FIELD\n      sessionAffinityConfig: \
             {{affinityHeaderFieldName: X-My-Session, sessionConcurrencyPerInstance: 1}}\n      triggers:\n        \
             - {{triggerName: t, triggerType: http, triggerConfig: {{authType: anonymous, methods: [GET]}}}}\n"
        );
        fs::write(&file, text).expect("written");
        file.display().to_string()
    };
    let refused = fc_local()
        .args(["start", "--port", "0", "--template", &describe(100)])
        .arg("--data")
        .arg(folder.path().join("data"))
        .output();
    let refused = text(&refused.expect("fc-local runs").stderr);
    assert!(
        refused.contains("ConcurrencyLimit is invalid for session function, allowed: 200"),
        "{refused}"
    );
    let server = Server::with(&["--template", &describe(200)]);
    wait_for("the deployment", || {
        (get(&server, &[(HEADER, "a")]).status != 404).then_some(())
    });
    let (a, b) = (pid_of(&server, "a"), pid_of(&server, "b"));
    assert_ne!(a, b);
    assert_eq!(pid_of(&server, "a"), a);
}
