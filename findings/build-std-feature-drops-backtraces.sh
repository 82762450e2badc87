#!/bin/bash
# Naming one feature of std for -Zbuild-std halves the program, because that removes the backtraces.
#
# Guess: -Zbuild-std-features adds to std's own features, and optimize_for_size is what makes a rebuilt std half as large.
# Truth: the flag replaces the default features, `backtrace` among them. Naming only `panic-unwind`, which is one of the
# defaults, saves the same half, and a panic with RUST_BACKTRACE=1 then prints no frames. Panics are still caught.
# So: a std that is rebuilt for size has no backtraces. To keep them, name `backtrace`, too.
. "$(dirname "$0")/lib.sh"

need cargo rustup zip
TARGET=x86_64-unknown-linux-musl
rustup component list --installed | grep -q '^rust-src$' || { echo "left out: std's source is missing (rustup component add rust-src)"; exit "$LEFT_OUT"; }
rustup target list --installed | grep -q "^$TARGET$" || { echo "left out: the target is missing (rustup target add $TARGET)"; exit "$LEFT_OUT"; }
# Lets the stable toolchain take -Z.
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR="$TEMP/target"
cargo --version

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "panics"
version = "0.1.0"
edition = "2021"
[profile.release]
opt-level = "z"
lto = "fat"
codegen-units = 1
TOML
cat >src/main.rs <<'RUST'
fn main() {
    let empty: Vec<String> = Vec::new();
    let caught = std::panic::catch_unwind(|| empty[std::env::args().count()].len()).is_err();
    println!("caught {caught}");
}
RUST

# built NAME CARGO-OPTION...: builds the program anew, and prints what it does with a panic.
built() {
    rm -rf target
    cargo build --quiet --release --target $TARGET -Zbuild-std=std,panic_unwind "${@:2}"
    cp "target/$TARGET/release/panics" "$1"
    RUST_BACKTRACE=1 "./$1" 2>panic
    grep -q -E '^ +[0-9]+: ' panic && echo "with frames" || echo "without frames"
    strip "$1"
    zip -9 -q "$1.zip" "$1"
}
expect "default features" "$(built default | xargs)" "caught true with frames"
expect "panic-unwind alone" "$(built named -Zbuild-std-features=panic-unwind | xargs)" "caught true without frames"
default=$(stat -c %s default.zip) named=$(stat -c %s named.zip)
echo "zipped: $default bytes with the default features, $named bytes with panic-unwind alone"
expect "less than six tenths of the size" "$((named * 10 < default * 6))" 1
