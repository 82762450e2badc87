#!/bin/bash
# gcc is enough to build C crates for a static Rust program on musl, until one of them is SQLite.
#
# Guess: with CC set to the machine's gcc, a crate with C in it either builds for x86_64-unknown-linux-musl or does not
# compile. ring and zstd build and work, so SQLite does, too.
# Truth: SQLite compiles without a warning, and the program does not link: glibc's headers turn its calls of `pread`,
# `mmap` and others into `pread64`, `mmap64` and so on, and musl has not had these names since 1.2.4.
# So: install musl-tools, so that a crate that works with files or memory is compiled with musl's own headers.
. "$(dirname "$0")/lib.sh"

need cargo rustup gcc musl-gcc
TARGET=x86_64-unknown-linux-musl
rustup target list --installed | grep -q "^$TARGET$" || { echo "left out: the target is missing (rustup target add $TARGET)"; exit "$LEFT_OUT"; }
# Not optimized: it is built for its symbols.
export CARGO_TARGET_DIR="$TEMP/target" CARGO_PROFILE_DEV_DEBUG=0
cargo --version
gcc --version | head -n 1

# package NAME CRATE VERSION FEATURES: one whose main is on stdin.
package() {
    mkdir -p "$1/src"
    printf '[package]\nname = "%s"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\n%s = { version = "=%s", features = [%s] }\n' \
        "$1" "$2" "$3" "$4" >"$1/Cargo.toml"
    cat >"$1/src/main.rs"
}

package packs zstd 0.13.3 '' <<'RUST'
fn main() {
    println!("{}", zstd::encode_all(&[7; 1000][..], 3).unwrap().len() < 100);
}
RUST
package asks rusqlite 0.32.1 '"bundled"' <<'RUST'
fn main() {
    let one: i64 = rusqlite::Connection::open("data").unwrap().query_row("SELECT 1", [], |row| row.get(0)).unwrap();
    println!("{}", one == 1);
}
RUST

# built PACKAGE COMPILER: what the program prints, or the names that the linker misses.
built() {
    (cd "$1" && CFLAGS_x86_64_unknown_linux_musl="-O0 -U_FORTIFY_SOURCE" CC_x86_64_unknown_linux_musl=$2 \
        cargo run --quiet --target $TARGET 2>errors) ||
        grep -oE "(undefined reference to|undefined symbol:) .?[a-z0-9_]+" "$1/errors" | grep -oE '[a-z0-9_]+64$' | sort -u | xargs
}
expect "zstd with gcc" "$(built packs gcc)" true
expect "SQLite with gcc: names that are missing" "$(built asks gcc)" "fcntl64 fstat64 ftruncate64 lstat64 mmap64 open64 pread64 pwrite64 stat64"
expect "SQLite with musl-gcc" "$(built asks musl-gcc)" true
