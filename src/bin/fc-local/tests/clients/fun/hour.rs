//! The first hour of a newcomer, step by step, with either HTTP server: a workspace, a crate with TLS and C in it, a build
//! script that writes sources, a template with merges, files that are ignored, logs, a result in a pipe; and the real `fun` where fc-local does
//! as fun does.
//!
//! What is built is built without optimization, because the time goes into what is around it; `new::` builds as users do.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};

use super::Project;
use crate::support::{FOREIGN_VARIABLES, Server, fc_local, http_server, root, text, wait_for};

/// What makes builds short.
const QUICK: [(&str, &str); 4] = [
    ("CARGO_PROFILE_DEV_DEBUG", "0"),
    ("CARGO_PROFILE_MUSL_OPT_LEVEL", "0"),
    ("CARGO_PROFILE_MUSL_LTO", "off"),
    ("CARGO_PROFILE_MUSL_CODEGEN_UNITS", "16"),
];

/// Two functions of one package, the second with what it does not say itself from the first.
const TEMPLATE: &str = "\
ROSTemplateFormatVersion: '2015-09-01'
Transform: 'Aliyun::Serverless-2018-04-03'
Resources:
  shop:
    Type: 'Aliyun::Serverless::Service'
    first:
      Type: 'Aliyun::Serverless::Function'
      Properties: &properties
        Handler: index.handler
        Runtime: custom
        CodeUri: ./shop/pkg
        Timeout: 20
        EnvironmentVariables: &variables {MODE: 0755, RATIO: 1.0, LIMIT: 1e3, NAME: first}
    second:
      Type: 'Aliyun::Serverless::Function'
      Properties:
        <<: *properties
        MemorySize: 256
        EnvironmentVariables: {<<: *variables, NAME: second}
";

/// Answers with the files of its package and its variables, and logs a line.
const SHOP: &str = r##"
use fc_runtime::{Context, Error, Runtime, RuntimeError, log};

mod made;

fn main() -> Result<(), RuntimeError> {
    Runtime::new().invoke(handle).run()
}

