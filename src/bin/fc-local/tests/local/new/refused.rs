//! Projects that cannot be made.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use super::new_in;
use crate::support::text;

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let names = entries.map(|entry| {
        entry
            .expect("an entry")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    names.collect()
}

fn assert_refused(output: &Output, words: &str) {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains(words), "{words:?} is not in {said:?}");
    assert_eq!(output.stdout, b"");
}

#[test]
fn a_folder_with_something_in_it_is_left_as_it_is_and_an_empty_one_is_taken() {
    let folder = tempfile::tempdir().expect("folder");
    fs::create_dir(folder.path().join("full")).expect("full");
    fs::write(folder.path().join("full/.keep"), "mine").expect("written");
    fs::write(folder.path().join("file"), "mine").expect("written");
    fs::create_dir(folder.path().join("empty")).expect("empty");
    for taken in ["full", "file"] {
        let refused = new_in(folder.path(), &[taken]);
        assert_refused(
            &refused,
            &format!("{taken} already exists and is not empty: choose another name"),
        );
    }
    assert_eq!(
        fs::read_to_string(folder.path().join("file")).expect("kept"),
        "mine"
    );
    assert_eq!(names_in(&folder.path().join("full")), [".keep"]);
    assert!(new_in(folder.path(), &["empty"]).status.success());
    assert!(folder.path().join("empty/src/main.rs").exists());
    assert_eq!(
        names_in(folder.path()).len(),
        3,
        "nothing else is left: {:?}",
        names_in(folder.path())
    );
}

#[test]
fn what_cannot_be_made_leaves_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    assert_refused(
        &new_in(folder.path(), &["1st"]),
        "the name '1st' is not valid: it has 1 to 128 letters",
    );
    assert_refused(
        &new_in(folder.path(), &["a/b"]),
        "the name 'a/b' is not valid",
    );
    assert_refused(
        &new_in(folder.path(), &["match"]),
        "is a word of Rust itself",
    );
    let elsewhere = new_in(folder.path(), &["hello", "--path", "."]);
    assert_refused(
        &elsewhere,
        "--path . is not a clone of fc-runtime: no Cargo.toml of the package fc-runtime lies in it",
    );
    // Files may not grow over 512 bytes: as on a full disk.
    let script = "trap '' XFSZ; ulimit -f 1; exec \"$0\" new hello";
    let mut full = Command::new("sh");
    full.args(["-c", script, env!("CARGO_BIN_EXE_fc-local")])
        .current_dir(folder.path());
    assert_refused(&full.output().expect("sh runs"), "cannot write hello/");
    assert_eq!(names_in(folder.path()), Vec::<String>::new());
}
