#!/bin/sh
# Says whether a file can be Function Compute's bootstrap: `sh musl/check-package.sh pkg/bootstrap`.
# It must be a static x86-64 ELF with its run bit (contract §3.4 has what the platform says of any other).
set -eu

file=${1:?say which file, such as pkg/bootstrap}

fail() {
    echo "$file $1" >&2
    exit 1
}

# number OFFSET BYTES: the unsigned little-endian number there in the file.
number() {
    od -An -v -t "u$2" -j "$1" -N "$2" "$file" | tr -d ' '
}

[ -f "$file" ] || fail "is missing: run 'make musl'"
[ -x "$file" ] || fail "has no run bit: run 'chmod 755 $file'"

elf_magic=1179403647 x86_64=62 class_64_bit=2 executable_types="2 3" interpreter=3
[ "$(wc -c <"$file")" -ge 64 ] && [ "$(number 0 4)" = $elf_magic ] ||
    fail "is not an ELF file, so Function Compute cannot start it: run 'make musl'"
[ "$(number 4 1)" = $class_64_bit ] && [ "$(number 18 2)" = $x86_64 ] ||
    fail "is not for x86-64, which Function Compute runs: run 'make musl' without ARCH"
case " $executable_types " in
*" $(number 16 2) "*) ;;
*) fail "is not executable: run 'make musl'" ;;
esac

# A dynamic program names its loader in its own program header.
[ "$(wc -c <"$file")" -ge $(($(number 32 8) + $(number 54 2) * $(number 56 2))) ] ||
    fail "is cut short: run 'make musl'"
headers=$(number 32 8) size=$(number 54 2) count=$(number 56 2) index=0
while [ "$index" -lt "$count" ]; do
    [ "$(number $((headers + index * size)) 4)" != $interpreter ] ||
        fail "is not static, so it needs libraries that the platform may not have: run 'make musl'"
    index=$((index + 1))
done
