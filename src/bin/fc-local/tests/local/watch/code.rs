//! `fc-local watch` and functions whose code is a zip file: nobody builds it, and it takes effect when it changes.

use std::fs;
use std::path::Path;

use super::{TEMPLATE, Watch, source};
use crate::support::{Server, fc_local, wait_for, zip_of};

/// A build that fills a folder for all functions, unless the source says that it is broken.
const FOR_ALL: &str =
    "! grep -q BROKEN src/bootstrap && install -D src/bootstrap \"$FC_LOCAL_CODE/bootstrap\"";

/// The template where the code of `s/f` is a zip file.
fn template(zip: &str) -> String {
    TEMPLATE.replacen("./pkg", zip, 1)
}

/// The test function in its own version, as a package.
fn package(version: &str) -> Vec<u8> {
    zip_of(&[("bootstrap", source(version).as_bytes(), 0o755)])
}

/// Saves a package as a whole.
fn write(folder: &Path, name: &str, bytes: &[u8]) {
    let beside = folder.join(".new");
    fs::write(&beside, bytes).expect("written");
    fs::rename(&beside, folder.join(name)).expect("renamed");
}

fn with_package(folder: &Path) {
    fs::write(folder.join("template.yml"), template("./code.zip")).expect("written");
    write(folder, "code.zip", &package("zip 1"));
}

#[test]
fn a_zip_file_that_changes_is_served_without_a_build() {
    let watch = Watch::in_folder(with_package);
    watch.rests(1);
    assert_eq!(watch.version(), "zip 1");
    let said = watch.said();
    assert!(
        said.contains("the code of s/f is ./code.zip as it is: "),
        "{said}"
    );
    write(watch.folder.path(), "code.zip", &package("zip 2"));
    watch.rests(2);
    assert_eq!(watch.version(), "zip 2");
    assert_eq!(
        (watch.builds(), watch.changed()),
        (1, vec!["code.zip".to_owned()])
    );
    let said = watch.said();
    assert!(
        said.contains("serving s/f anew, without a build\n"),
        "{said}"
    );
}

#[test]
fn what_a_build_makes_for_all_is_not_for_a_function_whose_code_is_a_zip_file() {
    let watch = Watch::run(FOR_ALL, with_package, |_| ());
    watch.rests(1);
    assert_eq!(watch.version(), "zip 1");
    write(watch.folder.path(), "code.zip", &package("zip 2"));
    watch.rests(2);
    assert_eq!(watch.version(), "zip 2");
    // The other function goes on with what was built, though pkg is empty.
    let other = watch
        .server
        .request("GET", "/2016-08-15/proxy/s/web/x", &[], b"");
    assert_eq!(other.status, 201, "{other:?}");
}

#[test]
fn a_zip_file_that_is_not_a_package_is_reported_and_the_last_good_one_serves_until_it_is_fixed() {
    let watch = Watch::in_folder(with_package);
    watch.rests(1);
    let without = zip_of(&[("main", b"x", 0o755)]);
    for (round, (bytes, words)) in [
        (
            &b"no zip"[..],
            "s/f has the code ./code.zip: the code package is not a readable zip file: ",
        ),
        (&without, "s/f has no file bootstrap in ./code.zip; "),
    ]
    .into_iter()
    .enumerate()
    {
        write(watch.folder.path(), "code.zip", bytes);
        watch.rests(round + 2);
        let said = watch.said();
        assert!(said.contains(words), "{said}");
        assert_eq!(watch.version(), "zip 1");
    }
    write(watch.folder.path(), "code.zip", &package("zip 2"));
    watch.rests(4);
    assert_eq!((watch.version(), watch.builds()), ("zip 2".to_owned(), 1));
}

#[test]
fn a_zip_file_and_the_template_take_effect_while_the_build_fails() {
    let watch = Watch::run(FOR_ALL, with_package, |_| ());
    watch.rests(1);
    watch.write("src/bootstrap", &source("BROKEN"));
    watch.rests(2);
    write(watch.folder.path(), "code.zip", &package("zip 2"));
    watch.rests(3);
    assert_eq!(watch.version(), "zip 2", "{}", watch.said());
    let with_variable = "Timeout: 30\n        EnvironmentVariables: {COLOUR: blue}";
    let template = template("./code.zip").replace("Timeout: 30", with_variable);
    watch.write("template.yml", &template);
    watch.rests(4);
    assert_eq!(watch.server.invoke("env").json()["COLOUR"], "blue");
}

#[test]
fn a_zip_file_that_the_build_makes_is_served_by_that_build_alone() {
    let watch = Watch::run(
        "sh build.sh && cp next.zip code.zip",
        |folder| {
            with_package(folder);
            write(folder, "next.zip", &package("zip 2"));
        },
        |_| (),
    );
    watch.rests(1);
    assert_eq!(watch.version(), "zip 2");
    write(watch.folder.path(), "next.zip", &package("zip 3"));
    watch.write("src/bootstrap", &source("2"));
    watch.rests(2);
    assert_eq!(watch.version(), "zip 3");
    // Had the build's own file counted as a change, it would be named here.
    watch.write("src/bootstrap", &source("3"));
    watch.rests(3);
    assert_eq!(watch.changed(), ["src/bootstrap", "src/bootstrap"]);
}

#[test]
fn a_zip_file_that_comes_later_in_a_folder_that_was_not_there_is_served() {
    let watch = Watch::in_folder(|folder| {
        fs::write(folder.join("template.yml"), template("dist/code.zip")).expect("written");
    });
    watch.rests(1);
    let said = watch.said();
    assert!(
        said.contains("s/f has code that cannot be read, dist/code.zip: No such file")
            && said.contains("; nothing new is served until you fix it\n"),
        "{said}"
    );
    fs::create_dir(watch.at("made")).expect("folder");
    write(&watch.at("made"), "code.zip", &package("zip 1"));
    fs::rename(watch.at("made"), watch.at("dist")).expect("renamed");
    watch.rests(2);
    assert_eq!(watch.version(), "zip 1");
    write(&watch.at("dist"), "code.zip", &package("zip 2"));
    watch.rests(3);
    assert_eq!((watch.version(), watch.builds()), ("zip 2".to_owned(), 1));
}

#[test]
fn a_server_may_start_with_a_zip_file_deployed() {
    let folder = tempfile::tempdir().expect("folder");
    let template = TEMPLATE.replace("./pkg", "./code.zip");
    fs::write(folder.path().join("template.yml"), template).expect("written");
    write(folder.path(), "code.zip", &package("zip 1"));
    let data = folder.path().join("data");
    let mut command = fc_local();
    command
        .args(["start", "--port", "0", "--template"])
        .arg(folder.path().join("template.yml"))
        .arg("--data")
        .arg(&data);
    let server = Server::run(command, &data);
    let answer = wait_for("the deployment", || {
        Some(server.invoke("version")).filter(|reply| reply.status == 200)
    });
    assert_eq!(answer.text(), "zip 1");
}
