//! `fc-local watch` with a build that copies a file or fails, so that it is quick and every step can be waited for.

mod cargo;
mod code;
mod debug;
mod files;
mod template;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::{Server, fc_local, function_folder, process_state, wait_for};

/// Copies the source, unless the source says that it is broken; a gate lets a test hold it while it runs.
const BUILD: &str = r#"#!/bin/sh
echo build >>builds
while [ -e gate ]; do sleep 0.01; done
if grep -q BROKEN src/bootstrap; then echo "error[E0425]: cannot find value BROKEN" >&2; exit 101; fi
mkdir -p pkg && cp src/bootstrap pkg/bootstrap && chmod 755 pkg/bootstrap
"#;

const BUILD_COMMAND: &str = "sh build.sh";

const TEMPLATE: &str = r"
Resources:
  s:
    Type: 'Aliyun::Serverless::Service'
    f:
      Type: 'Aliyun::Serverless::Function'
      Properties:
        Runtime: custom
        CodeUri: ./pkg
        Handler: index.handler
        Timeout: 30
    web:
      Type: 'Aliyun::Serverless::Function'
      Properties: {Runtime: custom, CodeUri: ./pkg, Handler: index.handler, EnvironmentVariables: {NUMBER: 1}}
      Events: {t: {Type: HTTP, Properties: {AuthType: ANONYMOUS, Methods: [GET]}}}
  d:
    Type: 'Aliyun::Serverless::CustomDomain'
    Properties: {DomainName: web.example.test, Protocol: HTTP, RouteConfig: {Routes: {'/*': {ServiceName: s, FunctionName: web}}}}
";

/// A project folder, watched.
struct Watch {
    server: Server,
    folder: tempfile::TempDir,
}

impl Watch {
    fn start() -> Self {
        Self::with(&[])
    }

    fn with(arguments: &[&str]) -> Self {
        Self::run(
            BUILD_COMMAND,
            |_| (),
            |command| {
                command.args(arguments);
            },
        )
    }

    /// Starts in a folder that is not quite that of the others.
    fn in_folder(prepare: impl FnOnce(&Path)) -> Self {
        Self::run(BUILD_COMMAND, prepare, |_| ())
    }

    fn run(build: &str, prepare: impl FnOnce(&Path), change: impl FnOnce(&mut Command)) -> Self {
        let prepare = |folder: &Path| {
            let at = |name: &str| folder.join(name);
            fs::create_dir(at("src")).expect("src");
            fs::write(at("build.sh"), BUILD).expect("written");
            fs::write(at("template.yml"), TEMPLATE).expect("written");
            fs::write(at("src/bootstrap"), source("1")).expect("written");
            prepare(folder);
        };
        Self::begin(prepare, |command| {
            command.args(["--build", build]);
            change(command);
        })
    }

    /// Starts in the folder `work`, whose functions cargo builds.
    fn of_cargo(prepare: impl FnOnce(&Path)) -> Self {
        Self::of_cargo_with(&[], prepare)
    }

    fn of_cargo_with(arguments: &[&str], prepare: impl FnOnce(&Path)) -> Self {
        Self::begin(prepare, |command| {
            let work = command.get_current_dir().expect("a folder").join("work");
            command.args(arguments).current_dir(work);
        })
    }

    fn begin(prepare: impl FnOnce(&Path), change: impl FnOnce(&mut Command)) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        prepare(folder.path());
        let said = fs::File::create(at("said")).expect("a file");
        let mut command = fc_local();
        command
            .args(["watch", "--port", "0", "--data"])
            .arg(at("data"))
            .current_dir(folder.path())
            .env_remove("CARGO_TARGET_DIR")
            .stdin(Stdio::null())
            .stderr(said);
        change(&mut command);
        let server = Server::run(command, &at("data"));
        Self { server, folder }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Saves a file as a whole, so that it is one change: half of it is never built, nor is it built twice.
    fn write(&self, name: &str, content: &str) {
        let beside = self.at(".new");
        fs::write(&beside, content).expect("written");
        fs::rename(&beside, self.at(name)).expect("renamed");
    }

    fn said(&self) -> String {
        fs::read_to_string(self.at("said")).expect("its words")
    }

    /// Waits until so many builds are over.
    fn rests(&self, times: usize) {
        wait_for("the watcher to rest", || {
            (self.said().matches("waiting for changes\n").count() >= times).then_some(())
        });
    }

    /// How many builds were begun.
    fn builds(&self) -> usize {
        fs::read_to_string(self.at("builds"))
            .unwrap_or_default()
            .lines()
            .count()
    }

    /// Waits until it has said something.
    fn says(&self, what: &str) {
        wait_for(what, || self.said().contains(what).then_some(()));
    }

    /// Waits until it has said something so many times.
    fn says_times(&self, what: &str, times: usize) {
        wait_for(what, || {
            (self.said().matches(what).count() >= times).then_some(())
        });
    }

    /// What it has named as changed, in its own words.
    fn changed(&self) -> Vec<String> {
        let said = self.said();
        let lines = said
            .lines()
            .filter_map(|line| line.strip_prefix("fc-local: ")?.strip_suffix(" changed"));
        lines.map(str::to_owned).collect()
    }

