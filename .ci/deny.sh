#!/bin/sh
# Checks every dependency by cargo-deny: licences, duplicates, sources, and the advisories where their database can be
# fetched. Only that one may be left out, and then it is said.
set -eu
cd "$(dirname "$0")/.."

if ! cargo deny --version >/dev/null 2>&1; then
    echo "make deny: cargo-deny is missing: cargo install cargo-deny --locked" >&2
    exit 1
fi

advisories=advisories
if ! cargo deny --log-level off --config .ci/deny.toml fetch db; then
    advisories=
    echo "!! LEFT OUT: the advisories and the yanked versions: https://github.com/RustSec/advisory-db cannot be fetched" >&2
fi

# The peers of the comparison are other people's choices, and so are their dependencies.
for manifest in Cargo.toml tests/fuzz/Cargo.toml musl/compare/Cargo.toml musl/alloc/Cargo.toml musl/alloc/fuzz/Cargo.toml; do
    echo "$manifest: licences, duplicates, sources${advisories:+, advisories}"
    # Both servers at once: the graph is looked at, not built.
    # shellcheck disable=SC2086 # It is one word or none.
    cargo deny --manifest-path "$manifest" --workspace --locked --all-features --config .ci/deny.toml \
        check bans licenses sources $advisories
done
for server in tiny-http direct; do
    echo "bootstrap, $server: what it must not link"
    cargo deny --locked --no-default-features --features "$server,events,small-unwinder" --config .ci/deny-shipped.toml \
        check bans licenses sources
done
