#!/bin/sh
# Builds the hyper peer by the recipe of our own package: `sh recipe.sh REPOSITORY TARGET-FOLDER ARCH`.
# The flags come from the file that our package is built with, so that neither has one the other lacks.
set -eu
. "$1/musl/flags.sh"
export RUSTC_BOOTSTRAP=1 RUSTUP_TOOLCHAIN="$TOOLCHAIN" RUSTFLAGS="$LINK_FLAGS $COMPILE_FLAGS $REBUILT_FLAGS"
# shellcheck disable=SC2086 # the flags are several words
exec cargo build --locked --profile small --manifest-path rust/Cargo.toml --target-dir "$2" \
    --target "$3-unknown-linux-musl" -p hyper-echo $STD_FLAGS_unwind
