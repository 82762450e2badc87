//! Which paths of a project count.

use std::fs;
use std::path::{Path, PathBuf};

use super::made::CACHE_SIGNATURE;
use super::{Change, Ignored, Sources, Watched};

/// A project whose `src` and `Cargo.toml` are watched.
fn project() -> (tempfile::TempDir, PathBuf, Watched) {
    let folder = tempfile::tempdir().expect("folder");
    let root = folder.path().canonicalize().expect("a path");
    fs::create_dir(root.join("src")).expect("src");
    fs::write(root.join("Cargo.toml"), "").expect("written");
    let paths = ["Cargo.toml", "src"].map(|name| root.join(name));
    (
        folder,
        root,
        Watched::of(&paths, Ignored::default()).expect("watched"),
    )
}

fn tagged(folder: &Path, by: &str) {
    fs::create_dir_all(folder).expect("folder");
    let tag = format!("{CACHE_SIGNATURE}\n# This file is a cache directory tag created by {by}.\n");
    fs::write(folder.join("CACHEDIR.TAG"), tag).expect("written");
}

#[test]
fn sources_count_and_what_builds_and_editors_write_does_not() {
    let (_folder, root, watched) = project();
    fs::create_dir_all(root.join("src/inner/target")).expect("folder");
    fs::write(root.join("src/inner/Cargo.toml"), "").expect("written");
    tagged(&root.join("src/out"), "cargo");
    tagged(&root.join("src/cache"), "another program");
    for path in [
        "Cargo.toml",
        "src",
        "src/main.rs",
        "src/a/b.rs",
        // Folders of the user's own.
        "src/target",
        "src/target/a",
        "src/cache/a",
    ] {
        let change = watched.change(&root.join(path));
        assert_eq!(change, Some(Change::Source), "{path}");
    }
    for path in [
        "",
        "Cargo.lock",
        "target",
        "src/inner/target",
        "src/inner/target/debug/a",
        "src/out/debug/a",
        "src/node_modules/a.js",
        "src/.main.rs.swp",
        "src/main.rs~",
        "src/4913",
        "src/#main.rs#",
        "src/main.rs.tmp.4711.1",
        "src/main.rs___jb_tmp___",
        "src/.git/index",
    ] {
        assert_eq!(watched.change(&root.join(path)), None, "{path}");
    }
}

#[test]
fn what_is_ignored_starts_no_build() {
    let (_folder, root, _) = project();
    let outside = root.join("src/generated").display().to_string();
    let ignored = Ignored::of(&["*.md".to_owned(), outside]).expect("patterns");
    let watched = Watched::of(&[root.join("src")], ignored).expect("watched");
    for (path, change) in [
        ("src/a.md", None),
        ("src/docs.md/a.rs", None),
        ("src/generated/deep/a.rs", None),
        ("src/a.rs", Some(Change::Source)),
    ] {
        assert_eq!(watched.change(&root.join(path)), change, "{path}");
    }
}

#[test]
fn what_cargo_names_is_watched_and_what_it_builds_is_not() {
    let (_folder, root, mut watched) = project();
    let sources = Sources {
        files: vec![root.join("lib/Cargo.toml")],
        folders: vec![root.join("lib/src"), root.join("built")],
    };
    watched.set_programs(&sources, &[root.join("built/out")]);
    for (path, change) in [
        ("src/a.rs", Some(Change::Source)),
        ("lib/Cargo.toml", Some(Change::Source)),
        ("lib/src/a.rs", Some(Change::Source)),
        ("lib/tests/a.rs", None),
        ("built/out/debug/a", None),
        ("built/a", Some(Change::Source)),
    ] {
        assert_eq!(watched.change(&root.join(path)), change, "{path}");
    }
    watched.set_programs(&Sources::default(), &[]);
    assert_eq!(watched.change(&root.join("lib/src/a.rs")), None);
}

#[test]
fn what_is_named_is_watched_though_it_lies_in_a_folder_that_is_not() {
    let (_folder, root, _) = project();
    let made = root.join("target/made");
    fs::create_dir_all(&made).expect("folder");
    let watched = Watched::of(&[root.clone(), made.clone()], Ignored::default()).expect("watched");
    assert_eq!(watched.change(&made.join("a")), Some(Change::Source));
    assert_eq!(watched.change(&root.join("target/debug")), None);
}

#[test]
fn a_package_is_one_also_among_the_sources_and_before_it_is_there() {
    let (_folder, root, mut watched) = project();
    let packages = ["src/code.zip", "dist/new/code.zip"].map(|name| root.join(name));
    watched.set_packages(&packages);
    for path in ["src/code.zip", "dist", "dist/new", "dist/new/code.zip"] {
        let change = watched.change(&root.join(path));
        assert_eq!(change, Some(Change::Package), "{path}");
    }
    assert_eq!(watched.change(&root.join("dist/new/other.zip")), None);
    assert!(watched.parents().contains(&root), "until there is a dist");
    fs::create_dir_all(root.join("dist/new")).expect("folders");
    assert!(watched.parents().contains(&root.join("dist/new")));
}
