//! `fc-local watch` with a build that copies a file or fails, so that it is quick and every step can be waited for.

mod cargo;
mod code;
mod debug;
mod files;
mod template;
mod watcher;

use std::fs;

use crate::support::{Server, fc_local, function_folder, process_state, wait_for};
use watcher::{BUILD, BUILD_COMMAND, TEMPLATE, Watch, source};

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
