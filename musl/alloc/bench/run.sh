#!/bin/sh
# Builds the programs with each allocator and prints what it costs and brings as a table: `sh musl/alloc/bench/run.sh`.
# An allocator that cannot be built on this machine gets a line that says so. Takes ten minutes or more.
#
# Times are ratios to glibc's within this run: the programs take turns, and of each the shortest of many runs counts. As a
# program of real time they are not disturbed by others (`chrt --rr 1 sh musl/alloc/bench/run.sh`, after a run with ROUNDS=0
# that builds).
set -u
cd "$(dirname "$0")"
out=${OUT:-out} rounds=${ROUNDS:-5}
all=${ALLOCATORS:-glibc musl percore mimalloc rusty_alloc frusa dlmalloc rlsf snmalloc jemalloc}
mkdir -p "$out"

# build NAME: both programs, as fast as they get and as small as they get.
build() {
    target=x86_64-unknown-linux-musl features=
    case $1 in
    glibc) target=x86_64-unknown-linux-gnu ;;
    musl) ;;
    *) features="--features $1" ;;
    esac
    # frusa names a feature of nightly compilers that it does not need.
    [ "$1" != frusa ] || bootstrap=RUSTC_BOOTSTRAP=1
    # shellcheck disable=SC2086 # They are several words.
    env ${bootstrap:-A=} cargo build --quiet --locked --release --target $target $features --bin work &&
        env ${bootstrap:-A=} cargo build --quiet --locked --profile musl --target $target $features --bin hello || return 1
    unset bootstrap
    built=${CARGO_TARGET_DIR:-target}/$target
    cp "$built/release/work" "$out/work-$1" && cp "$built/musl/hello" "$out/hello-$1"
}

# first_response PROGRAM: its highest memory in KiB when the first response is there.
first_response() {
    port=$((20000 + $$ % 10000))
    FC_SERVER_PORT=$port "$1" >/dev/null 2>&1 &
    child=$!
    until curl -s -o /dev/null -d hello "http://127.0.0.1:$port/invoke"; do sleep 0.05; done
    sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$child/status"
    kill -9 $child
    wait $child 2>/dev/null
}

# shortest NAME WHAT THREADS: the shortest time that is in the file of times.
shortest() {
    awk -v name="$1" -v what="$2" -v threads="$3" '
        $1 == name && $2 == what && $3 == threads && (!least || $4 < least) { least = $4 }
        END { print least }' "$out/times"
}

ready=
for name in $all; do
    if build "$name" 2>"$out/$name.log"; then ready="$ready $name"; else echo "$name cannot be built here: see $out/$name.log"; fi
done

: >"$out/times"
for round in $(seq "$rounds"); do
    for what in json grow; do
        for threads in 1 2 4; do
            for name in $ready; do
                echo "$name $what $threads $("$out/work-$name" "$what" "$threads" 5)" >>"$out/times"
            done
        done
    done
done

echo "machine: $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores, $(rustc --version | cut -d' ' -f1-2), $(date +%Y-%m-%d)"
echo "| allocator | zip | first response | 1 thread | 200 threads | objects, 1 | 2 | 4 | tree, 1 | 2 | 4 |"
echo "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
for name in $ready; do
    line="| $name | $(zip -9 -j -q - "$out/hello-$name" | wc -c) | $(first_response "$out/hello-$name")"
    for threads in 1 200; do
        line="$line | $("$out/work-$name" idle $threads | cut -d' ' -f2)"
    done
    for what in json grow; do
        for threads in 1 2 4; do
            ratio=$(awk -v a="$(shortest "$name" $what $threads)" -v b="$(shortest glibc $what $threads)" 'BEGIN { printf "%.2f", a / b }')
            line="$line | $ratio"
        done
    done
    echo "$line |"
done
