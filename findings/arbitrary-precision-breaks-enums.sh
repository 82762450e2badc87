#!/bin/bash
# If any crate of a program asks for serde_json's `arbitrary_precision`, enums and flattened fields with fractions no longer
# parse.
#
# Guess: the feature lets `Number` keep all digits; a struct with an f64 is read as before.
# Truth: serde then hands a fraction on as a map with one odd key. An f64 in an enum with `tag`, in an untagged enum or in a
# flattened map is refused: "invalid type: map, expected f64". Whole numbers are read, and so is an f64 in a plain struct.
# cargo gives the feature to all of the program, so one dependency that asks for it is enough.
# So: after a new dependency, a function refuses the events with an amount of 1.5, and its tests with amounts of 1 pass. Look
# with `cargo tree -e features -i serde_json`, and test such types with a fraction.
. "$(dirname "$0")/lib.sh"

need cargo
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: serde_json 1.0.154, serde 1.0.229, $(cargo --version)"

# `money` is the dependency: it only asks for the feature.
mkdir -p src money/src
touch money/src/lib.rs
cat >money/Cargo.toml <<'TOML'
[package]
name = "money"
version = "0.1.0"
edition = "2021"
[dependencies]
serde_json = { version = "=1.0.154", features = ["arbitrary_precision"] }
TOML
cat >Cargo.toml <<'TOML'
[package]
name = "events"
version = "0.1.0"
edition = "2021"
[dependencies]
money = { path = "money", optional = true }
serde = { version = "=1.0.229", features = ["derive"] }
serde_json = "=1.0.154"
TOML
cat >src/main.rs <<'RUST'
//! Prints which types take a fraction and a whole number.
#![allow(dead_code)]
use serde::{Deserialize, de::DeserializeOwned};
use std::collections::HashMap;

#[derive(Deserialize)]
struct Plain {
    amount: f64,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum Tagged {
    Paid { amount: f64 },
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(f64),
    Text(String),
}

#[derive(Deserialize)]
struct Flat {
    #[serde(flatten)]
    amounts: HashMap<String, f64>,
}

fn show<T: DeserializeOwned>(name: &str, event: &str) {
    let seen = ["1.5", "1"].map(|amount| match serde_json::from_str::<T>(&event.replace('N', amount)) {
        Ok(_) => "read",
        Err(_) => "refused",
    });
    println!("{name}: 1.5 {}, 1 {}", seen[0], seen[1]);
}

fn main() {
    show::<Plain>("plain", r#"{"amount":N}"#);
    show::<Tagged>("tagged", r#"{"type":"Paid","amount":N}"#);
    show::<Untagged>("untagged", "N");
    show::<Flat>("flattened", r#"{"amount":N}"#);
}
RUST

cargo build --quiet
expect "amounts" "$(echo && target/debug/events)" "
plain: 1.5 read, 1 read
tagged: 1.5 read, 1 read
untagged: 1.5 read, 1 read
flattened: 1.5 read, 1 read"
cargo build --quiet --features money
expect "amounts, with the dependency" "$(echo && target/debug/events)" "
plain: 1.5 read, 1 read
tagged: 1.5 refused, 1 read
untagged: 1.5 refused, 1 read
flattened: 1.5 refused, 1 read"
