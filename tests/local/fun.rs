//! The real clients against fc-local, with nothing but loopback: Alibaba's `fun` CLI, and the SDK of FC 3.0.
//!
//! They come by `npm ci --ignore-scripts --prefix tests/fun`. Without them these tests say so in one line
//! and pass; with `CI` in the environment they fail instead. What the CLI prints is a weak judge of a
//! server, so each test also looks at what arrived.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Once;

use serde_json::{Value, json};
use zip::ZipArchive;

use crate::support::{KEY_ID, KEY_SECRET, Server, function_folder, text};

const SERVICE: &str = "fc-runtime-demo";

/// A project folder, a home, and a server to deploy to.
struct Project {
    folder: tempfile::TempDir,
    server: Server,
}

/// The folder of the installed clients, or `None` after saying that they are missing.
fn clients() -> Option<PathBuf> {
    static SAID: Once = Once::new();
    let folder = root().join("tests/fun");
    if folder.join("node_modules/.bin/fun").exists() {
        return Some(folder);
    }
    let message = "left out: the tests with the real fun CLI and the SDK; for them, run \
                   `npm ci --ignore-scripts --prefix tests/fun`";
    assert!(
        std::env::var_os("CI").is_none(),
        "in CI nothing is {message}"
    );
    // Straight to the terminal: the harness hides what a passing test prints.
    SAID.call_once(|| drop(writeln!(std::io::stderr(), "{message}")));
    None
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The package to deploy: the folder `FC_PACKAGE`, or the `bootstrap` that was built with these tests.
fn bootstrap() -> PathBuf {
    let built = PathBuf::from(env!("CARGO_BIN_EXE_bootstrap"));
    std::env::var_os("FC_PACKAGE").map_or(built, |folder| root().join(folder).join("bootstrap"))
}

impl Project {
    /// A project with the repository's own template and package.
    fn demo() -> Self {
        Self::new(
            &fs::read_to_string(root().join("template.yml")).expect("template.yml"),
            &bootstrap(),
        )
    }

    fn new(template: &str, bootstrap: &Path) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let path = |inner: &str| folder.path().join(inner);
        fs::create_dir_all(path("home/.fcli")).expect("home");
        // Without this file, and with CI set, the CLI would try to reach the network.
        fs::write(path("home/.fcli/config.yaml"), "report: false\n").expect("config");
        fs::create_dir(path("pkg")).expect("pkg");
        fs::copy(bootstrap, path("pkg/bootstrap"))
            .unwrap_or_else(|error| panic!("{}: {error}", bootstrap.display()));
        fs::write(path("template.yml"), template).expect("template");
        let server = Server::on(&path("data"), &[]);
        Self { folder, server }
    }

    fn path(&self, inner: &str) -> PathBuf {
        self.folder.path().join(inner)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        let endpoint = format!("http://{}", self.server.address);
        let path = std::env::var("PATH").unwrap_or_default();
        command
            .current_dir(self.folder.path())
            .env_clear()
            .envs([
                ("PATH", path.as_str()),
                ("FORCE_COLOR", "0"),
                ("NODE_NO_WARNINGS", "1"),
            ])
            .envs([
                ("ACCOUNT_ID", "1234567890123456"),
                ("REGION", "cn-hangzhou"),
                ("TIMEOUT", "60"),
                ("RETRIES", "1"),
            ])
            .envs([
                ("ACCESS_KEY_ID", KEY_ID),
                ("ACCESS_KEY_SECRET", KEY_SECRET),
                ("FC_ENDPOINT", &endpoint),
            ])
            .envs([
                ("URLLIB_ENABLE_PROXY", "1"),
                ("URLLIB_PROXY", &endpoint),
                ("FUN_DISABLE_VERSION_CHECK", "1"),
            ])
            .env("HOME", self.path("home"))
            .stdin(Stdio::null());
        command
    }

    fn fun(&self, clients: &Path, arguments: &[&str]) -> Output {
        let program = clients.join("node_modules/.bin/fun");
        self.command(&program)
            .args(arguments)
            .output()
            .expect("fun runs")
    }

    /// Runs `fun` and returns what it printed.
    fn fun_ok(&self, clients: &Path, arguments: &[&str]) -> String {
        let output = self.fun(clients, arguments);
        assert!(output.status.success(), "fun {arguments:?}: {output:?}");
        text(&output.stdout)
    }

    fn function(&self, name: &str) -> Value {
        self.server
            .api(
                "GET",
                &format!("/services/{SERVICE}/functions/{name}"),
                &json!(null),
            )
            .json()
    }

    /// The stored package of a function.
    fn stored_package(&self, name: &str) -> Vec<u8> {
        let checksum = self.function(name)["codeChecksum"]
            .as_str()
            .expect("a checksum")
            .to_owned();
        fs::read(self.path("data/code").join(format!("{checksum}.zip")))
            .expect("the stored package")
    }
}

/// The log block and the result that `fun invoke` printed.
fn log_and_result(printed: &str) -> (&str, &str) {
    let (_, rest) = printed
        .split_once("========= FC invoke Logs begin =========\n")
        .expect("a log");
    let (log, rest) = rest
        .split_once("\n========= FC invoke Logs end =========\n\nFC Invoke Result:\n")
        .expect("a result");
    (log, rest)
}