fn handle(_event: &[u8], _ctx: &Context) -> Result<Vec<u8>, Error> {
    log::info!("{} looks around", made::NAME);
    let entries = std::fs::read_dir(".")?;
    let mut files: Vec<String> = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    files.sort();
    let variables = ["MODE", "RATIO", "LIMIT", "NAME"].map(|name| std::env::var(name).unwrap_or_default());
    Ok(format!(r#"{{"shop":"open","files":{files:?},"variables":{variables:?}}}"#).into_bytes())
}
"##;

/// Writes a source at each build, with another comment each time.
const BUILD_SCRIPT: &str = r#"
fn main() {
    let count = std::fs::read_to_string("src/made.rs").unwrap_or_default().len();
    let source = format!("//{}\npub const NAME: &str = \"shop\";\n", "x".repeat(count));
    std::fs::write("src/made.rs", source).unwrap();
}
"#;

/// What the watcher says when it does not go on with what a build writes.
const ENDS: &str = "each build changes shop/src/made.rs, so that starts no other build";

/// A workspace with the functions `fetch` and `shop`, and a local Function Compute.
struct Hour {
    project: Project,
}

pub(crate) fn a_newcomer_gets_through_the_first_hour(clients: &Path) {
    let hour = Hour::begin();
    hour.a_new_member_speaks_tls();
    hour.make("shop", &["package"]);
    hour.templates_and_packages_are_as_fun_has_them(clients);
    hour.watch_builds_until_nothing_is_new_and_shows_what_happens();
}

impl Hour {
    fn begin() -> Self {
        let hour = Self {
            project: Project::empty(),
        };
        hour.write("Cargo.toml", "[workspace]\nresolver = \"3\"\n");
        fs::copy(root().join("Cargo.lock"), hour.path("Cargo.lock")).expect("copied");
        for name in ["fetch", "shop"] {
            let path = root().display().to_string();
            let made = hour.run(fc_local().args(["new", name, "--path", &path]), "");
            assert!(text(&made).contains("It is a member of the workspace "));
            hour.choose_server(name);
        }
        hour.write("shop/src/main.rs", SHOP);
        hour.write("shop/build.rs", BUILD_SCRIPT);
        hour.write("template.yml", TEMPLATE);
        hour
    }

    fn path(&self, inner: &str) -> PathBuf {
        self.project.path(inner)
    }

    fn write(&self, file: &str, content: &str) {
        fs::write(self.path(file), content).expect("written");
    }

    /// Puts one text in the place of another.
    fn edit(&self, file: &str, old: &str, new: &str) {
        let before = fs::read_to_string(self.path(file)).expect("a file");
        assert!(before.contains(old), "{file} has no {old:?}: {before}");
        self.write(file, &before.replace(old, new));
    }

    /// The HTTP server under test, as the Makefile names it.
    fn choose_server(&self, name: &str) {
        let server = http_server();
        let path = json!(root()).to_string();
        self.edit(
            &format!("{name}/Cargo.toml"),
            &format!("{{ path = {path} }}"),
            &format!("{{ path = {path}, default-features = false, features = [{server:?}] }}"),
        );
    }

    /// A command in a folder of the workspace, with the tool of this build and quick builds.
    fn prepare(&self, command: &mut Command, folder: &str) {
        for name in FOREIGN_VARIABLES {
            command.env_remove(name);
        }
        command
            .envs(QUICK)
            .env("FC_LOCAL", env!("CARGO_BIN_EXE_fc-local"))
            .env(
                "CARGO_TARGET_DIR",
                Path::new(env!("CARGO_TARGET_TMPDIR")).join("hour"),
            )
            // A session in which no other test's server runs.
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .current_dir(self.path(folder))
            .stdin(Stdio::null());
    }

    fn output(&self, command: &mut Command, folder: &str) -> Output {
        self.prepare(command, folder);
        command.output().expect("the command runs")
    }

    fn run(&self, command: &mut Command, folder: &str) -> Vec<u8> {
        let output = self.output(command, folder);
        assert!(output.status.success(), "{command:?}: {output:?}");
        output.stdout
    }

    fn make(&self, folder: &str, arguments: &[&str]) {
        self.run(Command::new("make").args(arguments), folder);
    }

    /// The page of the guide as it stands: its first dependency and its first program.
    fn a_new_member_speaks_tls(&self) {
        let page = fs::read_to_string(root().join("src/guide/https.md")).expect("the page");
        let block = |begin: &str| {
            let (_, rest) = page.split_once(begin).expect("a block");
            rest.split_once("```").expect("its end").0.to_owned()
        };
        let dependency = block("```toml\n[dependencies]\n");
        self.edit(
            "fetch/Cargo.toml",
            "[dependencies]\n",
            &format!("[dependencies]\n{dependency}"),
        );
        self.write("fetch/src/main.rs", &block("```rust,ignore\n"));
        self.make("fetch", &["package"]);
        let doctor = self.output(fc_local().args(["doctor", "--port=0"]), "fetch");
        let said = text(&doctor.stdout);
        assert!(
            said.contains("C compiler") && said.contains("ring"),
            "{said}"
        );
        assert!(said.contains("static, for x86-64"), "{said}");
        // A server that speaks no TLS is understood to speak none, by a client that has begun to.
        let url = format!("https://{}/", self.project.server.address);
        let called = self.output(fc_local().args(["invoke", "-e", &url]), "fetch");
        let said = text(&called.stdout);
        let refused = "received corrupt message of type InvalidContentType";
        assert!(
            said.contains(refused) && said.contains("ureq::Error"),
            "{called:?}"
        );
    }

    /// `fun deploy` and `fc-local start --template` make the same functions of the same folder.
    fn templates_and_packages_are_as_fun_has_them(&self, clients: &Path) {
        self.write(".funignore", "*.secret\nshop/pkg/drafts\n");
        fs::create_dir(self.path("shop/pkg/drafts")).expect("a folder");
        for file in ["data.json", "a.secret", "drafts/one", ".env"] {
            self.write(&format!("shop/pkg/{file}"), "x");
        }
        self.project.fun_ok(clients, &["deploy", "-y"]);
        let data = self.path("started");
        let template = self.path("template.yml").display().to_string();
        let started = Server::on(&data, &["--template", &template]);
        for (name, variables) in [
            ("first", ["493", "1", "1000", "first"]),
            ("second", ["493", "1", "1000", "second"]),
        ] {
            let by_fun = look_around(&self.project.server, name);
            let by_start = wait_for("the deployment", || look_around(&started, name));
            assert_eq!(by_fun.as_ref(), Some(&by_start));
            assert_eq!(by_start["files"], json!(["bootstrap", "data.json"]));
            assert_eq!(by_start["variables"], json!(variables));
        }
    }

    /// `fc-local` finds the server that runs; what `invoke` prints into a pipe is the result alone.
    fn logs_and_results_are_seen(&self) {
        let logs = self.run(fc_local().args(["logs", "shop/second", "-n", "20"]), "");
        assert!(
            text(&logs).contains("] shop looks around\n"),
            "{}",
            text(&logs)
        );
        let pipe = r#""$FC_LOCAL" invoke --on shop/second -e x | node -e "$0""#;
        let read = self.run(Command::new("sh").args(["-ec", pipe, READER]), "");
        assert_eq!(text(&read), "second\n");
    }

    fn watch_builds_until_nothing_is_new_and_shows_what_happens(&self) {
        // What takes long is built before, because nobody waits for it without a limit later.
        self.run(Command::new("cargo").arg("build"), "shop");
        let (data, said) = (self.path("watched"), self.path("said"));
        let mut watch = fc_local();
        watch.args(["watch", "--port", "0", "--data"]).arg(&data);
        self.prepare(&mut watch, "");
        watch.stderr(fs::File::create(&said).expect("a file"));
        let server = Server::run(watch, &data);
        let said = || fs::read_to_string(&said).expect("its words");
        let ends = |times: usize| {
            wait_for("the watcher to rest", || {
                (said().matches(ENDS).count() == times).then_some(())
            });
        };
        ends(1);
        let answer = look_around(&server, "second").expect("an answer");
        wait_for("the log", || {
            said().contains("\nshop/second | ").then_some(())
        });
        self.logs_and_results_are_seen();
        assert_eq!(
            (&answer["shop"], &answer["variables"][3]),
            (&json!("open"), &json!("second"))
        );
        self.edit("shop/src/main.rs", "\"open\"", "\"closed\"");
        ends(2);
        let answer = look_around(&server, "first").expect("an answer");
        assert_eq!(answer["shop"], "closed", "{}", said());
        assert_eq!(
            said().matches("building: ").count(),
            4,
            "two each time: {}",
            said()
        );
    }
}

/// Prints a field of the JSON that comes in.
const READER: &str = "let text = ''; process.stdin.on('data', more => text += more).on('end', () => \
    console.log(JSON.parse(text).variables[3]))";

/// What a function of the service answers, once it is there.
fn look_around(server: &Server, name: &str) -> Option<Value> {
    let path = format!("/2016-08-15/services/shop/functions/{name}/invocations");
    let reply = server.signed("POST", &path, &[], b"x");
    (reply.status == 200).then(|| reply.json())
}
