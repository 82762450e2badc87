//! Packages made of shell commands, so that no compiler is needed.

use super::*;
use crate::shell::SYSTEM_PATH;

const TOOLS: &str = "[[tool]]\nname='zip'\ncheck=['zip','-v']\nbring='apt-get install -y zip'\n\
    [[tool]]\nname='no such tool'\ncheck=['/no/such/tool']\nbring='bring it'\n";

/// A manifest with one peer `p` that has these extra lines.
fn manifest(lines: &str) -> Manifest {
    let peer = "[[peer]]\nid='p'\nname='P'\nlanguage='L'\ngroup='peer'\nhow='h'\n";
    toml::from_str(&format!("{TOOLS}{peer}{lines}")).unwrap()
}

fn places(folder: &Path) -> Places {
    fs::create_dir_all(folder.join("peers")).unwrap();
    Places::new(
        folder,
        &folder.join("out"),
        &folder.join("ours"),
        &folder.join("direct"),
    )
}

/// What making the one peer of `lines` gives.
fn make(folder: &Path, lines: &str) -> Result<Package, LeftOut> {
    let manifest = manifest(lines);
    let places = places(folder);
    Workshop::new(&manifest, &places, false).make(&manifest.peers[0])
}

#[test]
fn a_built_package_is_counted_and_zipped() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "build=[['sh','-c','mkdir -p {pkg}/lib && head -c 5000 /dev/zero >{pkg}/lib/a']]\n\
                 copy=[['{default}','bootstrap']]\ninterpreter='/bin/sh'\n";
    fs::write(folder.path().join("ours"), "0123456789").unwrap();
    let package = make(folder.path(), lines).unwrap();
    assert_eq!((package.files, package.bytes), (2, 5010));
    assert!(
        package.zip_bytes > 100 && package.zip_bytes < 1000,
        "{package:?}"
    );
    assert!(package.interpreter_bytes.unwrap() > 0);
}

#[test]
fn a_missing_tool_is_named_with_the_command_that_brings_it() {
    let folder = tempfile::tempdir().unwrap();
    let left = make(folder.path(), "needs=['no such tool']\n").unwrap_err();
    assert_eq!(left.reason, "no such tool is not there");
    assert_eq!(left.bring.as_deref(), Some("bring it"));
}

#[test]
fn a_package_that_was_not_built_is_left_out() {
    let folder = tempfile::tempdir().unwrap();
    let left = make(
        folder.path(),
        "copy=[['{direct}','bootstrap']]\nbring='make it'\n",
    );
    let left = left.unwrap_err();
    assert!(
        left.reason.starts_with("not built: no ") && left.reason.ends_with("direct"),
        "{left:?}"
    );
    assert_eq!(left.bring.as_deref(), Some("make it"));
}

#[test]
fn dependencies_are_installed_only_when_that_is_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let lines = "install=['sh','-c','echo fetched >deps']\ninstalled='deps'\n";
    let left = make(folder.path(), lines).unwrap_err();
    assert_eq!(left.reason, "its dependencies are not installed");
    let (manifest, places) = (manifest(lines), places(folder.path()));
    let package = Workshop::new(&manifest, &places, true)
        .make(&manifest.peers[0])
        .unwrap();
    assert_eq!(package.files, 1);
    make(folder.path(), lines).unwrap();
}

#[test]
fn a_failing_build_shows_its_last_words() {
    let folder = tempfile::tempdir().unwrap();
    let left = make(
        folder.path(),
        "build=[['sh','-c','echo no luck >&2; exit 3']]\n",
    );
    let reason = left.unwrap_err().reason;
    assert_eq!(reason, "sh failed with exit status: 3: no luck");
}

#[test]
fn the_system_interpreter_comes_before_any_other() {
    let sh = find_program("sh").unwrap();
    assert!(
        SYSTEM_PATH.split(':').any(|folder| sh.starts_with(folder)),
        "{}",
        sh.display()
    );
    assert_eq!(find_program("no-such-program-anywhere"), None);
}
