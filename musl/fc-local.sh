#!/bin/sh
# Runs the fc-local of this clone, built as it is now: `sh musl/fc-local.sh ARGUMENT...`, from the project's folder.
# With --where alone it prints where the program is.
set -eu

. "$(dirname "$0")/progress.sh"
program=$(fc_local)
if [ "${1:-}" = --where ]; then
    echo "$program"
else
    exec "$program" "$@"
fi
