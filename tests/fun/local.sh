#!/bin/sh
# The local Function Compute in the shape of the Makefile's targets, from the project's folder:
#
# sh tests/fun/local.sh start          starts it and deploys template.yml by the real fun, if that is there
# sh tests/fun/local.sh deploy         deploys template.yml to the one that runs
# sh tests/fun/local.sh invoke EVENT   invokes the event function of the one that runs; without EVENT it comes from stdin
#
# FC_LOCAL_PROGRAM is the fc-local to start, cargo's usual place unless given. PORT is where it listens: 8900 unless given, 0 is any free port.
set -eu

data=${CARGO_TARGET_DIR:-target}/fc-local
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

# Whether the exports are those of the given process: the file outlives a server that is killed.
exports_of() {
    grep -qsx "# Written by process $1" "$exports"
}

reach() {
    server=$(sed -n 's/^# Written by process //p' "$exports" 2>/dev/null || :)
    { [ -n "$server" ] && kill -0 "$server" 2>/dev/null; } ||
        fail "the local Function Compute does not run: start it by 'make local' in another terminal"
    . "$exports"
}

# Waits for the server, so that it has stopped its instances when make returns.
stop() {
    kill "$server" 2>/dev/null || :
    wait "$server" || :
}

case ${1:-} in
start)
    "${FC_LOCAL_PROGRAM:-${CARGO_TARGET_DIR:-target}/debug/fc-local}" start --port "${PORT:-8900}" --data "$data" &
    server=$!
    trap stop EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    until exports_of $server; do
        kill -0 $server 2>/dev/null || fail "the local Function Compute did not start"
        sleep 0.1
    done
    if [ -n "$(find_fun)" ]; then
        (reach && run_fun deploy -y -t template.yml) || fail "template.yml was not deployed, see above"
    else
        echo "fun is missing (run 'make fun', which needs node), so template.yml is not deployed; what was deployed before is there"
    fi
    wait $server
    ;;
deploy)
    reach
    run_fun deploy -y -t template.yml
    ;;
invoke)
    reach
    # In a file, an event may begin with a dash, be a file's name or no text at all.
    event=$(mktemp)
    trap 'rm -f "$event"' EXIT
    if [ $# -gt 1 ]; then printf %s "$2"; else cat; fi >"$event"
    run_fun invoke event -f "$event"
    ;;
*)
    fail "say what: start, deploy or invoke"
    ;;
esac
