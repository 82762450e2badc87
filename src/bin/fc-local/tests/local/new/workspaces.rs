//! New projects in a folder with `[workspace]`: they become members as cargo wants it, and build where it builds.

use std::fs;
use std::path::Path;

use super::{BUILDING, Project, new_in};
use crate::support::{root, text};

fn workspace(manifest: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    fs::write(folder.path().join("Cargo.toml"), manifest).expect("written");
    folder
}

fn manifest_of(folder: &Path) -> String {
    fs::read_to_string(folder.join("Cargo.toml")).expect("a manifest")
}

#[test]
fn a_new_member_is_added_unless_a_pattern_or_an_exception_names_it() {
    for (before, after, words) in [
        (
            "[workspace]\nresolver = \"3\"\n",
            "[workspace]\nresolver = \"3\"\nmembers = [\"fn1\"]\n",
            "It is a member of the workspace ",
        ),
        (
            "[workspace]\nmembers = [\"fn*\"]\n",
            "[workspace]\nmembers = [\"fn*\"]\n",
            "",
        ),
        (
            "[workspace]\nexclude = [\"fn1\"]\n",
            "[workspace]\nexclude = [\"fn1\"]\n",
            "",
        ),
        // What cargo does not take is put back, and left to the user.
        (
            "[workspace]\nmembers = [\"nowhere\"]\n",
            "[workspace]\nmembers = [\"nowhere\"]\n",
            "Make it a member of the workspace first, in ",
        ),
    ] {
        let folder = workspace(before);
        let made = new_in(folder.path(), &["fn1"]);
        assert!(made.status.success(), "{made:?}");
        let said = text(&made.stdout);
        assert_eq!(
            said.contains(" of the workspace "),
            !words.is_empty(),
            "{said}"
        );
        assert!(said.contains(words), "{said}");
        assert_eq!(manifest_of(folder.path()), after);
        assert!(!folder.path().join("fn1/.github").exists());
    }
}

#[test]
fn members_of_a_workspace_are_packed_and_run_wherever_cargo_builds() {
    let _building = BUILDING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = workspace("[workspace]\nresolver = \"3\"\n");
    fs::copy(root().join("Cargo.lock"), folder.path().join("Cargo.lock")).expect("copied");
    let one = Project::in_folder(&folder, "one", &[]);
    let two = Project::in_folder(&folder, "two", &["--http"]);
    // Both in one folder of cargo's, one after the other, and then the first again.
    assert_eq!(one.made(&["run"]), "Hello World!");
    assert_eq!(two.made(&["run", "URL=/hello/two"]), "Hello two!");
    assert_eq!(one.made(&["run", "EVENT=again"]), "Hello again!");
    // Without the variable cargo's own configuration counts.
    let built = super::built();
    let config = format!("[build]\ntarget-dir = {:?}\n", built.display().to_string());
    fs::create_dir(folder.path().join(".cargo")).expect("a folder");
    fs::write(folder.path().join(".cargo/config.toml"), config).expect("written");
    fs::remove_file(one.path("pkg/bootstrap")).expect("removed");
    let packed = one
        .make(&["package"])
        .env_remove("CARGO_TARGET_DIR")
        .output();
    let packed = packed.expect("make runs");
    assert!(packed.status.success(), "{packed:?}");
    assert!(one.path("pkg/bootstrap").is_file() && !folder.path().join("target").exists());
}
