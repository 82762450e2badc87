//! What survives: a restart, a crash, a full disk, a damaged file.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::support::{Server, function_folder, process_state, wait_for, zip_of};

#[test]
fn what_is_deployed_is_there_after_a_restart() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = Server::on(folder.path(), &[]);
    server.deploy(&json!({"environmentVariables": {"KEPT": "yes"}}));
    server.add_trigger("anonymous", &["GET"]);
    let routes = json!([{"path": "/*", "serviceName": "s", "functionName": "f"}]);
    let domain = json!({"domainName": "kept.example", "protocol": "HTTP", "routeConfig": {"routes": routes}});
    assert_eq!(server.api("POST", "/custom-domains", &domain).status, 201);
    let before = server
        .api("GET", "/services/s/functions/f", &json!(null))
        .json();
    server.stop();

    let server = Server::on(folder.path(), &[]);
    assert_eq!(
        server
            .api("GET", "/services/s/functions/f", &json!(null))
            .json(),
        before
    );
    assert_eq!(server.invoke("env").json()["KEPT"], "yes");
    let by_domain = server.request("GET", "/x", &[("Host", "kept.example")], b"");
    assert_eq!(by_domain.json()["target"], "/x");
}

#[test]
fn a_crash_leaves_neither_half_a_state_nor_instances_nor_lost_events() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = Server::on(folder.path(), &[]);
    server.deploy(&json!({}));
    let gate = folder.path().join("gate");
    let pid = server.function_state()["pid"].as_u64().expect("a pid");
    let event = format!("wait-for {}", gate.display());
    assert_eq!(
        server
            .invoke_with(&[("x-fc-invocation-type", "Async")], &event)
            .status,
        202
    );
    wait_for("the event to be at work", || {
        (server.log().matches("FC Invoke Start").count() == 2).then_some(())
    });
    server.kill();

    let mut server = Server::on(folder.path(), &[]);
    wait_for("the old instance to be gone", || {
        process_state(pid)
            .is_none_or(|state| state == 'Z')
            .then_some(())
    });
    wait_for("the event to be at work again", || {
        (server.log().matches("FC Invoke Start").count() == 3).then_some(())
    });
    fs::write(&gate, "").expect("the gate opens");
    let waiting = || {
        fs::read_dir(folder.path().join("async"))
            .expect("folder")
            .count()
    };
    wait_for("the event to be done", || (waiting() == 0).then_some(()));
    server.stop();
    assert_eq!(
        fs::read_dir(folder.path().join("scratch"))
            .expect("folder")
            .count(),
        0,
        "no code is left"
    );
}

#[test]
fn a_start_ends_no_process_but_instances() {
    let folder = tempfile::tempdir().expect("folder");
    let inside = folder.path().join("scratch/code-of-mine");
    fs::create_dir_all(&inside).expect("folder");
    let mut command = Command::new("sleep");
    command.arg("1000").current_dir(&inside).process_group(0);
    let mut bystander = command.spawn().expect("sleep runs");
    let mut server = Server::on(folder.path(), &[]);
    server.stop();
    let ended = bystander.try_wait().expect("its state");
    bystander.kill().expect("it ends now");
    bystander.wait().expect("it has ended");
    assert_eq!(
        ended, None,
        "it runs in the scratch folder, and is no instance"
    );
}

/// A server whose files may not grow over 32 KiB: to it, that is a full disk.
fn server_on_a_full_disk(data: &Path) -> Server {
    let mut command = Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 64; exec \"$0\" start --port 0 --data \"$1\"";
    command
        .args(["-c", script, env!("CARGO_BIN_EXE_fc-local")])
        .arg(data);
    Server::run(command, data)
}

#[test]
fn a_full_disk_is_a_clear_error_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = server_on_a_full_disk(folder.path());
    server.deploy(&json!({}));
    let noise: Vec<u8> = (0..12_000_u32)
        .flat_map(|number| Sha256::digest(number.to_le_bytes()))
        .collect();
    let large = zip_of(&[
        ("bootstrap", b"#!/bin/sh\n", 0o755),
        ("noise", &noise, 0o644),
    ]);
    let change = json!({"timeout": 7, "code": {"zipFile": BASE64.encode(large)}});
    let reply = server.api("PUT", "/services/s/functions/f", &change);
    assert_eq!(reply.error(), (500, "InternalServerError".to_owned()));
    let said = reply.text();
    assert!(
        said.contains("cannot write ") && said.contains("nothing that was stored before is lost"),
        "{said}"
    );
    assert_eq!(server.invoke("still here").text(), "still here");
    let description = json!({"description": "x".repeat(100_000)});
    assert_eq!(
        server.api("PUT", "/services/s", &description).error().0,
        500
    );
    server.stop();

    let server = Server::on(folder.path(), &[]);
    assert_eq!(
        server
            .api("GET", "/services/s/functions/f", &json!(null))
            .json()["timeout"],
        30
    );
    assert_eq!(server.invoke("still here").text(), "still here");
    let files = fs::read_dir(folder.path().join("code"))
        .expect("folder")
        .count();
    assert_eq!(files, 1, "no half-written package is left");
}

