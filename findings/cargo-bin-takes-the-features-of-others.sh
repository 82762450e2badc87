#!/bin/bash
# `cargo build --bin NAME` at a workspace's root builds a different program from `cargo build -p NAME`.
#
# Guess: both build the one program with the features that its own package asks for.
# Truth: --bin chooses what is linked, but dependencies get the features that all members ask for. Here `mails` wants
# its JSON in order of insertion, so the keys of `orders` are in another order when it is built with --bin.
# So: build a function's package with -p, and test that build: one made with `cargo build` or `--bin` differs in size and
# in behaviour.
. "$(dirname "$0")/lib.sh"

need cargo
export CARGO_TARGET_DIR="$TEMP/target"
cargo --version

printf '[workspace]\nmembers = ["orders", "mails"]\nresolver = "2"\n' >Cargo.toml
for name in orders mails; do
    mkdir -p "$name/src"
    printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n' "$name" >"$name/Cargo.toml"
done
echo 'serde_json = "=1.0.150"' >>orders/Cargo.toml
echo 'serde_json = { version = "=1.0.150", features = ["preserve_order"] }' >>mails/Cargo.toml
echo 'fn main() { println!("{}", serde_json::json!({ "to": 1, "from": 2 })); }' | tee orders/src/main.rs >mails/src/main.rs
cargo generate-lockfile --quiet
grep -A 1 'name = "serde_json"' Cargo.lock

# printed CARGO-OPTION...: what the program `orders` prints when it is built so.
printed() {
    rm -f target/debug/orders
    cargo build --quiet "$@"
    target/debug/orders
}
expect "-p orders" "$(printed -p orders)" '{"from":2,"to":1}'
expect "--manifest-path orders/Cargo.toml" "$(printed --manifest-path orders/Cargo.toml)" '{"from":2,"to":1}'
expect "--bin orders" "$(printed --bin orders)" '{"to":1,"from":2}'
expect "--workspace" "$(printed --workspace)" '{"to":1,"from":2}'
