#!/bin/bash
# With RUST_BACKTRACE=1, each anyhow error costs about a hundred times as much, even if nobody prints its backtrace.
#
# Guess: the variable is about panics; at most an error stores a few addresses, which costs next to nothing until they
# are printed.
# Truth: anyhow walks the whole stack for each error that it makes. In a static musl program, this takes tens of
# microseconds instead of half of one, and more with a deeper stack, even if the caller only calls is_err().
# So: RUST_BACKTRACE=1 in a function's environment slows down every expected failure, such as a missing key. Set
# RUST_LIB_BACKTRACE=0 as well: panics keep their backtrace, and errors cost as little as before.
. "$(dirname "$0")/lib.sh"

need cargo rustup
TARGET=x86_64-unknown-linux-musl
rustup target list --installed | grep -q "^$TARGET$" || { echo "left out: the target is missing (rustup target add $TARGET)"; exit "$LEFT_OUT"; }
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: anyhow 1.0.100, $(cargo --version)"

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "errors"
version = "0.1.0"
edition = "2021"
[dependencies]
anyhow = "=1.0.100"
TOML
cat >src/main.rs <<'RUST'
//! Prints how many nanoseconds an error takes that is made and dropped.
use std::hint::black_box;
use std::time::Instant;

#[inline(never)]
fn find(key: u32) -> anyhow::Result<u32> {
    anyhow::bail!("no key {key}")
}

fn main() {
    const ROUNDS: u32 = 2_000;
    black_box(find(0).is_err());
    let begin = Instant::now();
    for key in 0..ROUNDS {
        black_box(find(black_box(key)).is_err());
    }
    println!("{}", begin.elapsed().as_nanos() / u128::from(ROUNDS));
}
RUST
cargo build --quiet --release --target $TARGET
PROGRAM=target/$TARGET/release/errors

unset RUST_LIB_BACKTRACE
off=$(RUST_BACKTRACE=0 $PROGRAM)
on=$(RUST_BACKTRACE=1 $PROGRAM)
panics=$(RUST_BACKTRACE=1 RUST_LIB_BACKTRACE=0 $PROGRAM)
echo "nanoseconds of an error: $off; with RUST_BACKTRACE=1 $on; with RUST_LIB_BACKTRACE=0 as well $panics"
expect "RUST_BACKTRACE=1 costs ten times as much or more" "$((on > 10 * off))" 1
expect "ten times as much as with RUST_LIB_BACKTRACE=0 beside it" "$((on > 10 * panics))" 1
