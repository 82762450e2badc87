//! `fc-local watch` where cargo builds the functions: workspaces, path dependencies, build scripts that write sources.

mod generated;
mod project;

use std::fs;
use std::path::Path;

use self::project::{function, manifest, put, s_yaml, template};
use super::Watch;

/// Two functions and a library in a workspace that builds into a folder that it chooses.
fn workspace(folder: &Path) {
    put(
        folder,
        "Cargo.toml",
        "[workspace]\nmembers = [\"one\", \"two\"]\nresolver = \"3\"\n",
    );
    put(
        folder,
        ".cargo/config.toml",
        "[build]\ntarget-dir = \"out\"\n",
    );
    put(
        folder,
        "one/Cargo.toml",
        &manifest(
            "one",
            "[dependencies]\nshared = { path = \"../../shared\" }",
        ),
    );
    put(folder, "one/src/main.rs", &function("shared::name()"));
    put(folder, "two/Cargo.toml", &manifest("two", ""));
    put(folder, "two/src/main.rs", &function("\"two 1\".to_owned()"));
    put(
        folder,
        "template.yml",
        &template(&[("f", "./one/pkg"), ("g", "two/pkg/")]),
    );
}

/// A library beside the workspace.
fn shared(folder: &Path, name: &str) {
    put(folder, "Cargo.toml", &manifest("shared", ""));
    put(
        folder,
        "src/lib.rs",
        &format!("pub fn name() -> String {{ {name:?}.to_owned() }}\n"),
    );
}

/// The workspace and the library, with the workspace watched.
fn watched() -> Watch {
    Watch::of_cargo(|folder| {
        shared(&folder.join("shared"), "one 1");
        let inner = folder.join("work");
        fs::create_dir(&inner).expect("a folder");
        workspace(&inner);
    })
}

impl Watch {
    /// What a function of the service answers.
    fn answer(&self, function: &str) -> String {
        let path = format!("/2016-08-15/services/s/functions/{function}/invocations");
        self.server.signed("POST", &path, &[], b"x").text()
    }

    /// What a function of s.yaml answers.
    fn answer_of_s(&self, function: &str) -> String {
        let path = format!("/functions/{function}/invocations");
        self.server.fc3("POST", [&path, ""], &[], b"x").text()
    }

    /// How many times cargo was asked to build a program.
    fn builds_of(&self, program: &str) -> usize {
        let line =
            format!("building: cargo build --manifest-path {program}/Cargo.toml --bin {program}\n");
        self.said().matches(&line).count()
    }
}

#[test]
fn each_function_of_a_workspace_is_built_by_its_own_package_and_by_what_that_depends_on() {
    let watch = watched();
    watch.rests(1);
    assert_eq!(
        (watch.answer("f"), watch.answer("g")),
        ("one 1".into(), "two 1".into())
    );
    let builds = || (watch.builds_of("one"), watch.builds_of("two"));

    watch.write("work/two/src/main.rs", &function("\"two 2\".to_owned()"));
    watch.rests(2);
    assert_eq!(
        (watch.answer("f"), watch.answer("g")),
        ("one 1".into(), "two 2".into())
    );
    assert_eq!(builds(), (1, 2), "{}", watch.said());

    shared(&watch.at("shared"), "one 2");
    watch.rests(3);
    assert_eq!(watch.answer("f"), "one 2", "{}", watch.said());
    assert_eq!(builds(), (2, 2), "{}", watch.said());

    // One that is broken keeps nobody from the other, and its last good build serves.
    watch.write("work/two/src/main.rs", "BROKEN");
    watch.rests(4);
    let said = watch.said();
    assert!(
        said.contains("two: the build failed (exit status: 101), see above; the last good build"),
        "{said}"
    );
    watch.write("work/one/src/main.rs", &function("\"one 3\".to_owned()"));
    watch.rests(5);
    assert_eq!(
        (watch.answer("f"), watch.answer("g")),
        ("one 3".into(), "two 2".into())
    );
}

#[test]
fn what_lies_beside_the_program_is_packed_with_it_as_it_would_be_deployed() {
    let read = "let code = std::env::var(\"FC_FUNC_CODE_PATH\").unwrap(); \
                let read = |name: &str| std::fs::read_to_string(format!(\"{code}/{name}\")).unwrap_or_default(); \
                read(\"data\") + &read(\"secret\")";
    for (ignore, template_file, text, answer) in [
        (
            ".funignore",
            "template.yml",
            template(&[("f", "one/pkg")]),
            Watch::answer as fn(&Watch, &str) -> String,
        ),
        (
            "one/pkg/.fcignore",
            "s.yaml",
            s_yaml(&[("f", "one/pkg")], ""),
            Watch::answer_of_s,
        ),
    ] {
        let watch = Watch::of_cargo(|folder| {
            let inner = folder.join("work");
            put(&inner, "one/Cargo.toml", &manifest("one", ""));
            put(&inner, "one/src/main.rs", &function(read));
            put(&inner, "one/pkg/data", "data 1");
            put(&inner, "one/pkg/secret", "secret");
            // Of an earlier `make package`: what is built now takes its place.
            put(&inner, "one/pkg/bootstrap", "old");
            put(&inner, ignore, "secret\none/pkg/secret\n");
            put(&inner, template_file, &text);
        });
        watch.rests(1);
        assert_eq!(answer(&watch, "f"), "data 1", "{}", watch.said());
        watch.write("work/one/pkg/data", "data 2");
        watch.rests(2);
        assert_eq!(answer(&watch, "f"), "data 2", "{}", watch.said());
        assert_eq!(watch.builds_of("one"), 1, "{}", watch.said());
    }
}

