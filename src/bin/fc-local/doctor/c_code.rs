//! C code in the crates that a project uses: what compiles it for musl, asked before a build ends in forty lines.
//!
//! The order of the compilers is that of a new project's Makefile.

use std::fs;
use std::path::Path;
use std::process::Command;

use toml_edit::{DocumentMut, Item};

use super::finding::Finding;
use super::first_line;

const NAME: &str = "C compiler";
const LOCK: &str = "Cargo.lock";

/// By this crate build scripts compile C.
const COMPILING: &str = "cc";

/// What the crate `cc` takes before it looks for a compiler itself.
const VARIABLE: &str = "CC_x86_64_unknown_linux_musl";

/// Compilers with musl's headers, and those with the headers of this machine.
const OF_MUSL: [&str; 2] = ["x86_64-linux-musl-gcc", "musl-gcc"];
const OF_MACHINE: [&str; 2] = ["gcc", "clang"];

/// Brings musl's headers and `musl-gcc`.
const INSTALL: &str = "apt-get install -y musl-tools";

/// Looks for a compiler, if a crate of the project needs one.
pub(super) fn look(project: &Path) -> Option<Finding> {
    let crates = crates_with_c(&lock_around(project)?);
    if crates.is_empty() {
        return None;
    }
    let crates = crates.join(", ");
    if let Some(chosen) = std::env::var(VARIABLE).ok().filter(|one| !one.is_empty()) {
        return Some(Finding::sound(
            NAME,
            format!("{chosen}, from {VARIABLE}, for {crates}"),
        ));
    }
    if let Some(one) = OF_MUSL.into_iter().find(|one| is_there(one)) {
        return Some(Finding::sound(NAME, format!("{one}, for {crates}")));
    }
    Some(match OF_MACHINE.into_iter().find(|one| is_there(one)) {
        Some(one) => {
            let seen = format!(
                "{one} compiles {crates}, with this machine's headers instead of musl's; C that uses files, as sqlite does, \
                 does not link so"
            );
            Finding::warning(NAME, seen, INSTALL)
        }
        None => Finding::failure(NAME, format!("there is none, for {crates}"), INSTALL),
    })
}

fn is_there(program: &str) -> bool {
    first_line(Command::new(program).arg("--version")).is_some()
}

/// The lock file that counts in a folder: that of the workspace around it.
fn lock_around(project: &Path) -> Option<DocumentMut> {
    let project = project.canonicalize().ok()?;
    let mut locks = project.ancestors().map(|folder| folder.join(LOCK));
    let text = locks.find_map(|lock| fs::read_to_string(lock).ok())?;
    text.parse().ok()
}

/// The crates whose build scripts compile C.
fn crates_with_c(lock: &DocumentMut) -> Vec<String> {
    let packages = lock.get("package").and_then(Item::as_array_of_tables);
    let needing = packages.into_iter().flatten().filter(|package| {
        let dependencies = package.get("dependencies").and_then(Item::as_array);
        let mut names = dependencies
            .into_iter()
            .flatten()
            .filter_map(|name| name.as_str());
        // A version follows the name where there are several.
        names.any(|name| name.split(' ').next() == Some(COMPILING))
    });
    let names = needing.filter_map(|package| package.get("name")?.as_str());
    names.map(str::to_owned).collect()
}
