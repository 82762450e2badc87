#!/bin/sh
# Builds our MCP server with every flag of our own package: `sh build.sh REPOSITORY TARGET-FOLDER ARCH SERVER`.
# The flags come from the file that the package is built with.
set -eu
. "$1/musl/flags.sh"
# The linker lays the parts out as those of the package are.
layout=$1/musl/layout.ld
link="$LINK_FLAGS -C link-arg=--no-rosegment -C link-arg=-T$layout"
export RUSTC_BOOTSTRAP=1 RUSTUP_TOOLCHAIN="$TOOLCHAIN" RUSTFLAGS="$link $COMPILE_FLAGS_rebuilt $REBUILT_FLAGS"
# Cargo does not know of the layout, so where that has changed, cargo is made to forget that it has linked the program.
cmp -s "$layout" "$2/layout" || rm -rf "$2/$3-unknown-linux-musl/small/.fingerprint"/mcp-ours-*
mkdir -p "$2"
cp "$layout" "$2/layout"
# Only tiny_http has a list of functions that are compiled for speed.
[ "$4" != tiny-http ] || export RUSTC_WRAPPER="$1/musl/hot.sh"
# shellcheck disable=SC2086 # the flags are several words
exec cargo build --locked --profile small --manifest-path fc-mcp/Cargo.toml --target-dir "$2" \
    --target "$3-unknown-linux-musl" --features "$4" $STD_FLAGS_unwind \
    --config "$(echo "$STD_PROFILE" | sed 's/profile\.musl/profile.small/')"
