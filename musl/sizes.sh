#!/bin/sh
# Measures what makes a package large, for the guide: `sh musl/sizes.sh [NAME...]`, from the project's folder. It writes
# musl/sizes.txt; with names it measures those rows alone and keeps the others. A build takes a quarter of a minute on
# two idle cores, and there are 23.
set -eu

. musl/flags.sh
target=x86_64-unknown-linux-musl
list=musl/sizes.txt
only=$*
folder=${CARGO_TARGET_DIR:-target}/sizes
mkdir -p "$folder"

for tool in cargo zip; do
    command -v "$tool" >/dev/null || { echo "make sizes: $tool is missing: install it" >&2; exit 1; }
done
toolchain=
rustc --version | grep -q "^rustc $TOOLCHAIN " || toolchain=+$TOOLCHAIN

# record NAME: replaces the row of that name with the size of what was built.
record() {
    built=$folder/$target/release/bootstrap
    row="$1 $(wc -c <"$built") $(zip -9 -j -q - "$built" | wc -c)"
    awk -v row="$row" -v name="$1" '$1 == name { print row; found = 1; next } { print } END { if (!found) print row }' \
        "$list" >"$list.new"
    mv "$list.new" "$list"
    echo "$row"
}

# build NAME FLAGS ARGUMENT...: builds with these compiler flags and cargo arguments, and records the size.
build() {
    name=$1 flags=$2
    shift 2
    case " ${only:-$name} " in *" $name "*) ;; *) return 0 ;; esac
    # shellcheck disable=SC2086 # no toolchain is no word
    RUSTFLAGS="$flags" cargo $toolchain build --quiet --locked --release --manifest-path musl/sizes/Cargo.toml \
        --target-dir "$folder" --target "$target" --no-default-features "$@"
    record "$name"
}

# The profile, line by line, each row with those before it.
build nothing "" --features tiny-http
export CARGO_PROFILE_RELEASE_STRIP=symbols
build strip "" --features tiny-http
export CARGO_PROFILE_RELEASE_OPT_LEVEL=z
build opt-level "" --features tiny-http
export CARGO_PROFILE_RELEASE_LTO=fat
build lto "" --features tiny-http
export CARGO_PROFILE_RELEASE_CODEGEN_UNITS=1
build codegen-units "" --features tiny-http
CARGO_PROFILE_RELEASE_PANIC=abort build abort "" --features tiny-http
build direct "" --features direct
export RUSTC_BOOTSTRAP=1
# shellcheck disable=SC2086 # the flags are several words
build rebuilt "$REBUILT_FLAGS" --features tiny-http $STD_FLAGS_unwind

# Each handler, with all flags of the shipped package.
RUSTC_WRAPPER=$PWD/musl/hot.sh
export RUSTC_WRAPPER
for handler in plain timestamp format http threads chrono fractions typed value derive three regex-lite ureq regex mcp; do
    features=tiny-http,small-unwinder
    [ $handler = plain ] || features=$features,$handler
    # shellcheck disable=SC2086 # the flags are several words
    build $handler "$LINK_FLAGS $COMPILE_FLAGS_rebuilt $REBUILT_FLAGS" --features $features $STD_FLAGS_unwind \
        --config "$(echo "$STD_PROFILE" | sed 's/profile\.musl/profile.release/')"
done
# Together the builds take gigabytes.
[ -n "$only" ] || rm -rf "${folder:?}"
