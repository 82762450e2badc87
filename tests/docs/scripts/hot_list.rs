//! The list of functions that `make musl` compiles for speed: each is found, or the build fails.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A compiler that writes down what it is asked, and knows the functions of `tiny_http` from a file.
const COMPILER: &str = r#"#!/bin/sh
echo "$*" >>asked
case "$*" in
*--emit=llvm-ir*) cp functions out/tiny_http-7.ll ;;
*-forceattrs-csv-path=*) cp "${*##*-forceattrs-csv-path=}" added ;;
esac
"#;

/// A folder with that compiler, this list and these functions, which removes itself.
struct Project(PathBuf);

impl Project {
    fn new(name: &str, list: &str, functions: &[&str]) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(format!("hot-{}-{name}", std::process::id()));
        fs::create_dir_all(folder.join("out")).expect("a folder");
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("musl/hot.sh");
        symlink(script, folder.join("hot.sh")).expect("a link");
        fs::write(folder.join("hot.txt"), list).expect("written");
        let define = |name: &&str| format!("define internal void @{name}(ptr %x) #7 {{\n}}\n");
        let code: String = functions.iter().map(define).collect();
        fs::write(folder.join("functions"), code).expect("written");
        fs::write(folder.join("compiler"), COMPILER).expect("written");
        // Another process copies it into its place: what a thread of this one has open for writing cannot be run, nor can it
        // while a program that another test starts has a copy of that thread's open files.
        let mut install = Command::new("install");
        install.args(["-m", "755", "compiler", "rustc"]);
        let installed = install.current_dir(&folder).status();
        assert!(installed.expect("install runs").success());
        Self(folder)
    }

    fn compile(&self, name: &str) -> Output {
        let mut command = Command::new("sh");
        command.args(["./hot.sh", "./rustc", "--crate-name", name]);
        command.args(["--out-dir", "out", "-C", "extra-filename=-7"]);
        command.current_dir(&self.0).output().expect("sh runs")
    }

    /// What the compiler was asked, call by call.
    fn asked(&self) -> Vec<String> {
        let asked = fs::read_to_string(self.0.join("asked")).unwrap_or_default();
        asked.lines().map(str::to_owned).collect()
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const READ: &str = "_RNvCs1_9tiny_http4read";
const NEXT: &str = "_RNvCs1_9tiny_http4next";

#[test]
fn each_function_of_the_list_is_compiled_for_speed_by_its_name() {
    let list = "# What is hot.\n\nfast 4read$\ninline  4next\n";
    let project = Project::new("found", list, &[READ, NEXT, "_RNvCs1_9tiny_http5other"]);
    let output = project.compile("tiny_http");
    assert!(output.status.success(), "{output:?}");
    let [look, compile] = &project.asked()[..] else {
        panic!("{:?}", project.asked());
    };
    assert!(look.contains("-C no-prepopulate-passes"), "{look}");
    let flags: Vec<_> = compile
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("llvm-args=-force-"))
        .collect();
    assert_eq!(
        flags,
        [
            format!("remove-attribute={READ}:minsize"),
            format!("remove-attribute={READ}:optsize"),
            format!("remove-attribute={NEXT}:minsize"),
            format!("remove-attribute={NEXT}:optsize"),
            format!("attribute={NEXT}:alwaysinline"),
        ]
    );
}

#[test]
fn no_function_of_the_list_keeps_a_pointer_to_its_frame() {
    let project = Project::new("frame", "fast 4read$\ninline 4next\n", &[READ, NEXT]);
    assert!(project.compile("tiny_http").status.success());
    let added = fs::read_to_string(project.0.join("added")).expect("what the compiler was given");
    assert_eq!(
        added,
        format!("{READ},frame-pointer=none\n{NEXT},frame-pointer=none\n")
    );
}

#[test]
fn a_pattern_that_is_not_of_one_function_fails_the_build() {
    for (name, functions, found) in [("none", &[NEXT][..], "0"), ("two", &[READ, READ], "2")] {
        let project = Project::new(name, "fast 4read$\n", functions);
        let output = project.compile("tiny_http");
        assert!(!output.status.success(), "{name}");
        let said = String::from_utf8_lossy(&output.stderr);
        let expected = format!("'4read$' of ./hot.txt matches {found} functions of tiny_http");
        assert!(said.contains(&expected), "{said}");
        assert_eq!(project.asked().len(), 1, "nothing is compiled without it");
    }
}

#[test]
fn a_word_that_the_list_does_not_have_fails_the_build() {
    let project = Project::new("word", "faster 4read$\n", &[READ]);
    let output = project.compile("tiny_http");
    assert!(!output.status.success());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("'faster' of ./hot.txt is none of"), "{said}");
}

#[test]
fn other_crates_are_compiled_as_they_are() {
    let project = Project::new("other", "fast 4read$\n", &[]);
    assert!(project.compile("serde_json").status.success());
    let expected = "--crate-name serde_json --out-dir out -C extra-filename=-7";
    assert_eq!(project.asked(), [expected]);
}
