//! `fc-local invoke`, `start` and `watch` with what a template and files of variables say.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::assert_refused;
use crate::support::{Server, fc_local, function_folder, text, wait_for};

const ONE: &str = "    f:
      Type: Aliyun::Serverless::Function
      Properties:
        Handler: index.handler
        Initializer: index.initializer
        Runtime: custom
        CodeUri: ./code
        MemorySize: 512
        Timeout: 7
        EnvironmentVariables: {A: of the template, B: of the template}
";

const WEB: &str = "    web:
      Type: Aliyun::Serverless::Function
      Properties: {Handler: index.handler, Runtime: custom, CodeUri: ./code, Timeout: 9}
      Events:
        t: {Type: HTTP, Properties: {AuthType: ANONYMOUS, Methods: [GET, POST]}}
";

/// A folder with a template and the code of its functions.
struct Project(tempfile::TempDir);

impl Project {
    fn with(functions: &str) -> Self {
        let project = Self(tempfile::tempdir().expect("folder"));
        fs::create_dir(project.path("code")).expect("folder");
        let program = function_folder().join("bootstrap");
        fs::copy(program, project.path("code/bootstrap")).expect("copied");
        let head = "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n";
        project.write("template.yml", &format!("{head}{functions}"));
        project
    }

    fn path(&self, inner: &str) -> PathBuf {
        self.0.path().join(inner)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).expect("written");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = fc_local();
        command
            .args(arguments)
            .current_dir(self.0.path())
            .stdin(Stdio::null());
        command
    }

    fn invoke(&self, arguments: &[&str]) -> Output {
        let mut command = self.command(&["invoke"]);
        command.args(arguments).output().expect("fc-local runs")
    }

    /// The JSON that the function returned.
    fn answer(&self, arguments: &[&str]) -> Value {
        let output = self.invoke(arguments);
        assert!(output.status.success(), "{output:?}");
        serde_json::from_slice(&output.stdout).expect("JSON")
    }

    /// What the function sees of these variables.
    fn variables(&self, names: &[&str], more: &[&str]) -> Vec<Value> {
        let seen = self.answer(&[&["-e", "env"], more].concat());
        names.iter().map(|name| seen[*name].clone()).collect()
    }
}

fn header<'a>(answer: &'a Value, name: &str) -> &'a Value {
    let headers = answer.as_array().expect("headers");
    let found = headers.iter().find(|header| header[0] == *name);
    &found.expect(name)[1]
}

#[test]
fn a_call_has_what_the_template_says_of_its_function() {
    let project = Project::with(ONE);
    let names = [
        "A",
        "FC_FUNCTION_MEMORY_SIZE",
        "FC_FUNCTION_NAME",
        "FC_SERVICE_NAME",
    ];
    let seen = project.variables(&names, &[]);
    assert_eq!(seen, ["of the template", "512", "f", "s"]);
    let headers = project.answer(&["-e", "headers"]);
    assert_eq!(header(&headers, "X-Fc-Function-Timeout"), "7");
    assert_eq!(project.answer(&["-e", "state"])["initialized"], 1);

    let over = ["--env", "A=mine", "--memory", "256", "--timeout", "5"];
    let seen = project.variables(&["A", "B", "FC_FUNCTION_MEMORY_SIZE"], &over);
    assert_eq!(seen, ["mine", "of the template", "256"]);
    let headers = project.answer(&["-e", "headers", "--timeout", "5"]);
    assert_eq!(header(&headers, "X-Fc-Function-Timeout"), "5");

    let without = project.variables(&["A"], &["--no-template", "--dir", "code"]);
    assert_eq!(without, [Value::Null]);
    let elsewhere = function_folder().display().to_string();
    assert_eq!(
        project.variables(&["A"], &["--dir", &elsewhere]),
        [Value::Null]
    );
    fs::rename(project.path("template.yml"), project.path("other.yml")).expect("renamed");
    let named = project.variables(&["A"], &["--template", "other.yml"]);
    assert_eq!(named, ["of the template"]);
    let other = ["-e", "x", "--template", "other.yml", "--dir", &elsewhere];
    assert_refused(
        &project.invoke(&other),
        "other.yml has no function whose CodeUri is the given --dir; name one with --function: s/f",
    );
}

#[test]
fn a_call_has_what_s_yaml_says_where_there_is_no_other_template() {
    let project = Project::with(ONE);
    fs::remove_file(project.path("template.yml")).expect("removed");
    let props = "region: r, functionName: g, runtime: custom.debian12, handler: h, code: ./code, timeout: 8, memorySize: 512, \
                 cpu: 0.35, diskSize: 512, environmentVariables: {A: of s}";
    project.write("s.yaml", &format!("edition: 3.0.0\nname: n\naccess: default\nresources:\n  g:\n    component: fc3\n    props: {{{props}}}\n"));
    let seen = project.variables(&["A", "FC_FUNCTION_NAME", "FC_SERVICE_NAME"], &[]);
    assert_eq!(seen, ["of s", "g", ""]);
}

