//! What is said of an `s.yaml`.

use super::machine::Machine;

#[test]
fn an_s_yaml_is_looked_at_alone_where_it_is_named() {
    let machine = Machine::sound();
    let alone = ["--template", "s.yaml"];
    machine.edit("s.yaml", "memorySize: 128", "memorySize: 512");
    machine.assert_sound(&alone, "s.yaml", "fits the package: hello");
    machine.edit("s.yaml", "code: ./pkg", "code: ./src");
    let seen = "hello has code ./src, but the package is pkg";
    let cure = "edit s.yaml: `code: ./pkg` under hello";
    machine.assert_says(&alone, "FAIL", "s.yaml", seen, cure);
    machine.edit("s.yaml", "code: ./src", "code: ${vars.none}");
    machine.assert_says(
        &alone,
        "FAIL",
        "s.yaml",
        "${vars.none} not found",
        "edit s.yaml: the line above says what is wrong",
    );
    let none = ["--template", "none.yml"];
    let cure = "fc-local doctor --template FILE";
    machine.assert_says(&none, "FAIL", "none.yml", "is the name right?", cure);
}

#[test]
fn an_s_yaml_that_says_something_else_is_reported() {
    let cases = [
        (
            "port: 9000",
            "port: 8080",
            "listens on port 8080",
            "`port: 9000` for hello",
        ),
        (
            "code: ./pkg",
            "code: ./src",
            "has code ./src, in template.yml CodeUri is ./pkg",
            "`code: ./pkg` for hello",
        ),
        (
            "memorySize: 128",
            "memorySize: 512",
            "has memorySize 512",
            "memorySize of hello as 128",
        ),
        (
            "runtime: custom.debian12",
            "runtime: python3.9",
            "has runtime \"python3.9\"",
            "`runtime: custom.debian12` for hello",
        ),
        (
            "hello",
            "other",
            "no function hello",
            "add hello under resources",
        ),
    ];
    for (old, new, seen, line) in cases {
        let machine = Machine::sound();
        machine.edit("s.yaml", old, new);
        let cure = format!("edit s.yaml: {line}");
        machine.assert_says(&[], "FAIL", "s.yaml", seen, &cure);
    }
    let machine = Machine::sound();
    machine.write("project/s.yaml", "");
    let cure = "edit s.yaml: the line above says what is wrong";
    machine.assert_says(&[], "FAIL", "s.yaml", "it is empty", cure);
    let cure = "git checkout -- s.yaml";
    machine.remove("project/s.yaml");
    machine.assert_says(&[], "warn", "s.yaml", "there is no", cure);
}

#[test]
fn a_function_of_s_yaml_is_found_by_its_name_whatever_its_resource_is_called() {
    let machine = Machine::sound();
    machine.edit("s.yaml", "  hello:\n", "  other:\n");
    assert_eq!(machine.doctor(&[]).status.code(), Some(0));
    machine.edit("s.yaml", "memorySize: 128", "memorySize: 512");
    let cure = "edit s.yaml: memorySize of hello as 128";
    machine.assert_says(&[], "FAIL", "s.yaml", "has memorySize 512", cure);
}
