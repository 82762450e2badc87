#!/bin/sh
# Compiles the functions of tiny_http that musl/hot.txt lists for speed, while all others are compiled for size. Cargo
# starts it instead of rustc (RUSTC_WRAPPER): `sh musl/hot.sh RUSTC ARGUMENT...`.
#
# A function is chosen by a flag of LLVM that has its mangled name, which the compiler makes up anew with each version of
# anything. So the crate is compiled once to see its names. LLVM is silent about a name that does not exist: that each
# pattern of the list finds one function is checked here.
#
# The chosen functions keep no pointer to their frame either, which musl/flags.sh gives to all: one of them runs for each
# byte. That takes 4,900 instructions off a request, and costs 353 bytes of the zip.
set -eu

list=${0%.sh}.txt
crate= folder= suffix= before=
for word; do
    case $before in
    --crate-name) crate=$word ;;
    --out-dir) folder=$word ;;
    esac
    case $word in
    extra-filename=*) suffix=${word#*=} ;;
    esac
    before=$word
done
[ "$crate" = tiny_http ] || exec "$@"

fail() {
    echo "musl/hot.sh: $1" >&2
    exit 1
}

# Before any optimization, because that leaves no function out.
code=$folder/$crate$suffix.ll
"$@" --emit=llvm-ir -C no-prepopulate-passes >"$code.log" 2>&1 || fail "tiny_http does not compile: $(cat "$code.log")"
names=$(sed -n 's/^define .*@\(_R[A-Za-z0-9_]*\)(.*/\1/p' "$code")
rm "$code" "$code.log"

# What LLVM adds to functions, one a line. Not in the crate's folder: rustc takes a space in that path for the end of the flag.
added=$(mktemp)
trap 'rm -f "$added"' EXIT
while read -r how pattern; do
    case $how in
    '' | '#'*) continue ;;
    esac
    found=$(echo "$names" | grep -E "$pattern") || found=
    count=$(echo "$found" | wc -w)
    [ "$count" -eq 1 ] ||
        fail "'$pattern' of $list matches $count functions of tiny_http instead of one: correct it, or take the line out"
    for attribute in minsize optsize; do
        set -- "$@" -C "llvm-args=-force-remove-attribute=$found:$attribute"
    done
    echo "$found,frame-pointer=none" >>"$added"
    case $how in
    fast) ;;
    hint) set -- "$@" -C "llvm-args=-force-attribute=$found:inlinehint" ;;
    inline) set -- "$@" -C "llvm-args=-force-attribute=$found:alwaysinline" ;;
    *) fail "'$how' of $list is none of fast, hint and inline" ;;
    esac
done <"$list"
"$@" -C "llvm-args=-forceattrs-csv-path=$added"
