#!/usr/bin/env bash
# Runs a command that runs tests, and sums up what they did: `bash tests/summary.sh make all-tests`.
#
# Each test binary gets one line, and all that it wrote where a test of it failed; each test that was left out has its
# reason. The last line counts them all. The exit status is the command's, and never 0 where a test failed, a binary broke off or no test ran.
# NOT_RUN, if it is set, names what belongs to other commands, a line each.
set -uo pipefail

passed=0 failed=0 ignored=0
binary=""     # the one that runs
written=()    # what it wrote, besides the tests that passed
skipped=()    # tests that were left out, with the reason
parts=()      # what could not be tested as it should, said by the tests themselves
broken=()     # binaries that ended without a result

# Before the next binary begins and at the end: each has to have said what came of it.
leave_binary() {
    if [ -n "$binary" ]; then
        show_written
        broken+=("$binary")
        echo "$binary: ended without a result"
    fi
    binary=$1 written=()
}

show_written() {
    [ "${#written[@]}" -eq 0 ] || printf '%s\n' "${written[@]}"
}

# result LINE: "test result: ok. 3 passed; 0 failed; 1 ignored; …", of rustc's harness and of others like it.
result() {
    [[ $1 =~ ([0-9]+)\ passed\;\ ([0-9]+)\ failed\;\ ([0-9]+)\ ignored ]] || return 1
    local good=${BASH_REMATCH[1]} bad=${BASH_REMATCH[2]} left=${BASH_REMATCH[3]}
    passed=$((passed + good)) failed=$((failed + bad)) ignored=$((ignored + left))
    [ "$bad" -eq 0 ] || show_written
    local words="$good passed"
    [ "$bad" -eq 0 ] || words+=", $bad FAILED"
    [ "$left" -eq 0 ] || words+=", $left skipped"
    # One without tests, such as those of the other HTTP server, is no news.
    [ "$((good + bad + left))" -eq 0 ] || echo "$binary: $words"
    binary=""
}

# skip LINE: "test NAME ... ignored, REASON", or "(REASON)" in the words of another harness.
skip() {
    skipped+=("$(sed -E 's/^test //; s/ +\.\.\. ignored$//; s/ +\.\.\. ignored, /: /; s/ +\.\.\. ignored \((.*)\)$/: \1/' <<<"$1")")
}

look_at() {
    local line=$1
    case "$line" in
    *"LEFT OUT: "*) parts+=("${line#*LEFT OUT: }") ;;
    "     Running unittests "*) leave_binary "$(sed -E 's|^ +Running unittests ([^ ]+) \(.*/([^/]+)-[0-9a-f]+\)$|\1 of \2|' <<<"$line")" ;;
    "     Running "*) leave_binary "$(sed -E 's/^ +Running //; s/ \(.*//' <<<"$line")" ;;
    "   Doc-tests "*) leave_binary "examples in the documentation of ${line#   Doc-tests }" ;;
    "test result: "*) result "$line" || echo "$line" ;;
    "test "*" ... ok" | "test "*" ... ok (in "*) ;;
    "test "*" ... ignored"*) skip "$line" ;;
    "" | "running "*" test"* | "   Compiling "* | " Downloading "* | "  Downloaded "* | "    Updating "*) ;;
    "    Finished "* | "    Blocking waiting for "* | "     Locking "*) ;;
    # Whatever else there is, failures above all, is shown as it came; a green binary's is not.
    *) if [ -n "$binary" ]; then written+=("$line"); else printf '%s\n' "$line"; fi ;;
    esac
}

not_run=${NOT_RUN:-}
unset NOT_RUN
exec 3< <("$@" 2>&1)
child=$!
while IFS= read -r line <&3 || [ -n "$line" ]; do
    look_at "$line"
done
wait "$child"
status=$?
leave_binary ""

# list TITLE LINE…
list() {
    local title=$1
    shift
    [ "$#" -gt 0 ] || return 0
    printf '\n%s:\n' "$title"
    printf '  %s\n' "$@"
}

list "Skipped" ${skipped[@]+"${skipped[@]}"}
list "Tested in part" ${parts[@]+"${parts[@]}"}
mapfile -t elsewhere < <(printf '%s' "$not_run")
list "Not run here" ${elsewhere[@]+"${elsewhere[@]}"}
list "Ended without a result, which counts as one failure each" ${broken[@]+"${broken[@]}"}

failed=$((failed + ${#broken[@]}))
if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
    printf '\nNo test failed, but the command did, with status %s: what it said is above.\n' "$status"
fi
if [ "$((passed + failed))" -eq 0 ]; then
    printf '\nNo test ran.\n'
fi
printf '\n%s passed, %s failed, %s skipped\n' "$passed" "$failed" "$ignored"
if [ "$status" -eq 0 ] && { [ "$failed" -gt 0 ] || [ "$passed" -eq 0 ]; }; then
    status=1
fi
exit "$status"
