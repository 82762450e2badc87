#!/bin/sh
# Keeps the fewest and shortest inputs that reach all that a run has reached: `sh tests/fuzz/keep.sh [TARGET...]`.
set -eu
cd "$(dirname "$0")"

# As in run.sh.
options="--fuzz-dir . --sanitizer none --features fuzzer"
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(cargo fuzz list --fuzz-dir .)
for target in "$@"; do
    kept=target/kept/$target
    rm -rf "$kept"
    mkdir -p "$kept"
    # How often an edge is passed does not matter, so that the inputs stay few. A longer one says no more to a reader.
    # shellcheck disable=SC2086
    cargo fuzz run $options "$target" "$kept" "corpus/$target" -- \
        -set_cover_merge=1 -use_counters=0 -max_len=700 >"target/$target.log" 2>&1
    cargo run --quiet --locked --example seeds pack "$target" "$kept"
done
