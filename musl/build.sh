#!/bin/sh
# Builds the static package: `sh musl/build.sh OUT-FOLDER`, from the project's folder.
#
# ARCH     the machine it is for: x86_64 (Function Compute's) or aarch64
# MIRROR   a mirror of Rust's servers, laid out as rsproxy.cn is; none by default
set -eu

out=${1:?say where the package goes, such as pkg}
arch=${ARCH:-x86_64}
target=$arch-unknown-linux-musl

fail() {
    echo "make musl: $1" >&2
    exit 1
}

# One variable sets a mirror for the toolchain and for the crates.
mirror_config=
if [ -n "${MIRROR:-}" ]; then
    export RUSTUP_DIST_SERVER="$MIRROR" RUSTUP_UPDATE_ROOT="$MIRROR/rustup"
    mirror_config="--config source.crates-io.replace-with='mirror' --config source.mirror.registry='sparse+$MIRROR/index/'"
fi

command -v cargo >/dev/null || fail "cargo is missing: install Rust by https://rustup.rs"

if [ ! -d "$(rustc --print sysroot)/lib/rustlib/$target/lib" ]; then
    echo "adding the rustup target $target"
    rustup target add "$target" ||
        fail "the target $target cannot be had: run 'rustup target add $target' where the network allows it, or set MIRROR"
fi

. "$(dirname "$0")/flags.sh"
export RUSTFLAGS="$RUSTFLAGS_SMALL ${RUSTFLAGS:-}"

# shellcheck disable=SC2086 # the configuration is several words
cargo build --locked --quiet --profile musl --target "$target" --bin bootstrap $mirror_config ||
    fail "the build failed, see above"

built=${CARGO_TARGET_DIR:-target}/$target/musl/bootstrap
mkdir -p "$out"
# Into place by a rename, so that an instance that runs the old file is not disturbed.
install -m 755 "$built" "$out/.bootstrap.new"
mv "$out/.bootstrap.new" "$out/bootstrap"

bytes=$(wc -c <"$out/bootstrap")
if command -v zip >/dev/null; then
    zipped="$(zip -9 -j -q - "$out/bootstrap" | wc -c) bytes zipped"
else
    zipped="zipped bytes unknown, for zip is not installed"
fi
echo "$out/bootstrap: $bytes bytes, $zipped"
