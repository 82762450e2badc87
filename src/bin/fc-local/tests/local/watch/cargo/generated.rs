//! What a build writes into the sources, and what is to be ignored there.

use std::fs;
use std::path::Path;

use super::make_runnable;
use super::project::{function, manifest, put, template};
use crate::watch::{Watch, source};

/// A build script that writes a source, with another content each time, and then code that depends on it or not.
fn generating(folder: &Path, made: &str, body: &str) {
    let inner = folder.join("work");
    put(&inner, "Cargo.toml", &manifest("one", ""));
    let script = format!(
        "use std::io::Write;\nfn main() {{\n    let mut count = std::fs::OpenOptions::new().create(true).append(true).open(\"../count\").unwrap();\n    \
         count.write_all(b\"x\").unwrap();\n    let count = std::fs::read(\"../count\").unwrap().len();\n    \
         std::fs::write(\"src/made.rs\", format!({made:?})).unwrap();\n}}\n"
    );
    put(&inner, "build.rs", &script);
    put(
        &inner,
        "src/main.rs",
        &format!("mod made;\n{}", function(body)),
    );
    put(&inner, "template.yml", &template(&[("f", "pkg")]));
}

/// What the watcher says when it does not go on with what a build writes.
const ENDS: &str = "each build changes src/made.rs, so that starts no other build";

/// Deploys a template with one function more, which needs no build, and waits for it: what was pending is over then.
fn wait_for_what_is_pending(watch: &Watch, number: usize) {
    let script = watch.at("work/script");
    fs::create_dir_all(&script).expect("a folder");
    fs::write(script.join("bootstrap"), source("1")).expect("written");
    make_runnable(&script.join("bootstrap"));
    let added = format!("added{number}");
    watch.write(
        "work/template.yml",
        &template(&[("f", "pkg"), (&added, "script")]),
    );
    watch.says(&format!("serving s/{added} anew, without a build\n"));
}

#[test]
fn a_build_script_that_writes_into_the_sources_does_not_build_for_ever() {
    for (made, body, builds) in [
        // The same each time, so that no other build follows, but for the first time.
        ("// made\n", "\"answer\".to_owned()", 1),
        // A comment that differs, and the program is the same.
        ("// made {count}\n", "\"answer\".to_owned()", 2),
        // A number that is in the program.
        (
            "pub const COUNT: usize = {count};\n",
            "format!(\"answer {}\", made::COUNT)",
            4,
        ),
    ] {
        let watch = Watch::of_cargo(|folder| generating(folder, made, body));
        let begun = builds.max(2);
        watch.rests(begun);
        let ends = |times| {
            if builds > 1 {
                watch.says_times(ENDS, times);
            }
        };
        ends(1);
        wait_for_what_is_pending(&watch, 1);
        let source = fs::read_to_string(watch.at("work/src/main.rs")).expect("the source");
        watch.write(
            "work/src/main.rs",
            &source.replace("answer", "another answer"),
        );
        watch.says_times("src/main.rs changed\n", 1);
        watch.rests(begun + 1 + builds);
        ends(2);
        wait_for_what_is_pending(&watch, 2);
        let said = watch.said();
        assert_eq!(said.matches("building: ").count(), begun + builds, "{said}");
        assert_eq!(
            said.matches(ENDS).count(),
            if builds > 1 { 2 } else { 0 },
            "{said}"
        );
        assert!(watch.answer("f").starts_with("another answer"), "{said}");
    }
}

#[test]
fn what_is_to_be_ignored_and_what_editors_write_for_a_moment_starts_no_build() {
    let watch = Watch::of_cargo_with(
        &[
            "--ignore",
            "*.md",
            "--ignore",
            "src/notes/",
            "--",
            "--features",
            "two",
        ],
        |folder| {
            let inner = folder.join("work");
            put(
                &inner,
                "Cargo.toml",
                &manifest("one", "[features]\ntwo = []"),
            );
            put(&inner, "src/main.rs", &function("\"1\".to_owned()"));
            put(&inner, "src/notes/a", "");
            put(&inner, "template.yml", &template(&[("f", "pkg")]));
        },
    );
    watch.rests(1);
    for ignored in [
        "README.md",
        "src/a.md",
        "src/notes/b",
        "src/4913",
        "src/#main.rs#",
    ] {
        watch.write(&format!("work/{ignored}"), "");
    }
    // As formatters and `sed -i` do it: beside the file, then in its place.
    let second = function("format!(\"2 {}\", cfg!(feature = \"two\"))");
    fs::write(watch.at("work/src/sedXyZ"), second).expect("written");
    fs::rename(watch.at("work/src/sedXyZ"), watch.at("work/src/main.rs")).expect("renamed");
    watch.rests(2);
    assert_eq!(
        watch.answer("f"),
        "2 true",
        "cargo gets the user's arguments"
    );
    assert_eq!(watch.changed(), ["src/main.rs"], "{}", watch.said());
}
