#!/bin/sh
# Builds the static package: `sh musl/build.sh OUT-FOLDER`, from the project's folder. What may be set:
#
# ARCH     the machine it is for: x86_64 (Function Compute's, the default) or aarch64
# STD      rebuilt (the default): the standard library is built along, for size
#          prebuilt: the one that rustup brings, with any stable toolchain; about 270 KB more, 130 KB zipped
# PANIC    unwind (the default): a handler's panic is an error, and the instance stays alive
#          abort: the last bytes. A panic ends the instance and every request that it is serving
# SERVER   tiny-http (the default) or direct
# PROGRAM  bootstrap (the default); testbed, the function of the tests, to test what is shipped as it is shipped; or
#          forecast, the example of fc-mcp, whose size is a promise
# MIRROR   a mirror of Rust's servers, laid out as rsproxy.cn is; none by default
set -eu

out=${1:?say where the package goes, such as pkg}
arch=${ARCH:-x86_64} std=${STD:-rebuilt} panic=${PANIC:-unwind} server=${SERVER:-tiny-http} mirror=${MIRROR:-}
program=${PROGRAM:-bootstrap}
target=$arch-unknown-linux-musl
. "$(dirname "$0")/flags.sh"
. "$(dirname "$0")/progress.sh"

fail() {
    echo "make musl: $1" >&2
    exit 1
}

# one_of NAME VALUE CHOICE...: refuses a value that is none of the choices.
one_of() {
    name=$1 value=$2
    shift 2
    for choice; do
        [ "$value" != "$choice" ] || return 0
    done
    fail "$name is '$value', which is none of: $*"
}

one_of ARCH "$arch" x86_64 aarch64
one_of STD "$std" rebuilt prebuilt
one_of PANIC "$panic" unwind abort
one_of SERVER "$server" tiny-http direct
one_of PROGRAM "$program" bootstrap testbed forecast

# One variable sets a mirror for the toolchain and for the crates.
[ -z "$mirror" ] || export RUSTUP_DIST_SERVER="$mirror" RUSTUP_UPDATE_ROOT="$mirror/rustup"

command -v cargo >/dev/null || fail "cargo is missing: install Rust from https://rustup.rs"

# The pinned toolchain, where it matters: only it builds the standard library along.
toolchain=
if [ "$std" = rebuilt ] && ! rustc --version | grep -q "^rustc $TOOLCHAIN "; then
    command -v rustup >/dev/null ||
        fail "Rust $TOOLCHAIN is missing and there is no rustup to bring it: install rustup, or build with STD=prebuilt"
    if ! rustup toolchain list | grep -q "^$TOOLCHAIN"; then
        echo "adding the toolchain $TOOLCHAIN"
        rustup toolchain install "$TOOLCHAIN" --profile minimal ||
            fail "Rust $TOOLCHAIN cannot be had: set MIRROR, or build with STD=prebuilt"
    fi
    toolchain=+$TOOLCHAIN
fi
# shellcheck disable=SC2086 # no toolchain is no word
sysroot=$(rustc $toolchain --print sysroot)

# add WHAT PATH COMMAND...: runs a rustup command that brings what is not there yet.
add() {
    what=$1 path=$2
    shift 2
    [ ! -e "$sysroot/lib/rustlib/$path" ] || return 0
    command -v rustup >/dev/null || fail "$what is missing and there is no rustup to add it: install rustup"
    echo "adding $what"
    # shellcheck disable=SC2086 # no toolchain is no word
    rustup "$@" ${toolchain:+--toolchain $TOOLCHAIN} ||
        fail "$what cannot be had: run 'rustup $*' where the network allows it, or set MIRROR"
}

add "the target $target" "$target/lib" target add "$target"
# The path is as cargo's, so that the same sources give the same bytes in any folder.
layout=musl/layout.ld
flags="$LINK_FLAGS -C link-arg=--no-rosegment -C link-arg=-T$layout"
case $program in
bootstrap) package=fc-runtime kind=--bin file=bootstrap ;;
testbed) package=fc-runtime kind=--example file=examples/testbed ;;
forecast) package=fc-mcp kind=--example file=examples/forecast ;;
esac
# shellcheck disable=SC2086 # no option is no word
set -- --locked $quiet --profile musl --target "$target" --package "$package" "$kind" "$program"
features=$server
# Where no panic unwinds, no unwinder is needed.
[ "$panic" = abort ] || features=$features,fc-runtime/small-unwinder
set -- "$@" --no-default-features --features "$features" --config "profile.musl.panic=\"$panic\""
[ -z "$mirror" ] || set -- "$@" --config "source.crates-io.replace-with='mirror'" \
    --config "source.mirror.registry='sparse+$mirror/index/'"
folder=prebuilt
if [ "$std" = rebuilt ]; then
    add "the source of the standard library" src/rust/library component add rust-src
    flags="$flags $COMPILE_FLAGS_rebuilt $REBUILT_FLAGS"
    folder=rebuilt
    # The flags that begin with -Z are not stable; this makes the pinned stable toolchain take them.
    export RUSTC_BOOTSTRAP=1
    case $panic in
    unwind) std_flags=$STD_FLAGS_unwind ;;
    abort) std_flags=$STD_FLAGS_abort ;;
    esac
    # shellcheck disable=SC2086 # the flags are several words
    set -- "$@" $std_flags --config "$STD_PROFILE"
else
    flags="$flags $COMPILE_FLAGS_prebuilt"
fi

# Its own folder, so that other builds of the project do not rebuild each other's dependencies.
built=${CARGO_TARGET_DIR:-target}/musl-$folder

# Cargo does not know of the layout, so where it has changed, cargo is made to forget that it has linked the program.
laid=$built/$target/layout
cmp -s "$layout" "$laid" || rm -rf "$built/$target/musl/.fingerprint"/fc-runtime-* "$built/$target/musl/.fingerprint"/fc-mcp-*

# The list of hot functions fits the pinned toolchain alone. Cargo does not know of it either: with another one, it is
# made to forget that it has compiled tiny_http.
hot=$(dirname "$0")/hot list=
if [ "$std-$server" = rebuilt-tiny-http ]; then
    # Cargo looks for a relative path elsewhere.
    RUSTC_WRAPPER=$(cd "$(dirname "$0")" && pwd)/hot.sh
    export RUSTC_WRAPPER
    list=$built/$target/hot
    cat "$hot.sh" "$hot.txt" | cmp -s - "$list" || rm -rf "$built/$target/musl/.fingerprint"/tiny_http-*
fi
say_first "the static package, which takes 1 to 5 minutes the first time" "$built/$target/musl/$file"
# shellcheck disable=SC2086 # no toolchain is no word
RUSTFLAGS="$flags ${RUSTFLAGS:-}" cargo $toolchain build --target-dir "$built" "$@" ||
    fail "the build failed, see above"
[ -z "$list" ] || cat "$hot.sh" "$hot.txt" >"$list"
cp "$layout" "$laid"

mkdir -p "$out"
# Into place by a rename, so that an instance that runs the old file is not disturbed.
install -m 755 "$built/$target/musl/$file" "$out/.$program.new"
mv "$out/.$program.new" "$out/$program"

bytes=$(wc -c <"$out/$program")
if command -v zip >/dev/null; then
    zipped="$(zip -9 -j -q - "$out/$program" | wc -c) bytes zipped"
else
    zipped="zipped bytes unknown because zip is not installed"
fi
echo "$out/$program: $bytes bytes, $zipped"
