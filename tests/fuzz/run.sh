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

# The allocator's target is in the allocator's own package.
allocator=../../musl/alloc/fuzz allocator_target=calls
# There is no unsafe code for a sanitizer to watch but the handler of signals, which no target reaches, and that of the
# allocator, whose target checks every byte itself. Without one the toolchain may be a stable one.
options="--sanitizer none --features fuzzer"
# shellcheck disable=SC2046
[ $# -gt 0 ] || set -- $(cargo fuzz list --fuzz-dir .) "$allocator_target"
[ "$*" = "$allocator_target" ] || {
    # shellcheck disable=SC2086 # They are several words.
    cargo fuzz build --fuzz-dir . $options
}
for target in "$@"; do
    folder=.
    case $target in
        chunks | head | requests | response) words=-dict=http.dict ;;
        events | http_params) words=-dict=json.dict ;;
        signature) words=-dict=signature.dict ;;
        "$allocator_target") words='' folder=$allocator ;;
        *) words= ;;
    esac
    corpus=$folder/corpus/$target
    mkdir -p "$corpus" target
    [ "$folder" != . ] || cargo run --quiet --locked --example seeds unpack "$target" "$corpus"
    echo "$target: for $seconds s"
    log=target/$target.log
    # shellcheck disable=SC2086
    if ! cargo fuzz run --fuzz-dir "$folder" $options "$target" "$corpus" -- \
        $words -max_total_time="$seconds" -max_len=4096 -timeout=60 >"$log" 2>&1; then
        cat "$log" >&2
        exit 1
    fi
    tail -n 1 "$log"
done
