//! What only one place may do: lift a lint, or spell a header of Function Compute. That a lint is kept everywhere else,
//! `make lint` checks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the project");
    let paths = entries.map(|entry| entry.expect("an entry of it").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn read(file: impl AsRef<Path>) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(file).expect("text of the project")
}

/// The sources that hold a text, below `src`: each as often as it holds it. To lift a lint, code has to name it, or the
/// group that it is in, so a mere mention is looked at as well.
fn mentions(text: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let sources = files(&root).into_iter();
    sources
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .flat_map(|file| {
            let name = file.strip_prefix(&root).expect("it lies below");
            vec![name.to_owned(); read(&file).matches(text).count()]
        })
        .collect()
}

/// The item that an attribute stands at which names a lint.
fn item_after(lint: &str, file: &str) -> String {
    let text = read(file);
    let (before, after) = text.split_once(lint).expect("it is named there");
    assert!(
        before
            .trim_end()
            .trim_end_matches("clippy::")
            .trim_end()
            .ends_with("#[allow("),
        "{file} lifts {lint} for one item"
    );
    let item = after.lines().skip_while(|line| *line != ")]").nth(1);
    item.expect("an item after the attribute").to_owned()
}

/// What `make` would run for a target.
fn would_run(target: &str) -> String {
    let mut make = Command::new("make");
    make.args(["--dry-run", "--no-print-directory", target])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        // Those of the `make` that runs this test.
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL");
    let output = make.output().expect("make runs: apt-get install make");
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn only_the_modules_that_call_the_c_library_are_allowed_unsafe_code() {
    assert!(read("Cargo.toml").contains("\nunsafe_code = \"deny\"\n"));
    let mut allowed = mentions("unsafe_code");
    allowed.sort();
    assert_eq!(
        allowed,
        [
            Path::new("main.rs"),
            Path::new("server/mod.rs"),
            Path::new("server/signals/mod.rs"),
            Path::new("server/tiny/mod.rs"),
            Path::new("thread.rs")
        ]
    );
    let item = item_after("unsafe_code", "src/thread.rs");
    assert_eq!(item, "mod pthread;");
    let item = item_after("unsafe_code", "src/server/mod.rs");
    assert_eq!(item, "mod cores;");
    let item = item_after("unsafe_code", "src/main.rs");
    assert_eq!(item, "mod start;");
    let item = item_after("unsafe_code", "src/server/signals/mod.rs");
    assert_eq!(item, "mod handler;");
    let item = item_after("unsafe_code", "src/server/tiny/mod.rs");
    assert_eq!(item, "mod socket;");
}

/// A wall clock cannot be set for one process, and a static program takes none from a library, so no test can have it
/// jump. What reckons a deadline or a wait is not allowed to ask for it.
#[test]
fn only_what_is_shown_comes_from_the_wall_clock() {
    let rules = read(".ci/clippy.toml");
    for clock in ["now", "elapsed"] {
        assert!(rules.contains(&format!("\"std::time::SystemTime::{clock}\"")));
    }
    let lint = would_run("lint");
    let with_the_rules = format!(
        "CLIPPY_CONF_DIR=\"{}/.ci\" cargo clippy --locked --lib ",
        env!("CARGO_MANIFEST_DIR")
    );
    assert!(lint.contains(&with_the_rules), "{lint}");
    assert_eq!(mentions("disallowed_methods"), [Path::new("time.rs")]);
    let item = item_after("disallowed_methods", "src/time.rs");
    assert_eq!(item, "fn wall_clock() -> SystemTime {");
}

/// The files of the library, but for those of tests, whose code contains this, whatever its case.
fn spelled(text: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut spelled = Vec::new();
    for file in files(&root) {
        let name = file.strip_prefix(&root).expect("it lies below");
        let is_code = name.extension().is_some_and(|extension| extension == "rs");
        if !is_code
            || name.starts_with("bin")
            || name.starts_with("mcp")
            || name.ends_with("tests.rs")
        {
            continue;
        }
        let lower = read(&file).to_lowercase();
        let code = lower.split("#[cfg(test)]\nmod tests").next();
        let mut lines = code.unwrap_or_default().lines();
        if lines.any(|line| !line.trim_start().starts_with("//") && line.contains(text)) {
            spelled.push(name.to_owned());
        }
    }
    spelled
}

/// A name that two modules spell can differ in one of them. What tests send is spelled there, as by the platform.
#[test]
fn the_headers_of_function_compute_are_spelled_in_one_list() {
    assert_eq!(spelled("\"x-fc-"), [Path::new("headers/name.rs")]);
}

/// The page of errors shows all that are in the list. The demo is a program, which has its own types.
#[test]
fn the_types_of_errors_are_spelled_in_one_list() {
    for call in ["error::new(\"", "self::new(\"", "error_type = \""] {
        let mut spelled = spelled(call);
        spelled.retain(|file| !file.ends_with("demo.rs"));
        assert_eq!(spelled, Vec::<PathBuf>::new(), "{call}");
    }
    assert_eq!(spelled("\"noinitializer\""), [Path::new("error/kind.rs")]);
}

/// Neither of the groups that the lint of the wall clock is in, nor all that is a warning.
#[test]
fn no_group_of_lints_is_lifted_in_the_library() {
    for group in ["clippy::all", "clippy::style", "warnings"] {
        let mut lifted = mentions(group).into_iter();
        assert_eq!(
            lifted.find(|file| !file.starts_with("bin")),
            None,
            "{group}"
        );
    }
}
