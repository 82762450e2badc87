#!/bin/sh
# Runs the unit tests that need no socket, no signal and no child under miri: `sh tests/miri.sh`.
set -eu
cd "$(dirname "$0")/.."

if ! cargo +nightly miri --version >/dev/null 2>&1; then
    echo "make miri: it needs a nightly toolchain: rustup toolchain install nightly --component miri,rust-src" >&2
    exit 1
fi

# Left out, for miri has no such calls of the system: what opens sockets and pipes (the fronts' own tests, the workers
# and their bell, the signals, the runtime). Left out, for they take minutes there: tests that go through thousands of
# inputs, which the fuzz targets do better.
set -- \
    --skip server::crew:: --skip server::signals:: --skip server::direct::tests:: --skip runtime:: \
    --skip every_byte_at_every_place --skip the_library_takes_and_refuses --skip what_is_encoded_is_decoded \
    --skip heads_up_to_the_limits --skip the_buffer_grows --skip extensions_and_trailers_without_end \
    --skip nested_too_deep

# The clock of answers is the system's.
MIRIFLAGS="-Zmiri-disable-isolation" cargo +nightly miri test --locked --lib \
    --no-default-features --features direct,events --target-dir target/miri -- "$@"
