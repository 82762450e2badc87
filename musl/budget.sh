#!/usr/bin/env bash
# Holds a package against its budget: `bash musl/budget.sh pkg/bootstrap tiny-http`, from the project's folder. With the
# word `mcp` after them, the package is the MCP server of src/mcp/examples/forecast.rs, and its own limits count.
# Needs zip, strace and valgrind; what is missing is an error, because an unchecked promise is none.
set -euo pipefail

package=${1:?say which package, such as pkg/bootstrap} server=${2:-tiny-http} kind=${3:-package}
work=$(mktemp -d)
running=
trap '[ -z "$running" ] || kill -KILL "$running" 2>/dev/null || :; rm -rf "$work"' EXIT

for tool in zip strace valgrind; do
    command -v "$tool" >/dev/null || {
        echo "make size: $tool is missing: install it, for instance by 'apt-get install $tool'" >&2
        exit 1
    }
done

# start COMMAND...: starts the package by this command on a free port, and waits until it serves. The package gets no other
# variable of the environment, because it looks through all of them: 300 cost it 45,000 instructions and 25 kB.
start() {
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        port=$((20000 + RANDOM % 20000))
        # What an earlier start has written must not be taken for this one's.
        : >"$work/log"
        env -i PATH="$PATH" FC_CUSTOM_LISTEN_PORT="$port" "$@" >"$work/log" 2>"$work/errors" &
        running=$!
        while kill -0 "$running" 2>/dev/null; do
            ! grep -q 'runtime inited' "$work/log" || return 0
            sleep 0.01
        done
    done
    echo "make size: the package does not start: $(cat "$work/errors")" >&2
    exit 1
}

# ask: sends one event and reads the first line of its answer.
ask() {
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'POST /invoke HTTP/1.1\r\nHost: x\r\nx-fc-control-path: /invoke\r\nContent-Length: 5\r\n\r\nhello' >&3
    read -r answer <&3
    case $answer in "HTTP/1.1 200 "*) ;; *)
        echo "make size: the package answers $answer" >&2
        exit 1
        ;;
    esac
}

# read_response: reads a response with a length, whose body is then in `body`.
read_response() {
    local line length=
    read -r answer <&3
    case $answer in "HTTP/1.1 200 "*) ;; *)
        echo "make size: the package answers $answer" >&2
        exit 1
        ;;
    esac
    while read -r line <&3 && [ "$line" != $'\r' ]; do
        case ${line,,} in content-length:*) length=${line#*:} length=${length//[^0-9]/} ;; esac
    done
    read -r -N "$length" body <&3
}

# send_again COUNT: sends the request so often on one connection, and reads the responses.
send_again() {
    local count
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    for ((count = 0; count < $1; count++)); do
        # In one piece, as the platform sends it.
        cat "$work/request" >&3
        read_response
    done
}

# ask_again COUNT: sends so many events, each with the head that the platform sends and 100 bytes.
ask_again() {
    sed 's/$/\r/' tests/support/platform-head.txt >"$work/request"
    printf '\r\n%0100d' 0 >>"$work/request"
    send_again "$1"
}

# post_again COUNT MESSAGE EXPECTED: sends a message of MCP so often by an HTTP trigger, with the same head, and looks for a
# text in the last response.
post_again() {
    local message=$2
    {
        printf 'POST /mcp HTTP/1.1\r\nX-Fc-Control-Path: /http-invoke\r\nContent-Type: application/json\r\n'
        printf 'Accept: application/json, text/event-stream\r\nContent-Length: %d\r\n' "${#message}"
        sed '1d; /^Content-/d; /^X-Fc-Control-Path/d; /^Accept:/d; s/$/\r/' tests/support/platform-head.txt
        printf '\r\n%s' "$message"
    } >"$work/request"
    send_again "$1"
    case $body in *"$3"*) ;; *)
        echo "make size: the MCP server answers $body" >&2
        exit 1
        ;;
    esac
}

