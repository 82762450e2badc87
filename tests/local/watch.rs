//! `fc-local watch` with a build that copies a file or fails, so that it is quick and every step can be waited for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::support::{Server, fc_local, function_folder, process_state, text, wait_for};

/// Copies the source, unless the source says that it is broken; a gate lets a test hold it while it runs.
const BUILD: &str = r#"#!/bin/sh
echo build >>builds
while [ -e gate ]; do sleep 0.01; done
if grep -q BROKEN src/bootstrap; then echo "error[E0425]: cannot find value BROKEN" >&2; exit 101; fi
mkdir -p pkg && cp src/bootstrap pkg/bootstrap && chmod 755 pkg/bootstrap
"#;

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
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("src")).expect("src");
        fs::write(at("build.sh"), BUILD).expect("written");
        fs::write(at("template.yml"), TEMPLATE).expect("written");
        fs::write(at("src/bootstrap"), source("1")).expect("written");
        let said = fs::File::create(at("said")).expect("a file");
        let mut command = fc_local();
        command
            .args(["watch", "--port", "0", "--build", "sh build.sh", "--data"])
            .arg(at("data"))
            .args(arguments)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stderr(said);
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

    fn version(&self) -> String {
        self.server.invoke("version").text()
    }
}

/// The test function in a version of its own.
fn source(version: &str) -> String {
    let source =
        fs::read_to_string(function_folder().join("bootstrap")).expect("the test function");
    source.replace("VERSION = \"1\"", &format!("VERSION = \"{version}\""))
}

#[test]
fn a_broken_build_is_shown_and_the_last_good_one_serves_until_it_is_mended() {
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
fn http_functions_and_domains_of_the_template_are_served_and_told() {
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
fn a_burst_of_saves_during_a_build_makes_one_more_build() {
    let watch = Watch::start();
    watch.rests(1);
    watch.write("gate", "");
    watch.write("src/bootstrap", &source("2"));
    wait_for("the second build", || (watch.builds() == 2).then_some(()));
    for number in 0..50 {
        watch.write("src/bootstrap", &source(&format!("3.{number}")));
    }
    fs::remove_file(watch.at("gate")).expect("opened");
    watch.rests(3);
    assert_eq!(watch.version(), "3.49");
    // Had the burst made more builds, this change would not be that of the fourth.
    watch.write("src/bootstrap", &source("4"));
    watch.rests(4);
    assert_eq!((watch.version(), watch.builds()), ("4".to_owned(), 4));
}

#[test]
fn only_sources_and_what_is_named_make_a_build() {
    let folder = tempfile::tempdir().expect("folder");
    let extra = folder.path().join("extra");
    fs::write(&extra, "").expect("written");
    let watch = Watch::with(&["--watch", &extra.to_string_lossy()]);
    watch.rests(1);
    fs::create_dir_all(watch.at("target/debug")).expect("target");
    for ignored in [
        "README.md",
        "Cargo.lock",
        "target/debug/x",
        "src/.bootstrap.swp",
        "src/bootstrap~",
    ] {
        watch.write(ignored, "");
    }
    // Had one of those counted, it would be named here, for a burst is named by its first.
    watch.write("src/bootstrap", &source("2"));
    watch.rests(2);
    // A file is watched by its name, so that one that is renamed to it counts.
    let new = folder.path().join("new");
    fs::write(&new, "new").expect("written");
    fs::rename(&new, &extra).expect("renamed");
    watch.rests(3);
    let said = watch.said();
    let changed: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_suffix(" changed"))
        .collect();
    let extra = extra.canonicalize().expect("a path");
    let extra = format!("fc-local: {}", extra.display());
    assert_eq!(changed, ["fc-local: src/bootstrap", &extra]);
}

#[test]
fn a_folder_that_is_replaced_by_another_is_still_watched() {
    let watch = Watch::start();
    watch.rests(1);
    fs::rename(watch.at("src"), watch.at("old")).expect("renamed");
    fs::create_dir(watch.at("src")).expect("src");
    watch.write("src/bootstrap", &source("2"));
    watch.rests(2);
    watch.write("src/bootstrap", &source("3"));
    wait_for("the build of the new folder", || {
        (watch.version() == "3").then_some(())
    });
}

#[test]
fn a_changed_template_is_deployed_and_a_wrong_one_changes_nothing() {
    let watch = Watch::start();
    watch.rests(1);
    watch.write(
        "template.yml",
        &TEMPLATE.replace("Timeout: 30", "Timeout: 0"),
    );
    watch.rests(2);
    let said = watch.said();
    assert!(
        said.contains(
            "s/f: timeout is 0, not a number from 1 to 86400; the last good build goes on serving\n"
        ),
        "{said}"
    );
    watch.write("template.yml", "Resources: [");
    watch.rests(3);
    assert!(
        watch.said().contains("template.yml is no YAML: "),
        "{}",
        watch.said()
    );
    assert_eq!(watch.version(), "1");
    let with_variable = TEMPLATE.replace(
        "Timeout: 30",
        "Timeout: 30\n        EnvironmentVariables: {COLOUR: blue}",
    );
    watch.write("template.yml", &with_variable);
    watch.rests(4);
    assert_eq!(watch.server.invoke("env").json()["COLOUR"], "blue");
    assert!(
        watch.said().contains("serving the new build of s/f, built"),
        "s/web has not changed: {}",
        watch.said()
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
    let kept = fs::read_dir(watch.at("data/code"))
        .expect("the packages")
        .count();
    assert_eq!(
        (kept, watch.version()),
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
fn a_build_may_fill_a_folder_of_its_own_for_all_functions() {
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

fn refusal(folder: &Path, arguments: &[&str]) -> String {
    let output = fc_local()
        .args(["watch", "--port", "0", "--build", "true", "--data"])
        .arg(folder.join("data"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("fc-local runs");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    text(&output.stderr)
}

#[test]
fn what_cannot_be_watched_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let said = refusal(folder.path(), &[]);
    assert!(
        said.contains("cannot watch template.yml: ") && said.contains("mend --watch or --template"),
        "{said}"
    );
    fs::write(folder.path().join("template.yml"), TEMPLATE).expect("written");
    let said = refusal(folder.path(), &["--watch", "proto"]);
    assert!(said.contains("cannot watch proto: "), "{said}");
}

#[test]
fn a_server_may_start_with_a_template_deployed() {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join("template.yml"), TEMPLATE).expect("written");
    let start = || {
        let mut command = fc_local();
        command
            .args(["start", "--port", "0", "--template"])
            .arg(folder.path().join("template.yml"))
            .arg("--data")
            .arg(folder.path().join("data"));
        command
    };
    let output = start().output().expect("fc-local runs");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(
        said.contains("s/f has no file bootstrap in ")
            && said.contains("build it there, or mend its CodeUri"),
        "{said}"
    );
    fs::create_dir(folder.path().join("pkg")).expect("pkg");
    fs::copy(
        function_folder().join("bootstrap"),
        folder.path().join("pkg/bootstrap"),
    )
    .expect("copied");
    let server = Server::run(start(), &folder.path().join("data"));
    let answer = wait_for("the deployment", || {
        Some(server.invoke("version")).filter(|reply| reply.status == 200)
    });
    assert_eq!(answer.text(), "1");
}
