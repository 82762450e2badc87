//! What of versions and aliases lies in the data folder: it outlives the server, and goes with the version.

use std::net::TcpStream;
use std::path::Path;
use std::time::SystemTime;

use serde_json::json;

use super::*;
use crate::support::{borrowed, fc_local, send, sign_fc3};

/// How many packages lie in a data folder.
fn packages(data: &Path) -> usize {
    fs::read_dir(data.join("code")).expect("a folder").count()
}

#[test]
fn versions_outlive_a_server_that_is_killed_and_their_packages_go_with_them() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = Server::on(folder.path(), &[]);
    publish_two(&server);
    alias(&server, "prod", "1", &json!({"2": 0.0}));
    server.kill();
    let mut server = Server::on(folder.path(), &[]);
    assert_eq!(packages(folder.path()), 3);
    for (qualifier, version) in [("1", "1"), ("2", "2"), ("prod", "1"), ("", "3")] {
        assert_eq!(invoke(&server, qualifier, "version").text(), version);
    }
    let delete = |server: &Server, path: &str| {
        assert_eq!(server.api_fc3("DELETE", path, &json!(null)).status, 204);
    };
    delete(&server, "/functions/f/aliases/prod");
    delete(&server, "/functions/f/versions/1");
    server.kill();
    let server = Server::on(folder.path(), &[]);
    assert_eq!(packages(folder.path()), 2, "swept");
    assert_eq!(
        error(&invoke(&server, "1", "x")),
        (404, "VersionNotFound".to_owned())
    );
    assert_eq!(invoke(&server, "2", "version").text(), "2");
    // The last number is known, though its version was deleted by a server that is gone.
    delete(&server, "/functions/f/versions/2");
    assert_eq!(publish(&server, "").json()["versionId"], "3");
}

/// Sends the request that publishes a version, and does not wait for what becomes of it.
fn begin_to_publish(server: &Server, description: &str) -> TcpStream {
    let path = "/2023-03-30/functions/f/versions";
    let body = json!({"description": description}).to_string();
    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let own = [("host", server.address.as_str()), ("x-acs-date", &date)];
    let names = ["host", "x-acs-content-sha256", "x-acs-date"];
    let headers = sign_fc3(["POST", path, ""], &own, &names, body.as_bytes());
    let mut stream = server.connect();
    send(
        &mut stream,
        "POST",
        path,
        &borrowed(&headers),
        body.as_bytes(),
    );
    stream
}

#[test]
fn a_server_that_is_killed_while_it_publishes_leaves_whole_versions() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = Server::on(folder.path(), &[]);
    create(&server, "m0", &json!({}));
    for number in 1..=4 {
        let mark = format!("m{number}");
        change(&server, &mark);
        let published = begin_to_publish(&server, &mark);
        server.kill();
        drop(published);
        server = Server::on(folder.path(), &[]);
        // It is published or not; if it is not, the number is not used either.
        let list = versions(&server, "direction=FORWARD");
        let all = list["versions"].as_array().expect("a list");
        for (index, version) in all.iter().enumerate() {
            let number = version["versionId"].as_str().expect("a number");
            let mark = version["description"].as_str().expect("a text");
            assert_eq!(number, (index + 1).to_string());
            assert_eq!(invoke(&server, number, "version").text(), mark);
        }
    }
}

#[test]
fn the_code_and_the_fields_of_a_version_are_read_and_never_change() {
    let server = published();
    alias(&server, "prod", "1", &json!({"2": 1.0}));
    for (qualifier, version) in [("1", "1"), ("2", "2"), ("prod", "1"), ("LATEST", "3")] {
        let query = format!("qualifier={qualifier}");
        let read = server.api_query_fc3("/functions/f", &query).json();
        assert_eq!(read["environmentVariables"]["MARK"], version, "{qualifier}");
        let code = server.api_query_fc3("/functions/f/code", &query).json();
        assert_eq!(code["checksum"], read["codeChecksum"]);
        let url = code["url"].as_str().expect("an address");
        let target = url.strip_prefix(&format!("http://{}", server.address));
        let zip = server.request("GET", target.expect("here"), &[], b"");
        assert_eq!(zip.body, package_of(version), "{qualifier}");
    }
}

#[test]
fn the_commands_show_versions_and_aliases_and_remove_them_with_their_function() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::on(folder.path(), &[]);
    publish_two(&server);
    alias(&server, "prod", "1", &json!({"2": 0.25}));
    let run = |arguments: &[&str]| {
        let output = fc_local()
            .args(arguments)
            .arg("--data")
            .arg(folder.path())
            .output();
        let output = output.expect("fc-local runs");
        assert!(output.status.success(), "{output:?}");
        text(&output.stdout)
    };
    let list = run(&["list"]);
    assert!(
        list.contains("versions: 1, 2") && list.contains("aliases: prod -> 1, 2 (0.25)"),
        "{list}"
    );
    let answer = fc_local()
        .args(["invoke", "--on", "f.prod", "-e", "env", "--server-data"])
        .arg(folder.path())
        .output()
        .expect("fc-local runs");
    let answer = text(&answer.stdout);
    assert!(answer.contains("\"FC_QUALIFIER\": \"prod\""), "{answer}");
    let log = run(&["logs", "f"]);
    assert!(log.contains(" of prod runs version "), "{log}");
    assert_eq!(run(&["rm", "f"]), "removed function f\n");
    assert_eq!(
        error(&invoke(&server, "1", "x")),
        (404, "FunctionNotFound".to_owned())
    );
}