#[test]
fn of_several_functions_the_one_is_called_that_fits_the_calls_or_is_named() {
    let timer = "      Events:\n        t: {Type: Timer, Properties: {CronExpression: '@every 1h', Enable: true}}\n";
    let project = Project::with(&format!("{ONE}{timer}{WEB}"));
    assert_eq!(project.variables(&["FC_FUNCTION_NAME"], &[]), ["f"]);
    let seen = project.answer(&["--http", "GET", "/x"])["headers"].clone();
    assert_eq!(header(&seen, "X-Fc-Function-Name"), "web");
    let named = project.variables(&["FC_FUNCTION_NAME"], &["--function", "s/web"]);
    assert_eq!(named, ["web"]);
    let both = ["-e", "x", "--http", "GET", "/"];
    let words = "name one with --function, or none with --no-template: s/f, s/web";
    assert_refused(&project.invoke(&both), words);
    assert_refused(
        &project.invoke(&["-e", "x", "--function", "none"]),
        "template.yml has no function none (--function); it has s/f, s/web",
    );
    let none_fits = Project::with(&format!("{WEB}{}", WEB.replace("web:", "other:")));
    let words = "template.yml has only functions with an HTTP trigger, which --http calls: name one with --function: s/web, s/other";
    assert_refused(&none_fits.invoke(&["-e", "x"]), words);
    let none_fits = Project::with(&format!("{ONE}{timer}{}", ONE.replace("f:", "g:")));
    let words = "template.yml has no function with an HTTP trigger for --http: name one with --function: s/f, s/g";
    assert_refused(&none_fits.invoke(&["--http", "GET", "/"]), words);
}

#[test]
fn a_template_that_cannot_be_used_ends_start_before_it_listens() {
    let project = Project::with(ONE);
    project.write("wrong.yml", "Resources: {}\n");
    for (template, why) in [
        ("none.yml", "is the name right? --template names another"),
        ("wrong.yml", "there is nothing to run"),
    ] {
        let mut start = project.command(&["start", "--port", "0", "--data", "data", "--template"]);
        let output = start.arg(template).output().expect("fc-local runs");
        assert!(text(&output.stderr).contains(why), "{output:?}");
        assert_eq!(
            (text(&output.stdout).as_str(), output.status.code()),
            ("", Some(1))
        );
    }
}

#[test]
fn variables_come_from_files_and_never_from_the_keys_of_the_cloud() {
    let project = Project::with(ONE);
    project.write(
        ".env",
        "A=of .env\nTOKEN='top secret'\nACCESS_KEY_SECRET=of the cloud\n",
    );
    let names = ["A", "B", "TOKEN", "ACCESS_KEY_SECRET"];
    let seen = project.variables(&names, &[]);
    let wanted = ["of .env", "of the template", "top secret"].map(Value::from);
    assert_eq!(seen, [&wanted[..], &[Value::Null]].concat());
    let said = text(&project.invoke(&["-e", "x"]).stderr);
    assert!(
        said.contains(".env sets A, TOKEN\n") && !said.contains("secret"),
        "{said}"
    );

    project.write("one.env", "A=of one\nB=of one\n");
    project.write("two.env", "A=of two\n");
    let files = [
        "--env-file",
        "one.env",
        "--env-file",
        "two.env",
        "--env",
        "B=mine",
    ];
    let seen = project.variables(&["A", "B", "TOKEN"], &files);
    assert_eq!(
        seen,
        [Value::from("of two"), Value::from("mine"), Value::Null]
    );

    project.write("wrong.env", "A=1\ntop secret\n");
    let wrong = project.invoke(&["-e", "x", "--env-file", "wrong.env"]);
    let said = text(&wrong.stderr);
    assert!(
        said.contains("wrong.env:2 is not a variable; write NAME=VALUE")
            && !said.contains("secret"),
        "{said}"
    );
}

#[test]
fn the_functions_of_a_server_get_them_too() {
    let project = Project::with(ONE);
    project.write(".env", "A=of .env\n");
    for command in [
        &["start", "--template", "template.yml"][..],
        &["watch", "--build", "true"],
    ] {
        let more = [
            "--port",
            "0",
            "--data",
            command[0],
            "--env",
            "C=of the option",
        ];
        let mut served = project.command(&[command, &more].concat());
        served.stderr(Stdio::null());
        let server = Server::run(served, &project.path(command[0]));
        let seen = wait_for("the function to be served", || {
            let reply = server.invoke("env");
            (reply.status == 200).then(|| reply.json())
        });
        assert_eq!(seen["A"], "of .env", "{command:?}");
        assert_eq!(seen["B"], "of the template", "{command:?}");
        assert_eq!(seen["C"], "of the option", "{command:?}");
    }
}
