//! Which C compiler a new project's Makefile chooses for crates with C in them, with stand-ins for all programs.

use std::os::unix::fs::symlink;
use std::path::Path;

use super::Project;
use crate::support::{put_program, text};

/// What the recipe needs besides cargo and rustc.
const TOOLS: [&str; 6] = ["make", "sed", "sh", "uname", "install", "wc"];

/// Prints what it is given for C, and has built nothing.
const CARGO: &str =
    "#!/bin/sh\nset | sed -n 's/^\\(CC_[a-z0-9_]*\\|CFLAGS_[a-z0-9_]*\\)=/\\1 /p' >&2\nexit 1\n";

/// A folder of programs, where these compilers are.
fn programs(compilers: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for tool in TOOLS {
        let found = ["/usr/bin", "/bin"].map(|place| Path::new(place).join(tool));
        let found = found.iter().find(|path| path.exists()).expect(tool);
        symlink(found, folder.path().join(tool)).expect("a link");
    }
    let put = |name: &str, script: &str| put_program(&folder.path().join(name), script);
    put("cargo", CARGO);
    put("rustc", "#!/bin/sh\necho /\n");
    compilers.iter().for_each(|name| put(name, "#!/bin/sh\n"));
    folder
}

/// What cargo gets for C, without the quotes of the shell.
fn given(project: &Project, compilers: &[&str], arguments: &[&str], own: Option<&str>) -> String {
    let folder = programs(compilers);
    let mut make = project.make(&[&["package"], arguments].concat());
    make.env("PATH", folder.path());
    if let Some(compiler) = own {
        make.env("CC_x86_64_unknown_linux_musl", compiler);
    }
    let output = make.output().expect("make runs");
    let said = text(&output.stderr).replace('\'', "");
    let lines = said.lines().filter(|line| line.starts_with('C'));
    let lines: Vec<&str> = lines.collect();
    lines
        .join("\n")
        .replace(&format!("{}/", folder.path().display()), "")
}

#[test]
fn the_compiler_with_musls_headers_comes_first_and_the_users_own_before_it() {
    let project = Project::new("compiled", &[]);
    // The machine's own compilers are for its own kind.
    let here = std::env::consts::ARCH;
    let arch = format!("ARCH={here}");
    let variables = |compiler: &str| {
        format!(
            "CC_{here}_unknown_linux_musl {compiler}\nCFLAGS_{here}_unknown_linux_musl -U_FORTIFY_SOURCE"
        )
    };
    for compilers in [
        &["clang", "gcc", "musl-gcc"][..],
        &["clang", "gcc"],
        &["clang"],
    ] {
        let chosen = compilers.last().expect("a compiler");
        assert_eq!(
            given(&project, compilers, &[&arch], None),
            variables(chosen)
        );
    }
    assert_eq!(given(&project, &[], &[&arch], None), "");
    let other = if here == "x86_64" {
        "aarch64"
    } else {
        "x86_64"
    };
    let cross = format!("{other}-linux-gnu-gcc");
    let for_other = given(
        &project,
        &["gcc", "musl-gcc", &cross],
        &[&format!("ARCH={other}")],
        None,
    );
    assert!(
        for_other.starts_with(&format!("CC_{other}_unknown_linux_musl {cross}\n")),
        "{for_other}"
    );
    let own = given(&project, &["gcc"], &["ARCH=x86_64"], Some("mine"));
    assert!(own.contains("CC_x86_64_unknown_linux_musl mine"), "{own}");
}
