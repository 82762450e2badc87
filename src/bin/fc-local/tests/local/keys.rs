//! The keys of a server whose user has given none: random for each data folder, and among the exports.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{KEY_ID, Reply, Server, authorization, fc_local, text};

const SERVICES: &str = "/2016-08-15/services";

/// A server on a data folder, without keys in its environment.
fn start(data: &Path) -> Server {
    let mut command = Command::new("env");
    command
        .args(["-u", "FC_LOCAL_ACCESS_KEY_ID"])
        .args(["-u", "FC_LOCAL_ACCESS_KEY_SECRET"])
        .arg(fc_local().get_program())
        .args(["start", "--no-logs", "--port", "0", "--data"])
        .arg(data);
    Server::run(command, data)
}

/// The id and the secret that clients are to source.
fn exported(server: &Server) -> [String; 2] {
    let exports = fs::read_to_string(server.data.join("env.sh")).expect("the exports");
    ["ACCESS_KEY_ID", "ACCESS_KEY_SECRET"].map(|name| {
        let start = format!("export {name}=");
        let mut lines = exports.lines();
        let value = lines.find_map(|line| line.strip_prefix(&start));
        value.expect("a key").to_owned()
    })
}

fn list_services(server: &Server, [id, secret]: &[String; 2]) -> Reply {
    let date = httpdate::fmt_http_date(std::time::SystemTime::now());
    let signed = authorization(secret, "GET", SERVICES, &[], &date);
    let signed = signed.replace(KEY_ID, id);
    let headers = [("authorization", signed.as_str()), ("date", &date)];
    server.request("GET", SERVICES, &headers, b"")
}

#[test]
fn keys_are_random_for_each_data_folder_and_stay_for_the_next_start() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("folder"));
    let [mut one, other] = folders.each_ref().map(|folder| start(folder.path()));
    let [keys, others] = [&one, &other].map(exported);
    assert_eq!(list_services(&one, &keys).status, 200);
    assert_eq!(list_services(&other, &keys).status, 403);
    assert_eq!(list_services(&other, &others).status, 200);
    // What every fc-local took before.
    let known = ["fc-local-key", "fc-local-secret"].map(str::to_owned);
    assert_eq!(list_services(&one, &known).status, 403);
    one.stop();
    assert_eq!(exported(&start(folders[0].path())), keys);
}

#[test]
fn commands_find_the_keys_of_the_server_that_runs() {
    let folder = tempfile::tempdir().expect("folder");
    let server = start(folder.path());
    let mut rm = fc_local();
    rm.args(["rm", "s/f", "--data"]).arg(folder.path());
    let said = text(&rm.output().expect("fc-local runs").stderr);
    // It has answered the question, so the signature was right.
    assert!(
        said.contains("there is no function, service or domain named 's/f'"),
        "{said}"
    );
    drop(server);
}

#[test]
fn one_key_without_the_other_is_refused() {
    for (given, missing) in [("ID", "SECRET"), ("SECRET", "ID")] {
        let [given, missing] = [given, missing].map(|key| format!("FC_LOCAL_ACCESS_KEY_{key}"));
        let mut command = fc_local();
        command.args(["start", "--port", "0", "--data", "/dev/null"]);
        command.env(&given, "mine").env(&missing, "");
        let output = command.output().expect("fc-local runs");
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1));
        let wanted = format!("{given} is set, but {missing} is not: set both");
        assert!(said.contains(&wanted), "{said}");
    }
}
