//! Where the logs of functions are seen: on stderr as they come, and by `fc-local logs`, which finds the server that runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::json;

use crate::support::{Server, fc_local, text, wait_for};

/// A separate session, in which no other test's server runs.
struct Session(tempfile::TempDir);

impl Session {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("folder"))
    }

    fn path(&self, inner: &str) -> PathBuf {
        self.0.path().join(inner)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = fc_local();
        command
            .args(arguments)
            .current_dir(self.0.path())
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("HOME", self.path("home"))
            .env_remove("XDG_DATA_HOME")
            .env_remove("FC_LOCAL_DATA");
        command
    }

    /// A server whose data lie in a folder of the session; what it says comes into a file.
    fn serve(&self, name: &str, more: &[&str]) -> Server {
        let data = self.path(name);
        let said = fs::File::create(self.path(&format!("{name}.said"))).expect("a file");
        let mut command = self.command(&["start", "--port", "0", "--data", name]);
        command.args(more).stderr(said);
        let server = Server::run(command, &data);
        server.deploy(&json!({}));
        server
    }

    fn said(&self, name: &str) -> String {
        fs::read_to_string(self.path(&format!("{name}.said"))).expect("a file")
    }

    fn logs_in(&self, folder: &Path, arguments: &[&str]) -> Output {
        let mut command = self.command(&["logs"]);
        command.args(arguments).current_dir(folder);
        command.output().expect("fc-local runs")
    }
}

#[test]
fn logs_are_shown_as_they_come_unless_that_is_switched_off() {
    let session = Session::new();
    let server = session.serve("a", &[]);
    server.invoke("log hello");
    wait_for("the line to be shown", || {
        session.said("a").contains("\ns/f | hello\n").then_some(())
    });
    let mut quiet = session.serve("b", &["--no-logs"]);
    quiet.invoke("log hello");
    quiet.stop();
    let said = session.said("b");
    assert!(!said.contains("hello"), "{said}");
}

#[test]
fn a_start_says_how_what_is_deployed_is_reached() {
    let session = Session::new();
    let mut server = session.serve("a", &[]);
    server.add_trigger("anonymous", &["GET"]);
    let routes = json!([{"path": "/*", "serviceName": "s", "functionName": "f"}]);
    let domain = json!({"domainName": "web.localhost", "protocol": "HTTP", "routeConfig": {"routes": routes}});
    assert_eq!(server.api("POST", "/custom-domains", &domain).status, 201);
    let domain =
        json!({"domainName": "none.localhost", "protocol": "HTTP", "routeConfig": {"routes": []}});
    assert_eq!(server.api("POST", "/custom-domains", &domain).status, 201);
    server.stop();
    let said = fs::File::create(session.path("a.said")).expect("a file");
    let mut command = session.command(&["start", "--port", "0", "--data", "a"]);
    command.stderr(said);
    let server = Server::run(command, &session.path("a"));
    let (address, port) = (
        &server.address,
        server.address.rsplit(':').next().expect("a port"),
    );
    wait_for("the addresses", || {
        let said = session.said("a");
        let all = [
            format!("s/f answers http://{address}/2016-08-15/proxy/s/f/\n"),
            format!("web.localhost answers too: http://web.localhost:{port}/\n"),
            "none.localhost has no route, so it serves nothing\n".to_owned(),
        ];
        all.iter().all(|line| said.contains(line)).then_some(())
    });
    assert!(!session.said("a").contains("a browser downloads"));
    let host = format!("web.localhost:{port}");
    let shown = server.request("GET", "/x", &[("Host", &host)], b"");
    assert_eq!(
        (shown.status, shown.header("content-disposition")),
        (201, "")
    );
}

