#!/bin/sh
# Checks every dependency by cargo-deny: licences, duplicates, sources and advisories. Where the database of these cannot be
# fetched, what advisories.tsv knows of it is checked, and its age is printed.
set -eu
cd "$(dirname "$0")/.."

if ! cargo deny --version >/dev/null 2>&1; then
    echo "make deny: cargo-deny is missing: cargo install cargo-deny --locked" >&2
    exit 1
fi

config=.ci/deny.toml
if ! cargo deny --log-level off --config $config fetch db; then
    facts=${CARGO_TARGET_DIR:-target}/advisories
    sh .ci/advisories.sh "$facts"
    # shellcheck disable=SC1091 # It is made above.
    . "$facts/env"
    config=$facts/deny.toml
    echo "!! LEFT OUT: the yanked versions, and advisories that are newer: https://github.com/RustSec/advisory-db cannot be fetched" >&2
fi

# The peers of the comparison are other people's choices, and so are their dependencies.
for manifest in Cargo.toml tests/fuzz/Cargo.toml musl/compare/Cargo.toml musl/alloc/Cargo.toml musl/alloc/fuzz/Cargo.toml; do
    echo "$manifest: licences, duplicates, sources, advisories"
    # Both servers at once: the graph is looked at, not built.
    cargo deny --manifest-path "$manifest" --workspace --locked --all-features --config "$config" \
        check bans licenses sources advisories
done
for server in tiny-http direct; do
    echo "bootstrap, $server: what it must not link"
    cargo deny --locked --no-default-features --features "$server,events,small-unwinder" --config .ci/deny-shipped.toml \
        check bans licenses sources
done
