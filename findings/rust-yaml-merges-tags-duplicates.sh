#!/bin/bash
# Three YAML crates for Rust read a merge, a tag and a repeated key in three different ways.
#
# Guess: no crate merges `<<: *common` unless it is asked to, because YAML 1.2 has no merge; a repeated key is an error;
# and an unknown tag, such as `!Ref`, is an error or visible to the caller.
# Truth: serde-saphyr merges; serde_yaml and yaml-rust2 leave a key called `<<`. Two crates refuse a repeated key; with
# serde_yaml, read into a JSON value, the second replaces the first. For two of them, `!Ref bucket` is the plain text
# `bucket`.
# So: Serverless Devs and `fun` both merge and refuse repeated keys, so the same template may mean something else to a
# Rust tool that checks it, and no error says so. Look for `<<` and tags yourself.
# fc-local reads all three as the tools do: `every_case_of_the_table_is_read_as_the_tools_read_it` (project/yaml/tests.rs).
. "$(dirname "$0")/lib.sh"

need cargo
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: serde_yaml 0.9.34, serde-saphyr 0.0.29, yaml-rust2 0.13.2, $(cargo --version)"

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "readers"
version = "0.1.0"
edition = "2021"
[dependencies]
serde_json = "=1.0.150"
serde_yaml = "=0.9.34"
serde-saphyr = "=0.0.29"
yaml-rust2 = { version = "=0.13.2", default-features = false }
TOML
cat >src/main.rs <<'RUST'
//! Prints what each of the three readers makes of a document, as JSON.
use serde_json::Value;
use yaml_rust2::{Yaml, YamlLoader};

fn json(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::Hash(pairs) => pairs.iter().map(|(key, value)| (key.as_str().unwrap().to_owned(), json(value))).collect(),
        Yaml::Integer(number) => (*number).into(),
        Yaml::String(text) => text.as_str().into(),
        other => unreachable!("{other:?}"),
    }
}

fn shown(read: Result<Value, impl std::error::Error>) -> String {
    read.map_or_else(|_| "refused".to_owned(), |value| value.to_string())
}

fn main() {
    let documents = [
        ("merge", "common: &c { x: 1, y: 2 }\nown:\n  <<: *c\n  y: 3\n"),
        ("tag", "bucket: !Ref photos\n"),
        ("key twice", "a: 1\na: 2\n"),
    ];
    for (name, text) in documents {
        println!("{name}: serde_yaml {}", shown(serde_yaml::from_str(text)));
        println!("{name}: serde-saphyr {}", shown(serde_saphyr::from_str(text)));
        println!("{name}: yaml-rust2 {}", shown(YamlLoader::load_from_str(text).map(|all| json(&all[0]))));
    }
}
RUST
cargo build --quiet

expect "what each reads" "$(echo && target/debug/readers)" '
merge: serde_yaml {"common":{"x":1,"y":2},"own":{"<<":{"x":1,"y":2},"y":3}}
merge: serde-saphyr {"common":{"x":1,"y":2},"own":{"x":1,"y":3}}
merge: yaml-rust2 {"common":{"x":1,"y":2},"own":{"<<":{"x":1,"y":2},"y":3}}
tag: serde_yaml refused
tag: serde-saphyr {"bucket":"photos"}
tag: yaml-rust2 {"bucket":"photos"}
key twice: serde_yaml {"a":2}
key twice: serde-saphyr refused
key twice: yaml-rust2 refused'