#[test]
fn fun_deploys_twice_and_invokes_and_http_reaches_the_function() {
    let Some(clients) = clients() else { return };
    let project = Project::demo();
    assert_eq!(project.fun_ok(&clients, &["validate"]), "");
    for _ in 0..2 {
        let printed = project.fun_ok(&clients, &["deploy", "-y"]);
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

    let printed = project.fun_ok(&clients, &["invoke", "event", "-e", "Hello World"]);
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
    let printed = project.fun_ok(&clients, &["invoke", "event", "-t", "async", "-e", "later"]);
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

#[test]
fn fun_refuses_a_template_that_is_not_valid() {
    let Some(clients) = clients() else { return };
    let template = fs::read_to_string(root().join("template.yml")).expect("template.yml");
    let project = Project::new(
        &template.replace("Runtime: custom", "Runtime: unheard-of"),
        &bootstrap(),
    );
    let output = project.fun(&clients, &["validate"]);
    assert!(
        !output.status.success() && text(&output.stdout).contains("Value is not accepted"),
        "{output:?}"
    );
}

#[test]
fn fun_invoke_shows_how_an_event_failed() {
    let Some(clients) = clients() else { return };
    let template = format!(
        "ROSTemplateFormatVersion: '2015-09-01'\nTransform: 'Aliyun::Serverless-2018-04-03'\nResources:\n  {SERVICE}:\n    \
         Type: 'Aliyun::Serverless::Service'\n    event:\n      Type: 'Aliyun::Serverless::Function'\n      Properties:\n        \
         Handler: index.handler\n        Runtime: custom\n        CodeUri: './pkg'\n        Timeout: 1\n"
    );
    let project = Project::new(&template, &function_folder().join("bootstrap"));
    // The CLI sets the bit that the file lacks.
    let file = project.path("pkg/bootstrap");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("mode");
    project.fun_ok(&clients, &["deploy", "-y"]);
    for (event, words) in [
        ("fail", "errorMessage: 'as asked'"),
        (
            "die 1",
            "Process exited unexpectedly before completing request (duration: ",
        ),
        (
            "sleep 600",
            "Function timed out after 1 seconds (maxMemoryUsage: ",
        ),
    ] {
        let printed = project.fun_ok(&clients, &["invoke", "-e", event]);
        let (log, result) = log_and_result(&printed);
        let plain = words
            .trim_start_matches("errorMessage: '")
            .trim_end_matches('\'');
        assert!(result.contains(plain), "{event}: {result}");
        assert!(
            log.contains("FC Invoke Start RequestId: ")
                && log.contains("FC Invoke End RequestId: "),
            "{event}: {log}"
        );
    }
}

#[test]
fn fun_package_uploads_what_fun_deploy_then_uses() {
    let Some(clients) = clients() else { return };
    let project = Project::demo();
    for _ in 0..2 {
        let printed = project.fun_ok(&clients, &["package", "-y"]);
        assert!(printed.contains("Package success"), "{printed}");
    }
    let packaged =
        fs::read_to_string(project.path("template.packaged.yml")).expect("a packaged template");
    assert!(
        packaged.contains("oss://fun-gen-cn-hangzhou-1234567890123456/"),
        "{packaged}"
    );
    project.fun_ok(&clients, &["deploy", "-y"]);
    let objects: Vec<PathBuf> = walk(&project.path("data/packages"));
    let stored = project.stored_package("event");
    assert!(
        objects
            .iter()
            .any(|object| fs::read(object).is_ok_and(|bytes| bytes == stored)),
        "{objects:?}"
    );
    let printed = project.fun_ok(&clients, &["invoke", "event", "-e", "packaged"]);
    assert_eq!(log_and_result(&printed).1, "packaged\n");
}

#[test]
fn fun_with_a_wrong_secret_fails_and_changes_nothing() {
    let Some(clients) = clients() else { return };
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
    assert!(
        !project.path("data/state.json").exists(),
        "nothing was deployed"
    );
    assert!(
        walk(&project.path("data/packages")).is_empty(),
        "nothing was uploaded"
    );
}

#[test]
fn the_sdk_of_fc_3_creates_calls_changes_and_deletes_the_same_package() {
    let Some(clients) = clients() else { return };
    let project = Project::demo();
    let zip = project.path("code.zip");
    let bytes = fs::read(bootstrap()).expect("the bootstrap");
    fs::write(
        &zip,
        crate::support::zip_of(&[("bootstrap", &bytes, 0o755)]),
    )
    .expect("written");
    let mut command = project.command(Path::new("node"));
    let output = command
        .arg(clients.join("sdk.mjs"))
        .arg(&zip)
        .output()
        .expect("node runs");
    assert!(
        output.status.success(),
        "{}\n{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    let log = fs::read_to_string(project.path("data/logs/-/fc3-demo.log")).expect("a log file");
    assert!(
        log.contains("FC Initialize Start RequestId: ")
            && log.contains("FC Invoke End RequestId: 1-"),
        "{log}"
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
