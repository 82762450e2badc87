//! Every call that Alibaba's SDKs have, by the paths in their sources: served, or refused by a message that says that
//! fc-local does not play it. What no SDK has is refused without those words.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use regex_lite::Regex;
use serde_json::json;

use crate::support::Server;

/// The words that the guide promises.
const NOT_PLAYED: &str = "fc-local does not play this";

/// The sources of the SDKs, and how a call stands in them: a path, and a method before or after it.
const SOURCES: [(&str, &str); 3] = [
    (
        "@alicloud/fc20230330/dist/client.js",
        r#"pathname: `(?<path>[^`]*)`,\s*method: "(?<method>\w+)""#,
    ),
    (
        "@alicloud/fc-open20210406/dist/client.js",
        r#"pathname: `(?<path>[^`]*)`,\s*method: "(?<method>\w+)""#,
    ),
    (
        "@alicloud/fc2/lib/client.js",
        r"this\.(?<method>get|put|post|delete)\([`'](?<path>/[^`']*)[`']",
    ),
];

/// The fewest calls that the sources have together; fewer means that they are not read right.
const CALLS_MIN: usize = 120;

pub(crate) fn every_call_of_the_sdks_is_served_or_refused_by_its_name(folder: &Path) {
    let calls = calls(&folder.join("node_modules"));
    assert!(calls.len() >= CALLS_MIN, "{calls:?}");
    let server = Server::start();
    let unknown: Vec<_> = calls
        .iter()
        .filter(|(method, path)| {
            let said = ask(&server, method, path);
            said.contains("is not supported") && !said.contains(NOT_PLAYED)
        })
        .collect();
    assert_eq!(
        unknown,
        Vec::<&(String, String)>::new(),
        "neither served nor listed"
    );
    let said = ask(&server, "GET", "/2023-03-30/functions/x/misspelt");
    assert!(
        said.contains("is not supported") && !said.contains(NOT_PLAYED),
        "{said}"
    );
}

/// The answer to a signed request without a body.
fn ask(server: &Server, method: &str, path: &str) -> String {
    let reply = match path.strip_prefix("/2016-08-15") {
        Some(path) => server.api(method, path, &json!(null)),
        None => server.acs3(method, [path, ""], &[], b""),
    };
    reply.text()
}

/// Methods and paths, with a name instead of each parameter.
fn calls(modules: &Path) -> BTreeSet<(String, String)> {
    let parameter = Regex::new(r"\$\{[^}]*\}").expect("a pattern");
    let mut calls = BTreeSet::new();
    for (file, pattern) in SOURCES {
        let source = fs::read_to_string(modules.join(file)).expect("an installed SDK");
        let pattern = Regex::new(pattern).expect("a pattern");
        calls.extend(pattern.captures_iter(&source).map(|call| {
            let path = parameter.replace_all(&call["path"], "x").into_owned();
            let path = if path.starts_with("/20") {
                path
            } else {
                format!("/2016-08-15{path}")
            };
            (call["method"].to_ascii_uppercase(), path)
        }));
    }
    calls
}
