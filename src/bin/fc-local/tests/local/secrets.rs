//! What the developer tool writes shows no key, no signature's secret and no event.

use std::fs::{self, File};
use std::path::Path;

use serde_json::json;

use crate::support::{KEY_SECRET, Server, fc_local, wait_for};

const EVENT: &str = "planted-event-3Pn7";
const WRONG_SECRET: &str = "planted-wrong-secret-5Bd2";
/// What every function with a role is given.
const ROLE: [&str; 2] = ["fc-local-secret", "fc-local-security-token"];

/// All that is written below a folder of logs.
fn logs(folder: &Path) -> String {
    let entries = fs::read_dir(folder).expect("a folder of logs");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .map(|path| {
            if path.is_dir() {
                logs(&path)
            } else {
                fs::read_to_string(path).expect("a log is text")
            }
        })
        .collect()
}

#[test]
fn neither_its_own_words_nor_a_functions_log_show_keys_or_events() {
    let folder = tempfile::tempdir().expect("folder");
    let errors = folder.path().join("stderr");
    let data = folder.path().join("data");
    let mut command = fc_local();
    command
        .args(["start", "--port", "0", "--data"])
        .arg(&data)
        .env("RUST_LOG", "trace")
        .stderr(File::create(&errors).expect("a file"));
    let mut server = Server::run(command, &data);
    let service = json!({"serviceName": "s", "role": "acs:ram::1:role/x"});
    assert_eq!(server.api("POST", "/services", &service).status, 201);
    server.deploy(&json!({}));
    let path = "/2016-08-15/services/s/functions/f/invocations";
    let refused = server.signed_with(WRONG_SECRET, "POST", path, &[], EVENT.as_bytes());
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(server.invoke(EVENT).body, EVENT.as_bytes());
    for order in [
        format!("fail {EVENT}"),
        format!("hang-up {EVENT}"),
        "die".to_owned(),
    ] {
        server.invoke(&order);
    }
    let retries = json!({"maxAsyncRetryAttempts": 0});
    let config = "/services/s.LATEST/functions/f/async-invoke-config";
    assert_eq!(server.api("PUT", config, &retries).status, 200);
    let later = [("x-fc-invocation-type", "Async")];
    let accepted = server.invoke_with(&later, &format!("fail {EVENT}"));
    assert_eq!(accepted.status, 202, "{accepted:?}");
    let said = || fs::read_to_string(&errors).expect("words are text");
    wait_for("the event that is given up", || {
        said().contains("gave up").then_some(())
    });
    server.stop();
    let written = said() + &logs(&data.join("logs"));
    assert!(written.contains("FC Invoke End"), "{written}");
    for secret in [KEY_SECRET, WRONG_SECRET, EVENT].into_iter().chain(ROLE) {
        assert!(!written.contains(secret), "{secret} is in {written}");
    }
}
