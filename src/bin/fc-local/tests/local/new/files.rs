//! The files of a new project, without a build.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use yaml_rust2::Yaml;

use super::{Project, new_in};
use crate::support::{fc_local, root, text};

#[test]
fn the_files_of_a_project_are_formatted() {
    for (name, arguments) in [
        ("an_event", &[][..]),
        ("a_web", &["--http"]),
        ("a_model", &["--mcp"]),
    ] {
        let project = Project::new(name, arguments);
        let mut format = Command::new("cargo");
        format
            .args(["fmt", "--check"])
            .current_dir(project.path(""));
        let formatted = format.output().expect("cargo runs");
        assert!(formatted.status.success(), "{formatted:?}");
    }
}

#[test]
fn a_project_takes_the_version_of_the_library_beside_this_tool() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the library's manifest");
    let (_, package) = manifest
        .split_once("\nname = \"fc-runtime\"\nversion = \"")
        .expect("the package");
    let (version, _) = package.split_once('"').expect("its version");
    let folder = tempfile::tempdir().expect("folder");
    let made = new_in(folder.path(), &["hello"]);
    assert!(made.status.success(), "{made:?}");
    let source = format!(
        "It uses fc-runtime {version} from crates.io, and builds only once that is published there. "
    );
    assert!(text(&made.stdout).contains(&source), "{made:?}");
    let manifest = fs::read_to_string(folder.path().join("hello/Cargo.toml")).expect("a manifest");
    let dependency = format!("\nfc-runtime = \"{version}\"\n");
    assert!(manifest.contains(&dependency), "{manifest}");
    let files = [
        "Cargo.toml",
        ".cargo/config.toml",
        ".gitignore",
        ".github/workflows/ci.yml",
        "Makefile",
        "template.yml",
        "s.yaml",
        "src/main.rs",
    ];
    for file in files {
        let content = fs::read_to_string(folder.path().join("hello").join(file)).expect(file);
        assert!(
            !content.contains("{{"),
            "{file} has a place that was not filled"
        );
    }
}

#[test]
fn an_mcp_server_takes_the_version_of_its_crate_beside_this_tool() {
    let manifest = fs::read_to_string(root().join("src/mcp/Cargo.toml")).expect("the manifest");
    let (_, package) = manifest
        .split_once("\nname = \"fc-mcp\"\nversion = \"")
        .expect("the package");
    let (version, _) = package.split_once('"').expect("its version");
    let folder = tempfile::tempdir().expect("folder");
    let made = new_in(folder.path(), &["hello", "--mcp"]);
    assert!(text(&made.stdout).starts_with("Made hello, an MCP server in hello/src/main.rs."));
    let manifest = fs::read_to_string(folder.path().join("hello/Cargo.toml")).expect("a manifest");
    let dependency =
        format!("\nfc-mcp = {{ version = \"{version}\", default-features = false }}\n");
    assert!(manifest.ends_with(&dependency), "{manifest}");
}

/// The options of a build in the words of rustc: `-C` and what follows it.
fn codegen_options(text: &str) -> BTreeSet<String> {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'));
    let words = lines.flat_map(|line| line.split("-C").skip(1));
    let option = |word: &str| {
        let trimmed = word.trim_start();
        let end = trimmed.find([' ', '"']).unwrap_or(trimmed.len());
        trimmed[..end].to_owned()
    };
    words.map(option).collect()
}

/// The lines of `[profile.musl]`, in a manifest or in cargo's configuration.
fn musl_profile(manifest: &str) -> Vec<String> {
    let (_, rest) = manifest
        .split_once("[profile.musl]\n")
        .expect("the profile");
    rest.lines()
        .take_while(|line| line.contains(" = "))
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_project_is_built_with_the_flags_of_this_one() {
    let project = Project::new("flags", &[]);
    let read = |path: PathBuf| fs::read_to_string(path).expect("a file");
    let ours = codegen_options(&read(root().join("musl/flags.sh")));
    // What depends on STD is in the Makefile.
    let mut theirs = codegen_options(&read(project.path(".cargo/config.toml")));
    theirs.extend(codegen_options(&read(project.path("Makefile"))));
    // Without the C library's formatting, C code that a project links would go wrong without a word. And a project may be
    // built with any Rust from 1.85 on, whose linker need not know how to sort for compression.
    let only_ours = |option: &&String| {
        option.starts_with("link-arg=--defsym=") || option.starts_with("link-arg=--bp-")
    };
    assert_eq!(
        theirs,
        ours.iter()
            .filter(|option| !only_ours(option))
            .cloned()
            .collect()
    );
    let only_ours: Vec<&String> = ours.iter().filter(only_ours).collect();
    assert_eq!(
        only_ours,
        [
            "link-arg=--bp-compression-sort=both",
            "link-arg=--defsym=snprintf=getpid"
        ]
    );
    let profiles = [
        root().join("Cargo.toml"),
        project.path(".cargo/config.toml"),
    ]
    .map(|path| musl_profile(&read(path)));
    assert_eq!(profiles[0], profiles[1]);
    assert_eq!(profiles[0].len(), 6);
}

#[test]
fn both_templates_of_a_project_describe_one_function() {
    for (name, arguments) in [
        ("an-event", &[][..]),
        ("a-web", &["--http"]),
        ("a-model", &["--mcp"]),
    ] {
        let project = Project::new(name, arguments);
        let (fun, s) = (project.yaml("template.yml"), project.yaml("s.yaml"));
        let function = &fun["Resources"][name][name];
        let (fun, s) = (
            &function["Properties"],
            &s["resources"]["function"]["props"],
        );
        assert_eq!(s["functionName"].as_str(), Some(name));
        for (ours, theirs) in [
            ("MemorySize", "memorySize"),
            ("Timeout", "timeout"),
            ("InstanceConcurrency", "instanceConcurrency"),
        ] {
            assert!(
                fun[ours].as_i64().is_some() && fun[ours] == s[theirs],
                "{ours}"
            );
        }
        assert_eq!(
            (fun["CodeUri"].as_str(), s["code"].as_str()),
            (Some("./pkg"), Some("./pkg"))
        );
        let methods = |yaml: &Yaml| -> Vec<String> {
            let methods = yaml.as_vec().into_iter().flatten();
            let names = methods.map(|method| method.as_str().expect("a method").to_owned());
            names.collect()
        };
        let ours = methods(&function["Events"]["http-trigger"]["Properties"]["Methods"]);
        let theirs = methods(&s["triggers"][0]["triggerConfig"]["methods"]);
        assert_eq!(ours.is_empty(), arguments.is_empty());
        // fun takes no others than the first five.
        let more: &[&str] = if ours.is_empty() {
            &[]
        } else {
            &["PATCH", "OPTIONS"]
        };
        assert_eq!(
            theirs,
            [ours, more.iter().map(ToString::to_string).collect()].concat()
        );
    }
}

#[test]
fn the_doctor_finds_nothing_wrong_with_the_templates_of_a_project() {
    for (name, arguments) in [
        ("an-event", &[][..]),
        ("a-web", &["--http"]),
        ("a-model", &["--mcp"]),
    ] {
        let project = Project::new(name, arguments);
        let doctor = project.run(fc_local().args(["doctor", "--port=0"]));
        let said = text(&doctor.stdout);
        // What else it says depends on the machine, and there is no package yet.
        for right in [
            format!("fits the package: {name}\n"),
            "says the same as template.yml\n".to_owned(),
        ] {
            assert!(said.contains(&right), "{right:?} is not in\n{said}");
        }
    }
}
