//! Versions and aliases by HTTP triggers, custom domains and timers.

use serde_json::json;

use super::*;
use crate::support::fc_local;

/// An HTTP trigger that calls this version or alias; returns where it answers.
fn trigger(server: &Server, name: &str, qualifier: &str) -> String {
    let config = json!({"authType": "anonymous", "methods": ["GET", "POST"]}).to_string();
    let trigger = json!({
        "triggerName": name, "triggerType": "http", "triggerConfig": config, "qualifier": qualifier,
    });
    let created = server.api_fc3("POST", "/functions/f/triggers", &trigger);
    assert_eq!(created.status, 201, "{created:?}");
    let url = created.json()["httpTrigger"]["urlInternet"].clone();
    let url = url.as_str().expect("an address").to_owned();
    let target = url.strip_prefix(&format!("http://{}", server.address));
    target.expect("of this server").to_owned()
}

fn mark(reply: &Reply) -> String {
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()["headers"].to_string()
}

#[test]
fn an_http_trigger_answers_for_its_version_or_alias() {
    let server = published();
    alias(&server, "prod", "2", &json!({}));
    for (name, qualifier, path) in [
        ("t", "LATEST", "/2023-03-30/proxy/f/"),
        ("one", "1", "/2023-03-30/proxy/f.1/"),
        ("prod", "prod", "/2023-03-30/proxy/f.prod/"),
    ] {
        assert_eq!(trigger(&server, name, qualifier), path);
        let reply = server.request("GET", &format!("{path}x"), &[], b"");
        let seen = mark(&reply).to_lowercase();
        assert!(
            seen.contains(&format!(
                "[\"x-fc-qualifier\",\"{}\"]",
                qualifier.to_lowercase()
            )),
            "{seen}"
        );
        assert_eq!(reply.json()["target"], "/x");
    }
    let none = server.request("GET", "/2023-03-30/proxy/f.2/x", &[], b"");
    assert_eq!(none.status, 404, "no trigger: {none:?}");
    let gone = server.request("GET", "/2023-03-30/proxy/f.test/x", &[], b"");
    assert!(
        gone.status == 404 && gone.text().contains("AliasNotFound"),
        "{gone:?}"
    );
    let wrong = json!({
        "triggerName": "wrong", "triggerType": "http", "triggerConfig": "{}", "qualifier": "9",
    });
    let refused = server.api_fc3("POST", "/functions/f/triggers", &wrong);
    assert_eq!(error(&refused), (404, "VersionNotFound".to_owned()));
}

#[test]
fn a_server_that_starts_says_where_each_version_answers() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = Server::on(folder.path(), &[]);
    publish_two(&server);
    trigger(&server, "one", "1");
    server.stop();
    let server = Server::on(folder.path(), &[]);
    wait_for("the address of version 1", || {
        let line = format!(
            "f.1 answers http://{}/2023-03-30/proxy/f.1/",
            server.address
        );
        server.said().contains(&line).then_some(())
    });
    assert!(!server.said().contains("proxy/f/"), "{}", server.said());
}

#[test]
fn a_version_may_be_named_by_a_number() {
    let server = published();
    let config = json!({"authType": "anonymous", "methods": ["GET"]}).to_string();
    let trigger = json!({
        "triggerName": "t", "triggerType": "http", "triggerConfig": config, "qualifier": 2,
    });
    let created = server.api_fc3("POST", "/functions/f/triggers", &trigger);
    assert_eq!(
        (created.status, created.json()["qualifier"].clone()),
        (201, json!("2"))
    );
}

#[test]
fn a_route_of_a_domain_leads_to_its_version_or_alias() {
    let server = published();
    alias(&server, "prod", "1", &json!({}));
    trigger(&server, "prod", "prod");
    let domain = |qualifier: &str| {
        json!({
            "domainName": crate::support::DOMAIN, "protocol": "HTTP",
            "routeConfig": {"routes": [{"path": "/*", "functionName": "f", "qualifier": qualifier}]},
        })
    };
    for (qualifier, code) in [("9", "VersionNotFound"), ("test", "AliasNotFound")] {
        let refused = server.api_fc3("POST", "/custom-domains", &domain(qualifier));
        assert_eq!(error(&refused), (404, code.to_owned()));
    }
    assert_eq!(
        server
            .api_fc3("POST", "/custom-domains", &domain("prod"))
            .status,
        201
    );
    let seen = mark(&server.by_domain("GET", "/x", &[], b""));
    assert!(seen.contains("prod"), "{seen}");
}

#[test]
fn a_timer_fires_its_version() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::on(folder.path(), &[]);
    publish_two(&server);
    let config = json!({"cronExpression": "@every 1h", "payload": "version", "enable": false});
    let trigger = json!({
        "triggerName": "clock", "triggerType": "timer", "triggerConfig": config.to_string(),
        "qualifier": "1",
    });
    assert_eq!(
        server
            .api_fc3("POST", "/functions/f/triggers", &trigger)
            .status,
        201
    );
    let mut fire = fc_local();
    fire.args(["fire", "f", "clock", "--data"])
        .arg(folder.path());
    let fired = fire.output().expect("fc-local runs");
    assert!(fired.status.success(), "{fired:?}");
    wait_for("the instance of version 1", || {
        let path = "/functions/f/instances";
        let seen = server.api_query_fc3(path, "qualifier=1").json();
        (seen["instances"][0]["versionId"] == "1").then_some(())
    });
}