# list: asks once for the tools.
list() {
    post_again 1 '{"jsonrpc":"2.0","id":1,"method":"tools/list"}' '"name":"compare"'
}

# call_again COUNT: calls a tool so often.
call_again() {
    local arguments='{"name":"compare","arguments":{"one":"Wuhan","other":"Xian"}}'
    post_again "$1" '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":'"$arguments"'}' '"text":"Wuhan"'
}

# finish PID: ends the package as the system does, and waits for it.
finish() {
    exec 3>&-
    kill -TERM "$1"
    wait "$running" || :
    running=
}

# limit_of WHAT: what the budget allows.
limit_of() {
    awk -v server="$server" -v what="$1" '$1 == server && $2 == what { print $3 }' musl/budget.txt
}

# look_at_start: how many threads there are when the first answer is there, and the peak of the memory. The next worker is
# started a few milliseconds later. Where this script is kept from looking for as long, as on a busy machine, it counts
# that one too, so the least of several looks is what was there.
look_at_start() {
    local look status seen
    threads=
    for look in {1..20}; do
        start "$package"
        ask
        status=$(cat "/proc/$running/status")
        finish "$running"
        seen=$(awk '$1 == "Threads:" { print $2 }' <<<"$status")
        if [ -z "$threads" ] || [ "$seen" -lt "$threads" ]; then
            threads=$seen
            rss=$(awk '$1 == "VmHWM:" { print $2 }' <<<"$status")
        fi
        [ "$look" -lt 5 ] || [ "$threads" -gt "$(limit_of threads)" ] || break
    done
}

failed=
# check WHAT COUNT: compares a count with the budget.
check() {
    local limit
    limit=$(limit_of "$1")
    if [ -z "$limit" ]; then
        echo "make size: musl/budget.txt has no line '$server $1'" >&2
        exit 1
    fi
    printf '%-13s %9d of %9d\n' "$1" "$2" "$limit"
    [ "$2" -le "$limit" ] || failed="$failed $1"
}

# count_instructions COMMAND...: counts those of the package, from its start to its end, while the command asks it.
count_instructions() {
    start valgrind --tool=callgrind --callgrind-out-file=/dev/null "$package"
    "$@"
    finish "$running"
    refs=$(sed -n 's/.*refs: *//p' "$work/errors" | tr -d ,)
}

# count_again COMMAND: user instructions of a warm request, which are what 200 more on the same connection take more. What a start
# and an end take differs by 10,000 from run to run, which is 50 of each.
count_again() {
    local once
    count_instructions "$1" 50
    once=$refs
    count_instructions "$1" 250
    warm=$(((refs - once) / 200))
}

check_package() {
    check file "$(wc -c <"$package")"
    check zip "$(zip -9 -j -q - "$package" | wc -c)"

    look_at_start
    check threads "$threads"
    check rss "$rss"

    start strace -f -o "$work/calls" "$package"
    ask
    # The server listens when it asks for its own length of the queue.
    check syscalls "$(awk '{ count++ } /listen\(.*, 1024\)/ { print count; exit }' "$work/calls")"
    finish "$(pgrep -P "$running")"

    count_instructions ask
    check instructions $((refs / 1000))
    count_instructions ask_again 1
    check event $((refs / 1000))

    count_again ask_again
    check request "$warm"
}

# The MCP server: what it adds to a package, and to a request.
check_mcp() {
    check mcp-file "$(wc -c <"$package")"
    check mcp-zip "$(zip -9 -j -q - "$package" | wc -c)"
    start "$package"
    call_again 1
    check mcp-rss "$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$running/status")"
    finish "$running"
    count_instructions list
    check mcp-list $((refs / 1000))
    count_again call_again
    check mcp-call "$warm"
}

echo "$package, server $server:"
"check_$kind"

[ -z "$failed" ] || {
    echo "make size: over the budget of musl/budget.txt:$failed" >&2
    exit 1
}
