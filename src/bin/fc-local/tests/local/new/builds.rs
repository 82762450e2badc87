//! New projects that are built, tested, run and served, as their Makefile and their CI do it.

use std::path::Path;
use std::process::Command;
use std::sync::PoisonError;

use super::{BUILDING, Project};
use crate::support::{Server, root, text, wait_for};

#[test]
fn a_new_event_project_tests_runs_and_is_watched() {
    let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let project = Project::new("hello-event", &[]);
    assert!(
        project
            .made(&["test"])
            .contains("test result: ok. 2 passed")
    );

    let run = project.make(&["run"]).output().expect("make runs");
    assert_eq!(text(&run.stdout), "Hello World!", "{run:?}");
    let said = text(&run.stderr);
    assert!(
        said.contains("pkg/bootstrap: ") && said.contains(" compressed\n"),
        "{said}"
    );
    let shown = project.made(&["run", "EVENT=you & $(me)"]);
    assert_eq!(shown, "Hello you & $(me)!");
    let shown = project.made(&["run", "EXAMPLE=timer"]);
    assert!(shown.starts_with("Hello {\"triggerTime\""), "{shown}");
    let mut check = Command::new("sh");
    check
        .arg(root().join("musl/check-package.sh"))
        .arg(project.path("pkg/bootstrap"));
    let checked = check.output().expect("sh runs");
    assert!(checked.status.success(), "{checked:?}");

    let data = project.path("target/fc-local");
    let _watch = Server::run(project.make(&["watch", "PORT=0"]), &data);
    wait_for("the function to be served", || {
        let invoked = project
            .make(&["invoke", "EVENT=Ferris"])
            .output()
            .expect("make runs");
        text(&invoked.stdout)
            .ends_with("Hello Ferris!")
            .then_some(())
    });
    let log = project.made(&["logs"]);
    assert!(log.contains(" an event of 6 bytes"), "{log}");
}

#[test]
fn the_ci_of_a_new_project_passes_as_it_was_made() {
    let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let project = Project::new("hello-ci", &[]);
    let workflow = project.yaml(".github/workflows/ci.yml");
    let steps = workflow["jobs"]["function"]["steps"]
        .as_vec()
        .expect("steps");
    let commands = steps.iter().filter_map(|step| step["run"].as_str());
    // The tools that `make` would install are there already, and would ask the network.
    let commands: Vec<_> = commands
        .filter(|command| !command.starts_with("rustup "))
        .collect();
    assert_eq!(commands.len(), 5, "{commands:?}");
    for command in commands {
        let ran = project.run(Command::new("sh").args(["-ec", command]));
        assert!(ran.status.success(), "{command}: {ran:?}");
    }
    assert!(project.path("package.zip").exists());
}

/// The server of `make local` with a template, once `make invoke` gets an answer of its function.
fn served(project: &Project, data: &Path, template: &str) -> Server {
    let server = Server::run(project.make(&["local", "PORT=0", template]), data);
    let (_, port) = server.address.rsplit_once(':').expect("a port");
    let (url, port) = ("URL=/hello/Ferris'$s?{a,b}", format!("PORT={port}"));
    wait_for("the function to be served", || {
        let invoke = project.make(&["invoke", url, &port, template]).output();
        text(&invoke.expect("make runs").stdout)
            .ends_with("\r\n\r\nHello Ferris'$s!")
            .then_some(())
    });
    server
}

#[test]
fn a_new_http_project_tests_runs_and_is_served() {
    let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let project = Project::new("hello_http", &["--http"]);
    assert!(
        project
            .made(&["test"])
            .contains("test result: ok. 2 passed")
    );
    let shown = project.made(&["run", "URL=/hello/y'all$me?a=1&b"]);
    assert_eq!(shown, "Hello y'all$me!");

    let refused = project
        .make(&["run", "URL=/none"])
        .output()
        .expect("make runs");
    assert!(!refused.status.success(), "{refused:?}");

    let data = project.path("target/fc-local");
    drop(served(&project, &data, "TEMPLATE=s.yaml"));
    let log = project.made(&["logs", "TEMPLATE=s.yaml"]);
    assert!(log.contains("FC Invoke Start RequestId"), "{log}");
    let server = served(&project, &data, "TEMPLATE=template.yml");
    let (_, port) = server.address.rsplit_once(':').expect("a port");
    let port = format!("PORT={port}");
    let none = project.make(&["invoke", &port, "URL=/none"]).output();
    let none = none.expect("make runs");
    let said = text(&none.stdout);
    assert!(
        said.ends_with("there is no GET /none\n") && !none.status.success(),
        "{none:?}"
    );
    let target = "/2016-08-15/proxy/hello_http/hello_http/hello/Ferris";
    let head = server.request("HEAD", target, &[], b"");
    assert_eq!(
        (head.status, head.header("content-length"), head.body.len()),
        (200, "13", 0)
    );
}

#[test]
fn a_new_mcp_server_tests_runs_and_is_called() {
    let _building = BUILDING.lock().unwrap_or_else(PoisonError::into_inner);
    let project = Project::new("hello-mcp", &["--mcp"]);
    assert!(
        project
            .made(&["test"])
            .contains("test result: ok. 2 passed")
    );
    let shown = project.made(&["run"]);
    assert!(shown.contains(r#""text":"Hello World!""#), "{shown}");
    let listed = project.made(&[
        "run",
        r#"CALL={"jsonrpc":"2.0","id":"$$","method":"tools/list"}"#,
    ]);
    assert!(
        listed.contains(r#""id":"$$""#) && listed.contains(r#""name":"count""#),
        "{listed}"
    );
    let refused = project
        .make(&["run", "CALL={"])
        .output()
        .expect("make runs");
    assert!(
        text(&refused.stdout).contains("-32700") && !refused.status.success(),
        "{refused:?}"
    );
    // Nobody listens on port 1.
    let alone = project
        .make(&["invoke", "PORT=1"])
        .output()
        .expect("make runs");
    let said = text(&alone.stderr);
    assert!(
        said.contains("no server listens on port 1: start one by 'make local' or 'make watch'")
            && !alone.status.success(),
        "{alone:?}"
    );
    let checked = project.made(&["check"]);
    assert!(
        checked.ends_with("\nno must row fails\n") && checked.contains(", 0 unclear\n"),
        "{checked}"
    );

    let data = project.path("target/fc-local");
    let server = Server::run(project.make(&["local", "PORT=0"]), &data);
    let (_, port) = server.address.rsplit_once(':').expect("a port");
    let port = format!("PORT={port}");
    wait_for("the server to be served", || {
        let invoked = project
            .make(&["invoke", &port])
            .output()
            .expect("make runs");
        text(&invoked.stdout)
            .contains(r#""text":"Hello World!""#)
            .then_some(())
    });
}
