#!/bin/sh
# Fuzzes the targets one after the other: `sh tests/fuzz/run.sh SECONDS [TARGET...]`.
# A failure leaves its input in tests/fuzz/artifacts and ends the run. What is found goes to tests/fuzz/corpus, of which
# keep.sh keeps the little that is worth it.
set -eu
cd "$(dirname "$0")"

seconds=$1
shift
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "make fuzz: cargo-fuzz is missing: cargo install cargo-fuzz --locked" >&2
    exit 1
fi

# There is no unsafe code for a sanitizer to watch but the handler of signals, which no target reaches, and without one
# the toolchain may be a stable one.
options="--fuzz-dir . --sanitizer none --features fuzzer"
# shellcheck disable=SC2086 # They are several words.
cargo fuzz build $options
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(cargo fuzz list --fuzz-dir .)
for target in "$@"; do
    case $target in
        answer | chunks | head | requests) words=-dict=http.dict ;;
        events | http_params) words=-dict=json.dict ;;
        *) words= ;;
    esac
    cargo run --quiet --locked --example seeds unpack "$target" "corpus/$target"
    echo "$target: for $seconds s"
    log=target/$target.log
    # shellcheck disable=SC2086
    if ! cargo fuzz run $options "$target" "corpus/$target" -- \
        $words -max_total_time="$seconds" -max_len=4096 -timeout=20 >"$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
    tail -n 1 "$log"
done
