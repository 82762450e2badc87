//! Starts that fail; the servers that work are met by every run.

use std::os::unix::process::CommandExt;

use super::*;
use crate::cores::Cores;
use crate::machine::Ports;

fn start(argv: &[&str]) -> Result<Running, Trouble> {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch {
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        folder: folder.path().to_path_buf(),
        errors: folder.path().join("errors"),
        memory_mb: None,
    };
    let cores = Cores::pick().unwrap().seats(1).server;
    Spawner::new()
        .unwrap()
        .start(&launch, &cores, Ports::new().free().unwrap())
}

#[test]
fn a_program_that_ends_is_told_from_one_that_is_slow() {
    let trouble = start(&["/bin/sh", "-c", "exit 3"]).unwrap_err();
    assert_eq!(
        trouble.to_string(),
        "it ended before it listened (exit status: 3)"
    );
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    let trouble = start(&["/no/such/program"]).unwrap_err();
    assert!(
        matches!(trouble, Trouble::Io(ref e) if e.kind() == ErrorKind::NotFound),
        "{trouble}"
    );
}

#[test]
fn a_dropped_server_takes_its_workers_along() {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "sleep 60 & sleep 60"]).process_group(0);
    let server = Server {
        child: command.spawn().unwrap(),
    };
    let pids = loop {
        let pids = server.processes().unwrap();
        if pids.len() == 3 {
            break pids;
        }
        thread::yield_now();
    };
    drop(server);
    // A killed orphan may stay a zombie until its new parent looks; a zombie has no memory.
    while pids.iter().any(|pid| process::memory(&[*pid]).is_ok()) {
        thread::yield_now();
    }
}
