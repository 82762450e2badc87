//! What `fun deploy` and `fun package` send, and what stays where they fail.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use zip::ZipArchive;

use super::{Project, SERVICE, bootstrap, log_and_result};
use crate::support::{root, text};

pub(crate) fn fun_deploys_twice_and_invokes_and_http_reaches_the_function(clients: &Path) {
    let project = Project::demo();
    assert_eq!(project.fun_ok(clients, &["validate"]), "");
    for _ in 0..2 {
        let printed = project.fun_ok(clients, &["deploy", "-y"]);
        assert!(
            printed.contains(&format!("service {SERVICE} deploy success")),
            "{printed}"
        );
        assert!(
            printed.contains("trigger http-trigger deploy success"),
            "{printed}"
        );
        assert!(
            printed.contains("custom domain fc-runtime-domain deploy success"),
            "{printed}"
        );
    }
    assert_deployed(&project);

    let printed = project.fun_ok(clients, &["invoke", "event", "-e", "Hello World"]);
    let (log, result) = log_and_result(&printed);
    assert_eq!(result, "Hello World\n");
    let id = log
        .split_once("FC Invoke Start RequestId: ")
        .expect("a start marker")
        .1
        .lines()
        .next()
        .expect("an id");
    assert!(
        log.contains(&format!("\nFC Invoke End RequestId: {id}\n\nDuration: ")),
        "{log}"
    );
    assert!(
        log.contains(&format!("FC Initialize Start RequestId: {id}\n")),
        "{log}"
    );
    let own_log = fs::read_to_string(project.path("data/logs").join(SERVICE).join("event.log"))
        .expect("a log file");
    assert!(
        own_log.contains(&format!("FC Invoke End RequestId: {id}\n")),
        "{own_log}"
    );
    let printed = project.fun_ok(clients, &["invoke", "event", "-t", "async", "-e", "later"]);
    assert!(printed.contains("async invoke success"), "{printed}");

    let by_trigger = project.server.request(
        "GET",
        &format!("/2016-08-15/proxy/{SERVICE}/web/"),
        &[],
        b"",
    );
    assert_eq!(
        (by_trigger.status, by_trigger.text().as_str()),
        (200, "Hello World!")
    );
    assert_eq!(by_trigger.header("content-disposition"), "attachment");
    let by_domain = project.server.request(
        "POST",
        "/",
        &[("Host", "fc-runtime.example.com")],
        b"posted",
    );
    assert_eq!(
        (by_domain.status, by_domain.text().as_str()),
        (200, "posted")
    );
}

/// What arrived at the server: one of everything, with the template's values, changed once.
fn assert_deployed(project: &Project) {
    let event = project.function("event");
    assert_eq!(
        (&event["runtime"], &event["initializer"]),
        (&json!("custom"), &json!("index.initializer"))
    );
    assert_eq!(
        (&event["memorySize"], &event["timeout"]),
        (&json!(128), &json!(10))
    );
    assert_eq!(event["instanceConcurrency"], 100);
    let state: Value =
        serde_json::from_slice(&fs::read(project.path("data/state.json")).expect("state"))
            .expect("JSON");
    let functions = state["functions"].as_object().expect("functions");
    assert_eq!(
        functions.keys().collect::<Vec<_>>(),
        [&format!("{SERVICE}/event"), &format!("{SERVICE}/web")]
    );
    let revisions: Vec<&Value> = functions
        .values()
        .map(|function| &function["resource"]["revision"])
        .collect();
    assert_eq!(
        revisions,
        [1, 1],
        "the second deployment was a change, not a creation"
    );
    assert_eq!(
        state["domains"].as_object().map(serde_json::Map::len),
        Some(1)
    );

    let mut zip =
        ZipArchive::new(std::io::Cursor::new(project.stored_package("event"))).expect("a zip");
    assert_eq!(zip.file_names().collect::<Vec<_>>(), ["bootstrap"]);
    let mut entry = zip.by_index(0).expect("the bootstrap");
    assert_eq!(entry.unix_mode().map(|mode| mode & 0o777), Some(0o755));
    let mut bytes = Vec::new();
    entry.read_to_end(&mut bytes).expect("its bytes");
    assert!(
        bytes == fs::read(project.path("pkg/bootstrap")).expect("the file"),
        "the package is not what was built"
    );
}

pub(crate) fn fun_refuses_a_template_that_is_not_valid(clients: &Path) {
    let template = fs::read_to_string(root().join("template.yml")).expect("template.yml");
    let project = Project::new(
        &template.replace("Runtime: custom", "Runtime: unheard-of"),
        &bootstrap(),
    );
    let output = project.fun(clients, &["validate"]);
    assert!(
        !output.status.success() && text(&output.stdout).contains("Value is not accepted"),
        "{output:?}"
    );
}

pub(crate) fn fun_package_uploads_what_fun_deploy_then_uses(clients: &Path) {
    let project = Project::demo();
    for _ in 0..2 {
        let printed = project.fun_ok(clients, &["package", "-y"]);
        assert!(printed.contains("Package success"), "{printed}");
    }
    let packaged =
        fs::read_to_string(project.path("template.packaged.yml")).expect("a packaged template");
    assert!(
        packaged.contains("oss://fun-gen-cn-hangzhou-1234567890123456/"),
        "{packaged}"
    );
    project.fun_ok(clients, &["deploy", "-y"]);
    let objects: Vec<PathBuf> = walk(&project.path("data/packages"));
    let stored = project.stored_package("event");
    assert!(
        objects
            .iter()
            .any(|object| fs::read(object).is_ok_and(|bytes| bytes == stored)),
        "{objects:?}"
    );
    let printed = project.fun_ok(clients, &["invoke", "event", "-e", "packaged"]);
    assert_eq!(log_and_result(&printed).1, "packaged\n");
}

pub(crate) fn fun_with_a_wrong_secret_fails_and_changes_nothing(clients: &Path) {
    let project = Project::demo();
    let program = clients.join("node_modules/.bin/fun");
    for arguments in [
        ["deploy", "-y"].as_slice(),
        &["package", "-y"],
        &["invoke", "event", "-e", "x"],
    ] {
        let mut command = project.command(&program);
        let output = command
            .args(arguments)
            .env("ACCESS_KEY_SECRET", "wrong")
            .output()
            .expect("fun runs");
        let said = text(&output.stdout) + &text(&output.stderr);
        assert!(!output.status.success(), "{arguments:?}: {said}");
        assert!(
            said.contains("The request signature we calculated does not match"),
            "{arguments:?}: {said}"
        );
    }
    let state = project.stored_state();
    for kind in ["services", "functions", "domains"] {
        let deployed = state[kind].as_object().expect("an object");
        assert!(deployed.is_empty(), "{kind}: {deployed:?}");
    }
    assert!(
        walk(&project.path("data/packages")).is_empty(),
        "nothing was uploaded"
    );
}

/// All files below a folder.
fn walk(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .map(|list| list.flatten().map(|entry| entry.path()).collect::<Vec<_>>());
    let each = |path: PathBuf| {
        if path.is_dir() {
            walk(&path)
        } else {
            vec![path]
        }
    };
    entries
        .unwrap_or_default()
        .into_iter()
        .flat_map(each)
        .collect()
}
