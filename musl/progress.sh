# What a build shows while it runs: cargo's own progress on a terminal, elsewhere one line before the first one. Sourced.

if [ -t 2 ]; then quiet=; else quiet=--quiet; fi

# say_first WHAT PATH: what is built, and how long that takes, unless cargo shows it or PATH says that it was built before.
say_first() {
    [ -z "$quiet" ] || [ -e "$2" ] || echo "building $1" >&2
}

# Builds fc-local and prints where cargo has put it.
fc_local() {
    say_first "fc-local, which takes a minute or two the first time" "${CARGO_TARGET_DIR:-target}/debug/fc-local"
    # shellcheck disable=SC2086 # no option is no word
    messages=$(cargo build $quiet --locked --package fc-local --message-format=json-render-diagnostics) || return
    printf '%s\n' "$messages" | sed -n 's/.*"executable":"\([^"]*\)".*/\1/p'
}
