#!/bin/sh
# Builds our MCP server with every flag of our own package: `sh build.sh REPOSITORY TARGET-FOLDER ARCH SERVER`.
# The flags come from the file that the package is built with.
set -eu
. "$1/musl/flags.sh"
export RUSTC_BOOTSTRAP=1 RUSTUP_TOOLCHAIN="$TOOLCHAIN" RUSTFLAGS="$LINK_FLAGS $COMPILE_FLAGS $REBUILT_FLAGS"
# Only tiny_http has a list of functions that are compiled for speed.
[ "$4" != tiny-http ] || export RUSTC_WRAPPER="$1/musl/hot.sh"
# shellcheck disable=SC2086 # the flags are several words
exec cargo build --locked --profile small --manifest-path fc-mcp/Cargo.toml --target-dir "$2" \
    --target "$3-unknown-linux-musl" --features "$4" $STD_FLAGS_unwind \
    --config "$(echo "$STD_PROFILE" | sed 's/profile\.musl/profile.small/')"
