# What the scripts of this folder share: a temp folder, pinned packages, and the check of what was seen.
# shellcheck shell=bash
set -euo pipefail

# The exit code for "this machine lacks something", which `run.sh` counts as left out.
LEFT_OUT=77
export HERE
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
TEMP=$(mktemp -d)
SERVER=

finish() {
    if [ -n "$SERVER" ]; then
        kill "$SERVER" 2>/dev/null || true
        wait "$SERVER" 2>/dev/null || true
    fi
    rm -rf "$TEMP"
}
trap finish EXIT
cd "$TEMP"

# need COMMAND...: leaves the script out where one of them is missing.
need() {
    local command
    for command; do
        if ! command -v "$command" >/dev/null; then
            echo "left out: $command is missing"
            exit "$LEFT_OUT"
        fi
    done
}

# npm_packages NAME@VERSION...: into $TEMP/node_modules, and prints what was installed.
# Nothing newer than $BEFORE is taken, so that the packages that these need stay the same as well.
npm_packages() {
    need node npm
    [ -f package.json ] || echo '{"private":true}' >package.json
    npm install --prefer-offline --before "${BEFORE:-2026-11-30}" --ignore-scripts --no-audit --no-fund --loglevel=error "$@" >/dev/null
    echo "packages: $* (node $(node --version))"
}

# pip_packages NAME==VERSION...: into $TEMP/python, where python3 finds them.
pip_packages() {
    need python3
    if ! python3 -m pip --version >/dev/null 2>&1; then
        echo "left out: pip is missing"
        exit "$LEFT_OUT"
    fi
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target python "$@" 2>pip.log ||
        { cat pip.log; exit 1; }
    export PYTHONPATH="$TEMP/python" PYTHONNOUSERSITE=1
    echo "packages: $* ($(python3 --version))"
}

# start_server COMMAND...: runs it until the script ends, and waits for the file `port` that it writes.
start_server() {
    rm -f port
    "$@" &
    SERVER=$!
    until [ -s port ]; do
        kill -0 "$SERVER" || { echo "the server has ended"; exit 1; }
        sleep 0.1
    done
    PORT=$(cat port)
    export PORT
}

stop_server() {
    kill "$SERVER"
    wait "$SERVER" 2>/dev/null || true
    SERVER=
}

# expect WHAT SEEN WANTED: prints it, and ends the script where the behaviour has changed.
expect() {
    if [ "$2" = "$3" ]; then
        echo "as expected: $1: $2"
    else
        printf 'CHANGED: %s\n--- expected\n%s\n--- seen\n%s\n' "$1" "$3" "$2"
        exit 1
    fi
}
