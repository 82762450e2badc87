#!/bin/sh
# Runs the tests as code for aarch64, under qemu's emulation: `sh musl/alloc/tests/aarch64.sh`. Those that measure memory
# are left out: it would be the emulator's.
set -eu
cd "$(dirname "$0")/.."

if ! command -v qemu-aarch64-static >/dev/null; then
    echo "tests/aarch64.sh: qemu-aarch64-static is missing: apt-get install qemu-user-static" >&2
    exit 1
fi
rustup target add aarch64-unknown-linux-musl >/dev/null
export CARGO_TARGET_AARCH64_UNKNOWN_LINUX_MUSL_RUNNER=qemu-aarch64-static PERCORE_RUNNER=qemu-aarch64-static
# LLD comes with the toolchain, so no C compiler for that machine is needed.
export RUSTFLAGS="-C linker=rust-lld -C linker-flavor=ld.lld -C link-self-contained=yes"
set -- --locked --target aarch64-unknown-linux-musl --features copy
cargo test "$@" --lib
cargo test "$@" --test threads -- what_is_written what_one_thread a_fork
