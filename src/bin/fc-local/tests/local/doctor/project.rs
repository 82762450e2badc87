//! What is wrong with the project: its bootstrap, its package, its two templates.

use std::fs;

use super::machine::{Machine, elf};
use crate::support::{root, text, zip_of};

#[test]
fn a_bootstrap_that_the_platform_cannot_start_is_reported() {
    let file = "project/pkg/bootstrap";
    let contents: [(&[u8], &str, &str); 5] = [
        (b"#!/bin/sh\n", "is not an ELF file", "make musl"),
        (&elf(183, 1), "is not for x86-64", "make musl ARCH=x86_64"),
        (&elf(62, 3), "is not static", "make musl"),
        (&elf(62, 1)[..66], "is cut short", "make musl"),
        (b"", "is not an ELF file", "make musl"),
    ];
    for (bytes, seen, cure) in contents {
        let machine = Machine::sound();
        machine.bootstrap(file, bytes);
        machine.assert_says(&[], "FAIL", "bootstrap", seen, cure);
    }
    let machine = Machine::sound();
    machine.mode(file, 0o644);
    let cure = "chmod 755 pkg/bootstrap";
    machine.assert_says(&[], "FAIL", "bootstrap", "no run bit", cure);
    machine.remove("project/pkg");
    // A fresh clone has none, and nothing is wrong with it.
    let seen = "there is no package pkg yet";
    machine.assert_says(&[], "warn", "bootstrap", seen, "make musl");
    let named = ["--package=code.zip"];
    let seen = "there is no package code.zip";
    machine.edit("template.yml", "./pkg", "./code.zip");
    machine.edit("s.yaml", "./pkg", "./code.zip");
    machine.assert_says(&named, "FAIL", "bootstrap", seen, "make musl");
    let machine = Machine::sound();
    machine.remove("project/pkg");
    fs::create_dir(machine.path("project/pkg")).expect("a folder");
    let seen = "pkg has no bootstrap";
    machine.assert_says(&[], "FAIL", "bootstrap", seen, "make musl");
}

#[test]
fn a_bootstrap_that_is_not_at_the_root_is_reported() {
    let machine = Machine::sound();
    machine.remove("project/pkg");
    machine.bootstrap("project/pkg/bin/bootstrap", &elf(62, 1));
    let cure = "mv pkg/bin/bootstrap pkg/bootstrap";
    let seen = "it lies in pkg as bin/bootstrap";
    machine.assert_says(&[], "FAIL", "bootstrap", seen, cure);
}

#[test]
fn a_zip_file_is_looked_at_as_the_platform_unpacks_it() {
    let machine = Machine::sound();
    machine.edit("template.yml", "./pkg", "./code.zip");
    machine.edit("s.yaml", "./pkg", "./code.zip");
    let program = elf(62, 1);
    let arguments = ["--package=code.zip"];
    let cure = "make musl && rm -f code.zip && zip -9 -j code.zip pkg/bootstrap";
    machine.write(
        "project/code.zip",
        zip_of(&[("bootstrap", &program, 0o755)]),
    );
    assert_eq!(machine.doctor(&arguments).status.code(), Some(0));
    for (zip, seen) in [
        (
            zip_of(&[("pkg/bootstrap", &program, 0o755)]),
            "as pkg/bootstrap, not at the root",
        ),
        (zip_of(&[("bootstrap", &program, 0o644)]), "no run bit"),
        (b"no zip".to_vec(), "not a readable zip file"),
    ] {
        machine.write("project/code.zip", zip);
        machine.assert_says(&arguments, "FAIL", "bootstrap", seen, cure);
    }
}

#[test]
fn a_template_that_does_not_fit_the_package_is_reported() {
    let cases = [
        (
            "Runtime: custom",
            "Runtime: nodejs12",
            "has Runtime \"nodejs12\"",
            "Runtime: custom",
        ),
        (
            "Handler: index.handler",
            "Handler: ''",
            "has no Handler",
            "Handler: index.handler",
        ),
        (
            "Timeout: 10",
            "Timeout: 10\n        CAPort: 8080",
            "CAPort 8080",
            "CAPort: 9000",
        ),
        (
            "CodeUri: './pkg'",
            "CodeUri: './target'",
            "has CodeUri ./target, but the package is pkg",
            "CodeUri: ./pkg",
        ),
    ];
    for (old, new, seen, line) in cases {
        let machine = Machine::sound();
        machine.remove("project/s.yaml");
        machine.edit("template.yml", old, new);
        let cure = format!("edit template.yml: `{line}` under hello");
        machine.assert_says(&[], "FAIL", "template.yml", seen, &cure);
    }
    let machine = Machine::sound();
    let cure = "edit template.yml: the line above says what is wrong";
    for (text, seen) in [
        ("Resources: {}\n", "there is nothing to run"),
        (
            "Resources: {s: {Type: 'Aliyun::Serverless::Service'}}\n",
            "it has no function",
        ),
    ] {
        machine.write("project/template.yml", text);
        machine.assert_says(&[], "FAIL", "template.yml", seen, cure);
    }
    machine.write("project/template.yml", "a: [\n");
    machine.assert_says(&[], "FAIL", "template.yml", "", cure);
    machine.remove("project/template.yml");
    machine.assert_sound(&[], "s.yaml", "fits the package: hello");
    machine.remove("project/s.yaml");
    let seen = "there is neither template.yml nor s.yaml";
    let cure = "git checkout -- template.yml";
    machine.assert_says(&[], "warn", "template.yml", seen, cure);
}