#[test]
fn an_accepted_event_outlives_a_full_disk() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = server_on_a_full_disk(folder.path());
    // Packed, the ballast fits the disk; unpacked, it does not.
    let bootstrap = fs::read(function_folder().join("bootstrap")).expect("the test function");
    let ballast = vec![0; 100_000];
    let package = zip_of(&[
        ("bootstrap", &bootstrap, 0o755),
        ("ballast", &ballast, 0o644),
    ]);
    server.deploy(&json!({"code": {"zipFile": BASE64.encode(package)}}));
    let config = json!({"maxAsyncRetryAttempts": 0, "maxAsyncEventAgeInSeconds": 600});
    let path = "/services/s.LATEST/functions/f/async-invoke-config";
    assert_eq!(server.api("PUT", path, &config).status, 200);
    let reply = server.invoke_with(&[("x-fc-invocation-type", "Async")], "log delivered");
    assert_eq!(reply.status, 202);
    let id = reply.header("x-fc-request-id");
    wait_for("two starts to fail and to be logged", || {
        let failed = format!("no instance for RequestId: {id}: ");
        (server.log().matches(&failed).count() >= 2).then_some(())
    });
    assert!(server.log().contains("cannot unpack "), "{}", server.log());
    server.stop();

    let server = Server::on(folder.path(), &[]);
    wait_for("the event to be delivered", || {
        server
            .log()
            .contains(&format!("FC Invoke End RequestId: {id}\n"))
            .then_some(())
    });
    assert!(server.log().contains("\ndelivered\n"), "{}", server.log());
}

#[test]
fn a_data_folder_of_the_first_version_is_served_as_it_was() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = Server::on(folder.path(), &[]);
    server.deploy(&json!({}));
    let deployed = server.api("GET", "/services/s/functions/f", &json!(null));
    let checksum = deployed.json()["codeChecksum"].clone();
    server.stop();
    let packages = fs::read_dir(folder.path().join("code")).expect("the packages");
    let names = packages.map(|entry| entry.expect("an entry").file_name());
    let names: Vec<String> = names
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    let digest = names[0].trim_end_matches(".zip");
    // What that version wrote, with the package that lies here.
    let state = include_str!("first-version.json").replace("SHA256", digest);
    fs::write(folder.path().join("state.json"), state).expect("written");

    let server = Server::on(folder.path(), &[]);
    for host in ["web.example.test", "g.example.test"] {
        let reply = server.request("GET", "/x", &[("Host", host)], b"");
        assert_eq!((reply.status, &reply.json()["target"]), (201, &json!("/x")));
    }
    let none = json!(null);
    let function = server.api("GET", "/services/s/functions/f", &none).json();
    assert_eq!(function["codeChecksum"], checksum, "that version kept none");
    assert_eq!(
        (
            &function["timeout"],
            &function["initializer"],
            &function["cAPort"]
        ),
        (&json!(10), &json!("index.init"), &json!(9000))
    );
    let hook = &function["instanceLifecycleConfig"]["preStop"];
    assert_eq!(
        (&hook["handler"], &hook["timeout"]),
        (&json!("index.stop"), &json!(9))
    );
    let config = "/services/s/functions/f/async-invoke-config";
    assert_eq!(
        server.api("GET", config, &none).json()["maxAsyncRetryAttempts"],
        2
    );
    let service = server.api("GET", "/services/s", &none).json();
    assert_eq!(
        (
            &service["vpcConfig"]["VpcId"],
            &service["logConfig"]["project"]
        ),
        (&json!("v"), &json!("p"))
    );
}

#[test]
fn a_state_that_cannot_be_read_is_moved_aside_and_its_wrong_place_named() {
    let wrong =
        include_str!("first-version.json").replace("\"timeout\": 10", "\"timeout\": \"ten\"");
    for (state, place) in [
        (wrong.as_str(), "functions.s/f.resource.spec.timeout: "),
        ("{\"format\": 1, \"serv", "EOF while parsing"),
    ] {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("state.json"), state).expect("written");
        let server = Server::on(folder.path(), &[]);
        let aside = folder.path().join("aside-1");
        let said = server.said();
        assert!(
            said.contains(&format!("state.json is damaged ({place}"))
                && said.contains(&format!("was moved to {}", aside.display())),
            "{said}"
        );
        let services = server.api("GET", "/services", &json!(null)).json();
        assert_eq!(services["services"], json!([]));
        let kept = fs::read_to_string(aside.join("state.json"));
        assert_eq!(kept.expect("kept"), state);
    }
}