    /// How many packages are stored.
    fn packages(&self) -> usize {
        fs::read_dir(self.at("data/code"))
            .expect("the packages")
            .count()
    }

    fn version(&self) -> String {
        self.server.invoke("version").text()
    }
}

/// The test function in its own version.
fn source(version: &str) -> String {
    let source =
        fs::read_to_string(function_folder().join("bootstrap")).expect("the test function");
    source.replace("VERSION = \"1\"", &format!("VERSION = \"{version}\""))
}

#[test]
fn a_broken_build_is_shown_and_the_last_good_one_serves_until_it_is_fixed() {
    let watch = Watch::start();
    watch.rests(1);
    assert_eq!(watch.version(), "1");

    watch.write("src/bootstrap", &source("2 BROKEN"));
    watch.rests(2);
    let said = watch.said();
    assert!(
        said.contains("\nerror[E0425]: cannot find value BROKEN\n"),
        "{said}"
    );
    assert!(
        said.contains(
            "the build failed (exit status: 101), see above; the last good build goes on serving\n"
        ),
        "{said}"
    );
    assert_eq!(watch.version(), "1");

    watch.write("src/bootstrap", &source("3"));
    watch.rests(3);
    assert_eq!(watch.version(), "3", "at the same address");
    let said = watch.said();
    assert!(
        said.contains("fc-local: serving the new build of s/f, s/web, built in "),
        "{said}"
    );
    assert_eq!(watch.builds(), 3);
}

#[test]
fn a_call_in_flight_is_finished_by_the_instance_that_has_it() {
    let watch = Watch::start();
    watch.rests(1);
    let (gate, started) = (watch.at("call-gate"), watch.at("call-started"));
    let event = format!("signal-and-wait {} {}", started.display(), gate.display());
    std::thread::scope(|scope| {
        let call = scope.spawn(|| watch.server.invoke(&event));
        wait_for("the call to begin", || started.exists().then_some(()));
        watch.write("src/bootstrap", &source("2"));
        watch.rests(2);
        assert_eq!(
            watch.version(),
            "2",
            "while the old instance still has a call"
        );
        fs::write(&gate, "").expect("opened");
        assert_eq!(call.join().expect("answered").text(), "waited in version 1");
    });
}

#[test]
fn http_functions_and_domains_of_the_template_are_served_and_named() {
    let watch = Watch::start();
    watch.rests(1);
    let by_domain = watch.server.by_domain("GET", "/x", &[], b"");
    let by_proxy = watch
        .server
        .request("GET", "/2016-08-15/proxy/s/web/x", &[], b"");
    assert_eq!(
        (by_domain.status, by_proxy.status),
        (201, 201),
        "{by_domain:?} {by_proxy:?}"
    );
    let said = watch.said();
    let address = &watch.server.address;
    assert!(
        said.contains(&format!(
            "s/web answers http://{address}/2016-08-15/proxy/s/web/\n"
        )),
        "{said}"
    );
    assert!(
        said.contains("s/f takes events: fc-local invoke --on s/f --server-data "),
        "{said}"
    );
}

#[test]
fn old_packages_do_not_fill_the_data_folder() {
    let watch = Watch::start();
    watch.rests(1);
    for version in 2..8 {
        watch.write("src/bootstrap", &source(&version.to_string()));
        watch.rests(version);
    }
    assert_eq!(
        (watch.packages(), watch.version()),
        (2, "7".to_owned()),
        "the one that serves, and the one before"
    );
}

#[test]
fn a_watcher_that_is_stopped_takes_its_build_with_it() {
    let mut watch = Watch::start();
    watch.rests(1);
    watch.write("gate", "");
    watch.write("build.sh", &BUILD.replace("while", "echo $$ >pid\nwhile"));
    watch.write("src/bootstrap", &source("2"));
    let pid = wait_for("the build", || {
        fs::read_to_string(watch.at("pid"))
            .ok()?
            .trim()
            .parse()
            .ok()
    });
    watch.server.stop();
    wait_for("the build to end", || {
        process_state(pid)
            .is_none_or(|state| state == 'Z')
            .then_some(())
    });
}

#[test]
fn a_build_may_fill_its_own_folder_for_all_functions() {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(
        folder.path().join("template.yml"),
        TEMPLATE.replace("./pkg", "./nowhere"),
    )
    .expect("written");
    let build = format!(
        "install -D '{}/bootstrap' \"$FC_LOCAL_CODE/bootstrap\"",
        function_folder().display()
    );
    let data = folder.path().join("data");
    let said = folder.path().join("said");
    let mut command = fc_local();
    command
        .args(["watch", "--port", "0", "--build", &build, "--data"])
        .arg(&data)
        .current_dir(folder.path())
        .stderr(fs::File::create(&said).expect("a file"));
    let server = Server::run(command, &data);
    wait_for("the build", || {
        fs::read_to_string(&said)
            .ok()?
            .contains("waiting for changes")
            .then_some(())
    });
    assert_eq!(server.invoke("version").text(), "1");
}
