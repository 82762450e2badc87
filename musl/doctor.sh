#!/bin/sh
# What this machine lacks for building, trying and deploying, each with the command that brings it:
# `sh musl/doctor.sh`, from the project's folder. It looks at what the doctor itself needs; the rest is `fc-local doctor`.
set -eu

missing=
# need PROGRAM WHAT-FOR COMMAND: says that a program is missing, and what brings it.
need() {
    ! command -v "$1" >/dev/null || return 0
    printf 'FAIL  %-16s  there is no %s, which %s\n      %-16s  fix it: %s\n' "$1" "$1" "$2" '' "$3"
    missing=x
}

need cargo "builds everything" "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
need cc "links fc-local and the tests" "apt-get install -y gcc libc6-dev"
if [ -n "$missing" ]; then
    echo "make doctor: the rest is looked at once these are there" >&2
    exit 1
fi
. "${0%/*}/progress.sh"
if ! program=$(fc_local); then
    printf 'FAIL  %-16s  it cannot be built, see above\n      %-16s  fix it: %s\n' fc-local '' "rustup update stable"
    exit 1
fi
exec "$program" doctor --port "${PORT:-8900}"
