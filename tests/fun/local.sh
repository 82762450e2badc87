#!/bin/sh
# The local Function Compute in the shape of the Makefile's targets, from the project's folder:
#
# sh tests/fun/local.sh start          starts it with the functions of TEMPLATE, which is template.yml unless given
# sh tests/fun/local.sh deploy         deploys template.yml to the one that runs, by the real fun
# sh tests/fun/local.sh invoke EVENT   invokes FUNCTION, which is event unless given; without EVENT it comes from stdin
#
# FC_LOCAL_PROGRAM is the fc-local to run, the one in cargo's usual place unless given. PORT is where it listens: 8900 unless
# given, 0 is any free port.
set -eu

target=${CARGO_TARGET_DIR:-target}
tool=${FC_LOCAL_PROGRAM:-$target/debug/fc-local}
data=$target/fc-local
exports=$data/env.sh

fail() {
    echo "make: $1" >&2
    exit 1
}

# The fun on the path, or the one that `make fun` has installed; nothing if there is none that can run.
find_fun() {
    cli=$(command -v fun 2>/dev/null || :)
    case $cli in /*) ;; *) cli=tests/fun/node_modules/.bin/fun ;; esac
    if [ -x "$cli" ] && command -v node >/dev/null; then echo "$cli"; fi
}

run_fun() {
    cli=$(find_fun)
    [ -n "$cli" ] || fail "fun is missing: run 'make fun', which needs node"
    # Under CI fun would report to its makers.
    env -u CI NODE_NO_WARNINGS=1 "$cli" "$@" </dev/null
}

reach() {
    server=$(sed -n 's/^# Written by process //p' "$exports" 2>/dev/null || :)
    { [ -n "$server" ] && kill -0 "$server" 2>/dev/null; } ||
        fail "the local Function Compute does not run: start it by 'make local' in another terminal"
    . "$exports"
}

case ${1:-} in
start)
    exec "$tool" start --port "${PORT:-8900}" --data "$data" --template "${TEMPLATE:-template.yml}"
    ;;
deploy)
    reach
    run_fun deploy -y -t template.yml
    ;;
invoke)
    reach
    if [ $# -gt 1 ]; then set -- -e "$2"; else set -- -f -; fi
    exec "$tool" invoke --on "${FUNCTION:-event}" --server-data "$data" "$@"
    ;;
*)
    fail "say what: start, deploy or invoke"
    ;;
esac