#[test]
fn the_last_lines_are_shown_before_the_server_ends() {
    let session = Session::new();
    let mut server = session.serve("a", &[]);
    let change = json!({"instanceLifecycleConfig": {"preStop": {"handler": "index.preStop"}}});
    assert_eq!(
        server.api("PUT", "/services/s/functions/f", &change).status,
        200
    );
    server.invoke("x");
    server.stop();
    let said = session.said("a");
    assert!(
        said.contains("\ns/f | FC PreStop End RequestId: "),
        "{said}"
    );
}

#[test]
fn logs_finds_the_server_that_runs_and_says_where_it_looked() {
    let session = Session::new();
    let elsewhere = session.path("elsewhere");
    fs::create_dir(&elsewhere).expect("folder");
    let mut first = session.serve("first", &[]);
    first.invoke("log of the first");
    let shown = session.logs_in(&elsewhere, &["f"]);
    assert!(
        text(&shown.stdout).contains("\nof the first\n"),
        "{shown:?}"
    );
    let listed = session.command(&["list"]).output().expect("fc-local runs");
    assert!(
        text(&listed.stdout).starts_with("service   s\n"),
        "{listed:?}"
    );

    let mut fire = session.command(&["fire", "f", "none"]);
    let fired = fire.output().expect("fc-local runs");
    let refusal = "the running server says: s/f has no timer\n";
    assert!(text(&fired.stderr).contains(refusal), "{fired:?}");

    let sessions = session.command(&["sessions"]).output();
    let sessions = sessions.expect("fc-local runs");
    let none = "no request or call has begun a session\n";
    assert_eq!(text(&sessions.stdout), none, "{sessions:?}");
    let sessions = session.command(&["sessions", "f"]).output();
    let of_it = "no request or call has begun a session of s/f\n";
    assert_eq!(text(&sessions.expect("fc-local runs").stdout), of_it);
    let unknown = session
        .command(&["sessions", "--later=1h", "nobody"])
        .output();
    let unknown = unknown.expect("fc-local runs");
    assert_eq!(
        (text(&unknown.stdout), unknown.status.code()),
        (String::new(), Some(1)),
        "{unknown:?}"
    );
    assert!(
        text(&unknown.stderr).contains("; the data folder is "),
        "{unknown:?}"
    );

    let (a, b) = (session.path("first"), session.path("second"));
    let second = session.serve("second", &[]);
    second.invoke("log of the second");
    let refused = session.logs_in(&elsewhere, &["f"]);
    let both = format!(
        "several fc-local run; name the data folder of one with --data (for invoke: --server-data): {}, {}",
        a.display(),
        b.display()
    );
    assert!(text(&refused.stderr).contains(&both), "{refused:?}");
    // Where the data of one of them lie below the current folder, that one is meant.
    let nearer = session.logs_in(&b, &["f"]);
    assert!(
        text(&nearer.stdout).contains("\nof the second\n"),
        "{nearer:?}"
    );
    let unknown = session.logs_in(&b, &["nobody"]);
    let looked = format!("; the data folder is {}", b.display());
    assert!(text(&unknown.stderr).contains(&looked), "{unknown:?}");

    // Of a server that was killed only its entry is left, which counts for nothing.
    first.kill();
    let shown = session.logs_in(&elsewhere, &["f"]);
    assert!(
        text(&shown.stdout).contains("\nof the second\n"),
        "{shown:?}"
    );
    drop(second);
    let none = session.logs_in(&elsewhere, &["f"]);
    let looked = format!(
        "; the data folder is {}",
        session.path("home/.local/share/fc-local").display()
    );
    assert!(text(&none.stderr).contains(&looked), "{none:?}");
}

#[test]
fn no_lines_are_none_and_a_function_without_a_log_says_so() {
    let session = Session::new();
    let server = session.serve("a", &[]);
    let said = text(&session.logs_in(session.0.path(), &["f"]).stderr);
    assert!(
        said.contains("s/f has logged nothing: there is no "),
        "{said}"
    );
    server.invoke("log hello");
    let none = session.logs_in(session.0.path(), &["f", "-n", "0"]);
    assert!(none.status.success() && none.stdout.is_empty(), "{none:?}");
}
