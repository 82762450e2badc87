//! What lies in the data folder and should not: half-written events, damaged packages, old ones, a state that is gone.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use crate::support::{Server, fc_local, function_folder, text, wait_for, zip_of};

/// The files of a folder.
fn files_in(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).expect("folder");
    let names = files.map(|file| text(file.expect("a file").file_name().as_encoded_bytes()));
    names.collect()
}

#[test]
fn an_event_file_that_was_never_finished_is_not_delivered_and_goes() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = Server::on(folder.path(), &[]);
    server.deploy(&json!({}));
    let gate = folder.path().join("gate");
    let event = format!("wait-for {}", gate.display());
    let reply = server.invoke_with(&[("x-fc-invocation-type", "Async")], &event);
    assert_eq!(reply.status, 202);
    wait_for("the event to be at work", || {
        server.log().contains("FC Invoke Start").then_some(())
    });
    server.kill();
    // As if it had been killed while it wrote: all bytes are there, the name is not.
    let accepted = files_in(&folder.path().join("async"));
    let [accepted] = accepted.as_slice() else {
        panic!("one event: {accepted:?}");
    };
    let unfinished = ["async/.tmpAbC123", ".tmpXyZ987"].map(|name| folder.path().join(name));
    for file in &unfinished {
        fs::copy(folder.path().join("async").join(accepted), file).expect("copied");
    }
    fs::write(&gate, "").expect("the gate opens");

    let mut server = Server::on(folder.path(), &[]);
    wait_for("the event to be done", || {
        files_in(&folder.path().join("async"))
            .is_empty()
            .then_some(())
    });
    assert!(unfinished.iter().all(|file| !file.exists()));
    server.stop();
    let tries = server.log().matches("FC Invoke Start").count();
    let server = Server::on(folder.path(), &[]);
    assert_eq!(server.invoke("still here").text(), "still here");
    let again = server.log().matches("FC Invoke Start").count();
    assert_eq!((tries, again), (2, 3), "tries of the event, then one call");
}

/// The one package that lies in a data folder.
fn stored_package(data: &Path) -> std::path::PathBuf {
    let files = files_in(&data.join("code"));
    let [file] = files.as_slice() else {
        panic!("one package: {files:?}");
    };
    data.join("code").join(file)
}

#[test]
fn a_damaged_package_is_named_and_deploying_the_same_bytes_repairs_it() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::on(folder.path(), &[]);
    server.deploy(&json!({}));
    let file = stored_package(folder.path());
    let whole = fs::read(&file).expect("the package");
    let mut flipped = whole.clone();
    flipped[whole.len() / 3] ^= 1;
    let code = json!({"code": {"zipFile": BASE64.encode(&whole)}});
    for damaged in [&flipped[..], &whole[..100], &[]] {
        fs::write(&file, damaged).expect("damaged");
        let reply = server.invoke("x");
        let said = reply.text();
        assert!(
            reply.status >= 400
                && said.contains("is missing or damaged; deploy the function again"),
            "{reply:?}"
        );
        let put = server.api("PUT", "/services/s/functions/f", &code);
        assert_eq!(put.status, 200, "{put:?}");
        assert_eq!(server.invoke("repaired").text(), "repaired");
        assert_eq!(fs::read(&file).expect("the package"), whole);
        // An instance that is there needs no package; the next round must start one.
        let change = json!({"description": damaged.len().to_string()});
        assert_eq!(
            server.api("PUT", "/services/s/functions/f", &change).status,
            200
        );
    }
}

#[test]
fn packages_of_earlier_deployments_do_not_pile_up() {
    let server = Server::start();
    server.deploy(&json!({}));
    let bootstrap = fs::read(function_folder().join("bootstrap")).expect("the test function");
    for deployment in 0..10_u8 {
        let zip = zip_of(&[
            ("bootstrap", &bootstrap, 0o755),
            ("version", &[deployment], 0o644),
        ]);
        let code = json!({"code": {"zipFile": BASE64.encode(zip)}});
        let put = server.api("PUT", "/services/s/functions/f", &code);
        assert_eq!(put.status, 200, "{put:?}");
        let files = files_in(&server.data.join("code"));
        assert!(files.len() <= 2, "this one and the one before: {files:?}");
    }
    assert_eq!(server.invoke("still here").text(), "still here");
}

#[test]
fn a_data_folder_without_its_state_is_moved_aside_and_named() {
    let folder = tempfile::tempdir().expect("folder");
    let mut server = Server::on(folder.path(), &[]);
    server.deploy(&json!({}));
    server.invoke("x");
    server.stop();
    let package = stored_package(folder.path());
    let bytes = fs::read(&package).expect("the package");
    fs::remove_file(folder.path().join("state.json")).expect("removed");

    let heard = tempfile::NamedTempFile::new().expect("a file");
    let mut command = fc_local();
    command.args(["start", "--port", "0", "--data"]);
    command.arg(folder.path());
    command.stderr(heard.reopen().expect("the file"));
    let mut server = Server::run(command, folder.path());
    let none = json!(null);
    assert_eq!(
        server.api("GET", "/services", &none).json()["services"],
        json!([])
    );
    server.deploy(&json!({}));
    server.stop();
    let aside = folder.path().join("aside-1");
    let name = package.file_name().expect("a name");
    let kept = fs::read(aside.join("code").join(name));
    assert_eq!(kept.expect("the package is kept"), bytes);
    assert!(aside.join("logs/s/f.log").exists());
    let said = fs::read_to_string(heard.path()).expect("stderr");
    assert!(
        said.contains(&format!("was moved to {}", aside.display())),
        "{said}"
    );

    // With a state there is nothing to move.
    let server = Server::on(folder.path(), &[]);
    assert_eq!(server.invoke("still here").text(), "still here");
    assert!(!folder.path().join("aside-2").exists());
}

#[test]
fn an_event_whose_package_cannot_be_unpacked_is_given_up_after_its_retries() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Server::on(folder.path(), &[]);
    server.deploy(&json!({}));
    let config = json!({"maxAsyncRetryAttempts": 1});
    let path = "/services/s/functions/f/async-invoke-config";
    assert_eq!(server.api("PUT", path, &config).status, 200);
    fs::write(stored_package(folder.path()), "no zip").expect("damaged");
    let reply = server.invoke_with(&[("x-fc-invocation-type", "Async")], "x");
    assert_eq!(reply.status, 202);
    let log = wait_for("the event to be given up", || {
        Some(server.log()).filter(|log| log.contains("gave up"))
    });
    assert!(log.contains("after 2 failed tries: "), "{log}");
    assert!(log.contains("is missing or damaged"), "{log}");
    wait_for("nothing to be left of it", || {
        files_in(&folder.path().join("async"))
            .is_empty()
            .then_some(())
    });
}
