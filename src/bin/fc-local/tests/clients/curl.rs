//! curl, as anybody would ask a function by hand.

use std::process::Command;

use serde_json::json;

use crate::support::{server_of, text};

/// Whether curl can be run; its version is what it says of itself.
pub(crate) fn client() -> Result<String, String> {
    let missing = |error| format!("curl cannot be run: {error}: install curl");
    let output = Command::new("curl").arg("--version").output();
    output.map(|said| text(&said.stdout)).map_err(missing)
}

/// What curl prints.
fn curl(arguments: &[&str]) -> String {
    let mut command = Command::new("curl");
    command
        .args(["--silent", "--show-error", "--fail", "--noproxy", "*"])
        .args(arguments);
    let output = command.output().expect("curl runs");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
    text(&output.stdout)
}

pub(crate) fn curl_gets_the_page_by_trigger_and_by_domain_and_posts_a_body(_version: &str) {
    let server = server_of("bootstrap", &json!({}));
    let by_trigger = format!("http://{}/2016-08-15/proxy/s/f/", server.address);
    assert_eq!(curl(&[&by_trigger]), "Hello World!");
    let (ip, port) = server.address.rsplit_once(':').expect("a port");
    let resolve = format!("web.example.test:{port}:{ip}");
    let by_domain = format!("http://web.example.test:{port}/");
    let curl = |more: &[&str]| curl(&[&["--resolve", &resolve, &by_domain], more].concat());
    assert_eq!(curl(&[]), "Hello World!");
    assert_eq!(curl(&["-d", "sent"]), "sent");
}