#[test]
fn a_function_of_s_yaml_that_was_never_built_keeps_no_other_from_serving() {
    let domain = "  d:\n    component: fc3-domain\n    props: {region: cn-hangzhou, domainName: a.localhost, protocol: HTTP, \
                  routeConfig: {routes: [{path: /*, functionName: f}, {path: /g, functionName: g}]}}\n";
    let watch = Watch::of_cargo(|folder| {
        let inner = folder.join("work");
        fs::create_dir(&inner).expect("a folder");
        workspace(&inner);
        fs::remove_file(inner.join("template.yml")).expect("removed");
        shared(&folder.join("shared"), "one 1");
        put(&inner, "one/src/main.rs", "BROKEN");
        put(
            &inner,
            "s.yaml",
            &s_yaml(&[("f", "./one/pkg"), ("g", "two/pkg/")], domain),
        );
    });
    watch.rests(1);
    assert_eq!(watch.answer_of_s("g"), "two 1", "{}", watch.said());
    watch.write("work/one/src/main.rs", &function("shared::name()"));
    watch.rests(2);
    assert_eq!(watch.answer_of_s("f"), "one 1", "{}", watch.said());
    let whole = "a.localhost answers too: ";
    assert_eq!(watch.said().matches(whole).count(), 2, "{}", watch.said());
}

#[test]
fn a_function_that_was_never_built_keeps_no_other_from_serving() {
    let watch = Watch::of_cargo(|folder| {
        let inner = folder.join("work");
        fs::create_dir(&inner).expect("a folder");
        workspace(&inner);
        shared(&folder.join("shared"), "one 1");
        put(&inner, "one/src/main.rs", "BROKEN");
    });
    watch.rests(1);
    assert_eq!(watch.answer("g"), "two 1", "{}", watch.said());
    watch.write("work/one/src/main.rs", &function("shared::name()"));
    watch.rests(2);
    assert_eq!(watch.answer("f"), "one 1", "{}", watch.said());
    assert_eq!(watch.builds_of("two"), 1);
}

#[test]
fn a_script_is_served_though_nothing_that_is_built_was_ever_built() {
    let watch = Watch::of_cargo(|folder| {
        let inner = folder.join("work");
        put(&inner, "one/Cargo.toml", &manifest("one", ""));
        put(&inner, "one/src/main.rs", "BROKEN");
        put(&inner, "script/bootstrap", &super::source("1"));
        make_runnable(&inner.join("script/bootstrap"));
        put(
            &inner,
            "template.yml",
            &template(&[("f", "one/pkg"), ("g", "script")]),
        );
    });
    watch.rests(1);
    assert_eq!(watch.answer("g"), "x", "{}", watch.said());
}

#[test]
fn a_new_path_dependency_and_a_new_function_are_found() {
    let watch = watched();
    watch.rests(1);
    let with_shared = manifest(
        "two",
        "[dependencies]\nshared = { path = \"../../shared\" }",
    );
    watch.write(
        "work/two/src/main.rs",
        &function("format!(\"two {}\", shared::name())"),
    );
    watch.rests(2);
    watch.write("work/two/Cargo.toml", &with_shared);
    watch.rests(3);
    assert_eq!(watch.answer("g"), "two one 1", "{}", watch.said());
    shared(&watch.at("shared"), "one 2");
    watch.rests(4);
    assert_eq!(
        (watch.answer("f"), watch.answer("g")),
        ("one 2".into(), "two one 2".into())
    );
    // A function whose code is a script, which nobody builds.
    let script = super::source("script");
    fs::create_dir(watch.at("work/script")).expect("a folder");
    watch.write("work/script/bootstrap", &script);
    make_runnable(&watch.at("work/script/bootstrap"));
    let with_script = template(&[("f", "./one/pkg"), ("g", "two/pkg/"), ("h", "script")]);
    watch.write("work/template.yml", &with_script);
    watch.rests(5);
    let version = || {
        let path = "/2016-08-15/services/s/functions/h/invocations";
        watch.server.signed("POST", path, &[], b"version").text()
    };
    assert_eq!(version(), "script", "{}", watch.said());
    let builds = (watch.builds_of("one"), watch.builds_of("two"));
    watch.write("work/script/bootstrap.new", &super::source("script 2"));
    make_runnable(&watch.at("work/script/bootstrap.new"));
    fs::rename(
        watch.at("work/script/bootstrap.new"),
        watch.at("work/script/bootstrap"),
    )
    .expect("renamed");
    watch.says("serving s/h anew, without a build\n");
    crate::support::wait_for("the new script", || (version() == "script 2").then_some(()));
    assert_eq!((watch.builds_of("one"), watch.builds_of("two")), builds);
}

fn make_runnable(file: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755)).expect("mode");
}

#[test]
fn the_folder_of_the_code_names_the_program_where_a_package_has_several() {
    let watch = Watch::of_cargo(|folder| {
        let inner = folder.join("work");
        put(&inner, "Cargo.toml", &manifest("many", ""));
        put(&inner, "src/bin/one.rs", &function("\"one\".to_owned()"));
        put(&inner, "src/bin/two.rs", &function("\"two\".to_owned()"));
        put(
            &inner,
            "template.yml",
            &template(&[("f", "pkg/one"), ("g", "pkg/two"), ("h", "pkg/three")]),
        );
    });
    watch.rests(1);
    assert_eq!(
        (watch.answer("f"), watch.answer("g")),
        ("one".into(), "two".into())
    );
    let said = watch.said();
    assert!(
        said.contains("s/h: which program of Cargo.toml is pkg/three? It has one, two; "),
        "{said}"
    );
}
