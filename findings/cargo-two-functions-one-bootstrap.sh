#!/bin/bash
# If two packages of a workspace build a program called `bootstrap`, one file is left, and cargo calls this a success.
#
# Guess: cargo refuses to build two programs into one file, like linkers and make.
# Truth: it prints a warning, exits with 0 and leaves one of the two programs, at random. With --quiet it prints
# nothing. `cargo build -p NAME` then puts the right one there.
# So: with several functions in one repository, each of which must be called `bootstrap`, a plain `cargo build --release`
# deploys the same program to all of them. Build each with -p, or into its own target folder, or rename at packing.
. "$(dirname "$0")/lib.sh"

need cargo
export CARGO_TARGET_DIR="$TEMP/target"
cargo --version

printf '[workspace]\nmembers = ["orders", "mails"]\nresolver = "2"\n' >Cargo.toml
for name in orders mails; do
    mkdir -p "$name/src"
    printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\n[[bin]]\nname = "bootstrap"\npath = "src/main.rs"\n' "$name" >"$name/Cargo.toml"
    echo "fn main() { println!(\"$name\"); }" >"$name/src/main.rs"
done

code=0
cargo build --quiet >said 2>&1 || code=$?
expect "exit code of a quiet build" "$code" 0
expect "what a quiet build says" "$(cat said)" ""
expect "programs that it leaves" "$(find target/debug -maxdepth 1 -type f -name 'bootstrap*' ! -name '*.d' -printf '%f\n')" "bootstrap"
code=0
cargo build >said 2>&1 || code=$?
expect "exit code of a build" "$code" 0
expect "its warnings" "$(grep -c 'filename collision' said | sed 's/[1-9][0-9]*/some/')" "some"
for name in orders mails orders; do
    cargo build --quiet -p "$name"
    expect "after cargo build -p $name" "$(target/debug/bootstrap)" "$name"
done
