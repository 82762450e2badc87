#!/bin/sh
# The local Function Compute in the shape of the Makefile's targets, from the project's folder:
#
# sh tests/fun/local.sh start          starts it and deploys template.yml by the real fun, if that is there
# sh tests/fun/local.sh deploy         deploys template.yml to the one that runs
# sh tests/fun/local.sh invoke EVENT   invokes the event function of the one that runs
set -eu

data=${CARGO_TARGET_DIR:-target}/fc-local
exports=$data/env.sh

fail() {
    echo "make: $1" >&2
    exit 1
}

# The fun on the path, or the one that `make fun` has installed.
fun() {
    cli=$(command -v fun 2>/dev/null || :)
    case $cli in /*) ;; *) cli=tests/fun/node_modules/.bin/fun ;; esac
    [ -x "$cli" ] || fail "fun is missing: run 'make fun', which needs node"
    # Under CI fun would report to its makers.
    env -u CI NODE_NO_WARNINGS=1 "$cli" "$@" </dev/null
}

reach() {
    [ -s "$exports" ] || fail "the local Function Compute does not run: start it by 'make local' in another terminal"
    . "$exports"
}

case ${1:-} in
start)
    rm -f "$exports"
    "${CARGO_TARGET_DIR:-target}/debug/fc-local" start --data "$data" &
    server=$!
    trap 'kill $server 2>/dev/null || :' INT TERM EXIT
    until [ -s "$exports" ]; do
        kill -0 $server 2>/dev/null || fail "the local Function Compute did not start"
        sleep 0.1
    done
    if command -v node >/dev/null; then
        (reach && fun deploy -y -t template.yml) || fail "template.yml was not deployed, see above"
    else
        echo "node is missing, so template.yml is not deployed; the functions of an earlier time are there"
    fi
    wait $server
    ;;
deploy)
    reach
    fun deploy -y -t template.yml
    ;;
invoke)
    reach
    fun invoke event -e "$2"
    ;;
*)
    fail "say what: start, deploy or invoke"
    ;;
esac
