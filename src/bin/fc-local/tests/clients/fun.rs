//! Alibaba's `fun` CLI, and the SDK of FC 3.0, as `make fun` installs them.
//!
//! What the CLI prints is a weak judge of a server, so each test also looks at what arrived.

pub(crate) mod deploy;
pub(crate) mod hour;
pub(crate) mod pack;
pub(crate) mod preview;
pub(crate) mod yaml;

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::{DOMAIN, KEY_ID, KEY_SECRET, Server, built, function_folder, root, text};

const SERVICE: &str = "fc-runtime-demo";

/// A project folder, a home, and a server to deploy to.
struct Project {
    folder: tempfile::TempDir,
    server: Server,
}

/// The folder of the installed clients, or what to do where they are missing.
pub(crate) fn clients() -> Result<PathBuf, String> {
    let folder = root().join("tests/fun");
    if folder.join("node_modules/.bin/fun").exists() {
        return Ok(folder);
    }
    Err("fun and the SDK of FC 3.0 are not installed: run `make fun`, which needs node".to_owned())
}

/// The package to deploy: the folder `FC_PACKAGE`, or the `bootstrap` of this project.
fn bootstrap() -> PathBuf {
    match std::env::var_os("FC_PACKAGE") {
        Some(folder) => root().join(folder).join("bootstrap"),
        None => built("bootstrap"),
    }
}

/// Gives a script of `tests/fun` a list, and takes one.
fn through(command: &mut Command, list: &Value) -> Vec<Value> {
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.stderr(Stdio::null()).spawn().expect("node runs");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(list.to_string().as_bytes()).expect("sent");
    drop(stdin);
    let output = child.wait_with_output().expect("node ends");
    assert!(output.status.success(), "{command:?}: {output:?}");
    serde_json::from_slice(&output.stdout).expect("a list")
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
        let project = Self::empty();
        fs::create_dir(project.path("pkg")).expect("pkg");
        fs::copy(bootstrap, project.path("pkg/bootstrap"))
            .unwrap_or_else(|error| panic!("{}: {error}", bootstrap.display()));
        fs::write(project.path("template.yml"), template).expect("template");
        project
    }

    fn empty() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let path = |inner: &str| folder.path().join(inner);
        fs::create_dir_all(path("home/.fcli")).expect("home");
        // Without this file, and with CI set, the CLI would try to reach the network.
        fs::write(path("home/.fcli/config.yaml"), "report: false\n").expect("config");
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

    /// What is deployed, as it is stored.
    fn stored_state(&self) -> Value {
        let state = fs::read(self.path("data/state.json")).expect("the state");
        serde_json::from_slice(&state).expect("JSON")
    }

    /// The stored package of a function.
    fn stored_package(&self, name: &str) -> Vec<u8> {
        let state = self.stored_state();
        let code = &state["functions"][format!("{SERVICE}/{name}")]["code"];
        let digest = code["sha256"].as_str().expect("a digest");
        fs::read(self.path("data/code").join(format!("{digest}.zip"))).expect("the stored package")
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

pub(crate) fn fun_invoke_shows_how_an_event_failed(clients: &Path) {
    let template = format!(
        "ROSTemplateFormatVersion: '2015-09-01'\nTransform: 'Aliyun::Serverless-2018-04-03'\nResources:\n  {SERVICE}:\n    \
         Type: 'Aliyun::Serverless::Service'\n    event:\n      Type: 'Aliyun::Serverless::Function'\n      Properties:\n        \
         Handler: index.handler\n        Runtime: custom\n        CodeUri: './pkg'\n        Timeout: 1\n"
    );
    let project = Project::new(&template, &function_folder().join("bootstrap"));
    // The CLI sets the bit that the file lacks.
    let file = project.path("pkg/bootstrap");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("mode");
    project.fun_ok(clients, &["deploy", "-y"]);
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
        let printed = project.fun_ok(clients, &["invoke", "-e", event]);
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

pub(crate) fn the_sdk_of_fc_3_creates_calls_changes_and_deletes_the_same_package(clients: &Path) {
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

/// Every field of the models that the SDK sends or gets back is known; a misspelt one is not.
pub(crate) fn every_field_of_the_sdk_of_fc_3_is_accepted(clients: &Path) {
    let server = Server::start();
    server.deploy(&json!({}));
    server.add_trigger("anonymous", &["GET"]);
    server.add_domain();
    let function = "/services/s/functions/f";
    let trigger = format!("{function}/triggers/t");
    let domain = format!("/custom-domains/{DOMAIN}");
    let config = format!("{function}/async-invoke-config");
    for (model, path) in [
        ("CreateFunctionInput", function),
        ("UpdateFunctionInput", function),
        ("Function", function),
        ("UpdateTriggerInput", &trigger),
        ("Trigger", &trigger),
        ("UpdateCustomDomainInput", &domain),
        ("CustomDomain", &domain),
        ("PutAsyncInvokeConfigInput", &config),
        ("AsyncConfig", &config),
    ] {
        let mut body = json!({});
        for field in fields_of(clients, model) {
            // These two have to have a value.
            body[&field] = match field.as_str() {
                "runtime" => json!("custom"),
                "triggerType" => json!("http"),
                _ => Value::Null,
            };
        }
        let reply = server.api("PUT", path, &body);
        assert_eq!(reply.status, 200, "{model}: {reply:?}");
        body["misspelt"] = Value::Null;
        assert_eq!(server.api("PUT", path, &body).status, 400, "{model}");
    }
}

/// The names of a model's fields, as they are sent.
fn fields_of(clients: &Path, model: &str) -> Vec<String> {
    let models = clients.join("node_modules/@alicloud/fc20230330/dist/models");
    let file = models.join(format!("{model}.js"));
    let text = fs::read_to_string(&file).expect("a model of the SDK");
    let (_, names) = text.split_once("static names() {").expect("its names");
    let (names, _) = names.split_once("};").expect("their end");
    let names = names.split('\'').skip(1).step_by(2);
    let names: Vec<String> = names.map(str::to_owned).collect();
    assert!(names.len() > 3, "{model}: {names:?}");
    names
}
