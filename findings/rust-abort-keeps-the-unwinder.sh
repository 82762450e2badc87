#!/bin/bash
# A static Rust program with panic=abort and fat LTO still contains the unwinder, and C's printf for the unwinder's
# error messages.
#
# Guess: a program that cannot unwind links no unwinder, and one that is all Rust links no printf of C; so `abort`
# saves a good part of the package.
# Truth: the std that comes with the toolchain was built to unwind and prints backtraces, which needs the unwinder; this
# unwinder's own messages use fprintf. The zip is about a hundredth smaller than with panic=unwind.
# So: with panic=abort in Cargo.toml, a function loses its panic handling and saves next to nothing. The bytes go away
# only if you rebuild std without unwinding.
. "$(dirname "$0")/lib.sh"

need rustc rustup nm zip
TARGET=x86_64-unknown-linux-musl
rustup target list --installed | grep -q "^$TARGET$" || { echo "left out: the target is missing (rustup target add $TARGET)"; exit "$LEFT_OUT"; }
rustc --version

echo 'fn main() { println!("hello"); }' >hello.rs
for panic in unwind abort; do
    for strip in none symbols; do
        rustc --target $TARGET -Copt-level=z -Clto=fat -Ccodegen-units=1 -Cpanic=$panic -Cstrip=$strip -o $panic-$strip hello.rs
    done
    zip -9 -q $panic.zip $panic-symbols
    expect "panic=$panic: C's printf, and functions of the unwinder" \
        "$(nm $panic-none | grep -c -w -E 'fprintf|vfprintf|printf_core'), $(nm $panic-none | grep -c -w '_Unwind_RaiseException\|_Unwind_Backtrace\|_Unwind_GetIP')" \
        "3, $([ $panic = unwind ] && echo 3 || echo 2)"
done

unwind=$(stat -c %s unwind.zip) abort=$(stat -c %s abort.zip)
echo "zipped: $unwind bytes with panic=unwind, $abort with panic=abort"
expect "abort saves less than three hundredths" "$((abort * 100 > unwind * 97))" 1
