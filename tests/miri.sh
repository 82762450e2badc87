#!/bin/sh
# Runs the unit tests that need no socket, no signal and no child under miri: `sh tests/miri.sh`.
set -eu
cd "$(dirname "$0")/.."

if ! cargo +nightly miri --version >/dev/null 2>&1; then
    echo "make miri: it needs a nightly toolchain: rustup toolchain install nightly --component miri,rust-src" >&2
    exit 1
fi

# Left out, because miri has no such calls of the system: what opens sockets and pipes (the direct server's own tests, the workers
# with their bell, their hiring and their turns, the signals, the runtime, the look at a client, the pipes of stdout).
set -- --skip logger::output::pipes:: --skip server::crew:: --skip server::hiring:: --skip server::direct::turns:: --skip server::direct::wire::tests::a_short --skip server::direct::wire::tests::what_ --skip server::signals:: --skip client::socket:: --skip heartbeat::tests::a_client_that_leaves --skip server::direct::tests:: --skip runtime::
# Left out, because it leaks on purpose what panics for a second time.
set -- "$@" --skip what_panics_when_it_is_dropped
# Left out, because they take minutes there: tests that go through hundreds of inputs, each cut in several ways. What they
# look at is safe code as well, and the fuzz targets go through more.
for slow in every_byte_at_every_place the_library_takes_and_refuses what_is_encoded_is_decoded \
    heads_up_to_the_limits the_buffer_grows extensions_and_trailers_without_end nested_too_deep chunks_ \
    that_are_refused request_lines_that there_must_be_one a_head_that_breaks_off five_centuries \
    a_byte_that_may_not_stand a_control_character_is_found a_head_is_here_when \
    a_line_that_just_fits a_cut_counts fields_that_have_no_room a_message_makes_room that_leaves_no_room; do
    set -- "$@" --skip "$slow"
done

# The clock of answers is the system's.
MIRIFLAGS="-Zmiri-disable-isolation" cargo +nightly miri test --locked --lib \
    --no-default-features --features direct,events --target-dir target/miri -- "$@"

# The allocator, with slabs of 8 KiB, so that its threads fill and empty them.
cd musl/alloc
MIRIFLAGS="-Zmiri-disable-isolation" cargo +nightly miri test --locked --lib --test threads --target-dir ../../target/miri
