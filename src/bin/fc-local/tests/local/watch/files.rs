//! Which files make `fc-local watch` build.

use std::fs;
use std::path::Path;

use super::{BUILD_COMMAND, TEMPLATE, Watch, source};
use crate::support::{fc_local, text, wait_for};

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
    // Had one of those counted, it would be named here, because a burst is named by its first.
    watch.write("src/bootstrap", &source("2"));
    watch.rests(2);
    // A file is watched by its name, so that one that is renamed to it counts.
    let new = folder.path().join("new");
    fs::write(&new, "new").expect("written");
    fs::rename(&new, &extra).expect("renamed");
    watch.rests(3);
    let extra = extra.canonicalize().expect("a path");
    let extra = extra.display().to_string();
    assert_eq!(watch.changed(), ["src/bootstrap", &extra]);
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
fn of_folders_named_target_only_those_that_cargo_makes_are_left_out() {
    let watch = Watch::run(
        BUILD_COMMAND,
        |folder| {
            for inner in ["src/target", "work/target", "work/out", "work/made"] {
                fs::create_dir_all(folder.join(inner)).expect("folder");
            }
            let tag = "Signature: 8a477f597d28d172789f06886806bc55\n\
                # This file is a cache directory tag created by cargo.\n";
            fs::write(folder.join("work/Cargo.toml"), "").expect("written");
            fs::write(folder.join("work/out/CACHEDIR.TAG"), tag).expect("written");
        },
        |command| {
            command
                .args(["--watch", "work"])
                .env("CARGO_TARGET_DIR", "work/made");
        },
    );
    watch.rests(1);
    for build in ["work/target/a", "work/out/a", "work/made/a"] {
        watch.write(build, "");
    }
    // Had one of those counted, it would be named here.
    watch.write("src/target/data", "");
    watch.rests(2);
    watch.write("work/source", "");
    watch.rests(3);
    assert_eq!(watch.changed(), ["src/target/data", "work/source"]);
    assert_eq!(watch.builds(), 3);
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
        said.contains("cannot watch template.yml: ")
            && said.contains("correct --watch or --template"),
        "{said}"
    );
    fs::write(folder.path().join("template.yml"), TEMPLATE).expect("written");
    let said = refusal(folder.path(), &["--watch", "proto"]);
    assert!(said.contains("cannot watch proto: "), "{said}");
}