#[test]
fn what_the_platform_refuses_is_refused_as_by_start() {
    let by_line = "the line above says what is wrong";
    let machine = Machine::sound();
    machine.edit("template.yml", "MemorySize: 128", "MemorySize: 100");
    let seen = "hello-service/hello: MemorySize is 100, not a number from 128 to 32768";
    let cure = format!("edit template.yml: {by_line}");
    machine.assert_says(&[], "FAIL", "template.yml", seen, &cure);
    let said = text(&machine.doctor(&[]).stdout);
    assert!(!said.contains("memorySize of hello as 100"), "{said}");
    let start = ["start", "--port=0", "--data=data", "--template"];
    let mut start = machine
        .command(env!("CARGO_BIN_EXE_fc-local"))
        .args(start)
        .output();
    let refused = start
        .as_mut()
        .map(|output| text(&output.stderr))
        .expect("fc-local runs");
    assert!(refused.contains(seen), "{refused}");
    for (old, new, seen) in [
        (
            "timeout: 10",
            "timout: 10",
            "has the unknown key timout, the nearest is timeout",
        ),
        (
            "functionName",
            "functioName",
            "has the unknown key functioName",
        ),
        ("timeout: 10", "timeout: 0", "timeout is 0, not a number"),
    ] {
        let machine = Machine::sound();
        machine.edit("s.yaml", old, new);
        let cure = format!("edit s.yaml: {by_line}");
        machine.assert_says(&[], "FAIL", "s.yaml", seen, &cure);
    }
}

#[test]
fn a_folder_without_a_project_gets_no_advice_to_build_or_restore_one() {
    let machine = Machine::sound();
    for file in ["pkg", "template.yml", "s.yaml"] {
        machine.remove(&format!("project/{file}"));
    }
    let cure = "fc-local doctor --dir PROJECT; to make a project: fc-local new NAME --path CLONE";
    let seen = "there is no package pkg yet";
    machine.assert_says(&[], "warn", "bootstrap", seen, cure);
    let seen = "there is neither template.yml nor s.yaml";
    machine.assert_says(&[], "warn", "template.yml", seen, cure);
}

#[test]
fn each_of_several_functions_may_have_its_own_package() {
    let machine = Machine::sound();
    machine.remove("project/s.yaml");
    let function = |name: &str| {
        format!(
            "    {name}: {{Type: Aliyun::Serverless::Function, Properties: {{Handler: h, Runtime: custom, CodeUri: ./{name}/pkg}}}}\n"
        )
    };
    let (orders, web) = (function("orders"), function("web"));
    machine.write(
        "project/template.yml",
        format!("Resources:\n  shop:\n    Type: Aliyun::Serverless::Service\n{orders}{web}"),
    );
    machine.bootstrap("project/orders/pkg/bootstrap", &elf(62, 1));
    // One that was never built is not there yet.
    machine.assert_sound(&[], "template.yml", "fits the package: orders, web");
    machine.write("project/web/pkg/other", "");
    let seen = "web has CodeUri ./web/pkg, where there is no bootstrap";
    let cure = "edit template.yml: `CodeUri` under web: the folder of its package";
    machine.assert_says(&[], "FAIL", "template.yml", seen, cure);
}

#[test]
fn the_root_of_a_workspace_needs_no_package_and_no_template() {
    let machine = Machine::sound();
    for file in ["pkg", "template.yml", "s.yaml"] {
        machine.remove(&format!("project/{file}"));
    }
    machine.write("project/Cargo.toml", "[workspace]\nmembers = ['one']\n");
    for thing in ["bootstrap", "template.yml"] {
        machine.assert_sound(&[], thing, "check one with --dir MEMBER");
    }
    let named = ["--package=code.zip"];
    let seen = "there is no package code.zip";
    machine.assert_says(&named, "FAIL", "bootstrap", seen, "make musl");
    let package = "[workspace]\n[package]\nname = 'one'\n";
    machine.write("project/Cargo.toml", package);
    let seen = "there is no package pkg yet";
    machine.assert_says(&[], "warn", "bootstrap", seen, "make musl");
}

#[test]
fn the_files_of_this_project_agree() {
    let machine = Machine::sound();
    for file in ["template.yml", "s.yaml"] {
        let own = root().join(file);
        fs::copy(own, machine.path("project").join(file)).expect("copied");
    }
    let output = machine.doctor(&[]);
    let said = text(&output.stdout);
    assert!(said.contains("fits the package: event, web"), "{said}");
    assert!(said.contains("says the same as template.yml"), "{said}");
    assert_eq!(output.status.code(), Some(0), "{said}");
}
