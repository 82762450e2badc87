//! `fc-local start --template s.yaml`: what Serverless Devs would deploy runs.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::support::{Reply, Server, fc_local, function_folder, package, text, wait_for};

const S_YAML: &str = "\
edition: 3.0.0
name: app
access: default
extend: base.yaml
vars:
  name: demo
  colours: {sky: blue}
template:
  small: {memorySize: 256, timeout: 30}
resources:
  event:
    component: fc3
    extend: {name: small, ignore: [timeout]}
    props:
      <<: &common
        region: ${vars.region}
        runtime: custom.debian12
        code: ./code
      functionName: ${vars.name}-event
      timeout: 10
      environmentVariables:
        SKY: ${vars.colours.sky}
        FROM_ENV: ${env('SYAML_TEST')}
        DEFAULT: ${env('NO_SUCH_VARIABLE', 'none')}
        MEMORY: ${resources.web.props.memorySize} MB
        OWN: ${this.props.functionName}
      instanceLifecycleConfig:
        initializer: {handler: index.initializer, timeout: 5}
      asyncInvokeConfig: {maxAsyncRetryAttempts: 2}
  web:
    component: fc3
    props:
      <<: *common
      functionName: ${vars.name}-web
      code: ./code.zip
      memorySize: 128
      timeout: 30
      customRuntimeConfig: {command: [/code/bootstrap], args: [], port: 9000}
      triggers:
        - triggerName: http
          triggerType: http
          triggerConfig: {authType: anonymous, methods: [GET, POST]}
  domain:
    component: fc3-domain
    props:
      region: ${vars.region}
      domainName: app.example.test
      protocol: HTTP
      routeConfig:
        routes: [{path: /*, functionName: '${resources.web.output.functionName}'}]
";

const BASE: &str = "vars: {region: cn-hangzhou, name: base}\n";

/// A project with both kinds of code.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("code")).expect("made");
    fs::copy(function_folder().join("bootstrap"), at("code/bootstrap")).expect("copied");
    fs::write(at("code/.fcignore"), "left-*\n").expect("written");
    fs::write(at("code/left-out"), "").expect("written");
    fs::write(at("code/kept"), "").expect("written");
    fs::write(at("code.zip"), package()).expect("written");
    fs::write(at("s.yaml"), S_YAML).expect("written");
    fs::write(at("base.yaml"), BASE).expect("written");
    folder
}

fn serve(project: &Path) -> Server {
    let mut command = fc_local();
    let data = project.join("data");
    command
        .args(["start", "--port", "0", "--template"])
        .arg(project.join("s.yaml"))
        .arg("--data")
        .arg(&data)
        .env("SYAML_TEST", "outside");
    Server::run(command, &data)
}

fn invoke(server: &Server, function: &str, event: &str) -> Reply {
    let path = format!("/functions/{function}/invocations");
    server.fc3("POST", [&path, ""], &[], event.as_bytes())
}

#[test]
fn the_functions_of_s_yaml_run_with_their_variables_hooks_and_defaults() {
    let project = project();
    let server = serve(project.path());
    let event = server
        .api_fc3("GET", "/functions/demo-event", &json!(null))
        .json();
    let variables = json!({
        "SKY": "blue", "FROM_ENV": "outside", "DEFAULT": "none", "MEMORY": "128 MB",
        "OWN": "demo-event",
    });
    assert_eq!(event["environmentVariables"], variables);
    assert_eq!(
        (&event["memorySize"], &event["timeout"]),
        (&json!(256), &json!(10))
    );
    let path = "/functions/demo-event/async-invoke-config";
    let config = server.api_fc3("GET", path, &json!(null)).json();
    assert_eq!(config["maxAsyncRetryAttempts"], 2);
    let state = invoke(&server, "demo-event", "state");
    assert_eq!(
        (state.status, &state.json()["initialized"]),
        (200, &json!(1))
    );
    let kept = invoke(&server, "demo-event", "mode kept");
    assert_eq!(kept.header("x-fc-error-type"), "", "{kept:?}");
    let left_out = invoke(&server, "demo-event", "mode left-out");
    assert_ne!(left_out.header("x-fc-error-type"), "", "{left_out:?}");
}

#[test]
fn an_http_function_of_s_yaml_is_reached_by_its_address_and_its_domain() {
    let project = project();
    let server = serve(project.path());
    let reply = server.request("GET", "/2023-03-30/proxy/demo-web/a?b=c", &[], b"");
    assert_eq!(
        (reply.status, &reply.json()["target"]),
        (201, &json!("/a?b=c"))
    );
    let reply = server.request("GET", "/a?b=c", &[("Host", "app.example.test")], b"");
    assert_eq!(
        (reply.status, &reply.json()["target"]),
        (201, &json!("/a?b=c"))
    );
}

#[test]
fn variables_come_from_dotenv_unless_another_file_is_extended() {
    let project = project();
    let at = |name: &str| project.path().join(name);
    let own = S_YAML
        .replace("extend: base.yaml\n", "")
        .replace("  name: demo", "  name: demo\n  region: r")
        .replace("'SYAML_TEST'", "FROM_DOTENV");
    fs::write(at("s.yaml"), &own).expect("written");
    fs::write(
        at("code/.env"),
        "FROM_DOTENV=$SYAML_TEST of code # a comment\n",
    )
    .expect("written");
    fs::write(at(".env"), "FROM_DOTENV=file\n").expect("written");
    let server = serve(project.path());
    let event = server
        .api_fc3("GET", "/functions/demo-event", &json!(null))
        .json();
    // Serverless Devs looks for code folders from the folder that it is called in, so only the other file is found.
    assert_eq!(event["environmentVariables"]["FROM_ENV"], "file");
    drop(server);
    let extending = own.replace("vars:", "extend: base.yaml\nvars:");
    fs::write(at("s.yaml"), extending).expect("written");
    let said = text(&refused(project.path()).stderr);
    assert!(said.contains("env('FROM_DOTENV') not found"), "{said}");
}

#[test]
fn watch_serves_s_yaml_where_there_is_no_template_yml() {
    let project = project();
    let data = project.path().join("data");
    let mut command = fc_local();
    // Zip files need no build.
    command
        .args(["watch", "--port", "0", "--build", "true", "--data"])
        .arg(&data)
        .current_dir(project.path())
        .env("SYAML_TEST", "outside");
    let server = Server::run(command, &data);
    let described = |description: Value| {
        wait_for("the function", || {
            let reply = server.api_fc3("GET", "/functions/demo-event", &json!(null));
            (reply.status == 200 && reply.json()["description"] == description).then_some(())
        });
    };
    described(json!(""));
    let base =
        "vars: {region: r}\nresources: {event: {component: fc3, props: {description: new}}}\n";
    fs::write(project.path().join("base.yaml"), base).expect("written");
    described(json!("new"));
}

#[test]
fn invoke_calls_a_function_of_s_yaml_as_it_would_be_deployed() {
    let project = project();
    let mut command = fc_local();
    command
        .args(["invoke", "--function", "demo-event", "-e", "env"])
        .current_dir(project.path())
        .env("SYAML_TEST", "outside");
    let output = command.output().expect("fc-local runs");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{error}: {output:?}");
    });
    assert_eq!(
        (&result["SKY"], &result["FROM_ENV"]),
        (&json!("blue"), &json!("outside"))
    );
    assert_eq!(result["FC_FUNCTION_MEMORY_SIZE"], "256");
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_template_of_the_folder_is_deployed_when_it_is_asked_for_without_a_name() {
    let project = project();
    let begin = |arguments: &[&str]| {
        let (data, said) = (project.path().join("data"), project.path().join("said"));
        let mut command = fc_local();
        command
            .args(["start", "--port", "0", "--data"])
            .arg(&data)
            .args(arguments)
            .current_dir(project.path())
            .env("SYAML_TEST", "outside")
            .stderr(fs::File::create(&said).expect("a file"));
        (Server::run(command, &data), said)
    };
    let says = |said: &Path, what: &str| {
        wait_for(what, || {
            let text = fs::read_to_string(said).expect("its words");
            text.contains(what).then_some(())
        });
    };
    let (server, said) = begin(&[]);
    says(
        &said,
        "s.yaml is not deployed; `fc-local start --template` does that\n",
    );
    assert_eq!(
        server
            .api_fc3("GET", "/functions/demo-event", &Value::Null)
            .status,
        404
    );
    drop(server);
    let (server, said) = begin(&["--template"]);
    says(&said, "demo-event takes events: ");
    assert_eq!(
        server
            .api_fc3("GET", "/functions/demo-event", &Value::Null)
            .status,
        200
    );
}

/// What `fc-local start` says of a project that it refuses.
fn refused(project: &Path) -> Output {
    let mut command = fc_local();
    command
        .args(["start", "--port", "0", "--template"])
        .arg(project.join("s.yaml"))
        .arg("--data")
        .arg(project.join("data"));
    command.output().expect("fc-local runs")
}

#[test]
fn a_mistake_in_s_yaml_is_named_with_its_file_and_place() {
    let project = project();
    for (right, wrong, words) in [
        (
            "${vars.colours.sky}",
            "${vars.colors.sky}",
            "s.yaml: resources.event.environmentVariables.SKY: ${vars.colors.sky} not found",
        ),
        (
            "timeout: 10",
            "timout: 10",
            "s.yaml: event: it has the unknown key timout, the nearest is timeout",
        ),
        (
            "timeout: 10",
            "timeout: 0",
            "s.yaml: demo-event: timeout is 0, not a number from 1 to 86400",
        ),
        (
            "base.yaml",
            "none.yaml",
            "s.yaml: extend: none.yaml: cannot read ",
        ),
    ] {
        let text_of_it = S_YAML
            .replace(right, wrong)
            .replace("${env('SYAML_TEST')}", "x");
        fs::write(project.path().join("s.yaml"), text_of_it).expect("written");
        let output = refused(project.path());
        let said = text(&output.stderr);
        assert!(
            output.status.code() == Some(1) && said.contains(words),
            "{wrong}: {said}"
        );
    }
}
