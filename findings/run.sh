#!/bin/bash
# Runs the scripts of this folder, all or those that are named, each for at most three minutes: run.sh [NAME]...
# Exits non-zero if a behaviour has changed.
set -uo pipefail
cd "$(dirname "$0")" || exit 1

# In seconds.
LIMIT=180
LEFT_OUT=77

passed=() failed=() left_out=()
names=("$@")
[ $# -gt 0 ] || for script in *.sh; do
    case $script in lib.sh | run.sh) ;; *) names+=("${script%.sh}") ;; esac
done

output=$(mktemp)
trap 'rm -f "$output"' EXIT
echo "${#names[@]} scripts, at most $LIMIT s each; they need node, npm, python3 with pip, cargo, and the registries of each"
for name in "${names[@]}"; do
    echo "=== $name"
    timeout --kill-after=10 "$LIMIT" bash "$name.sh" 2>&1 | tee "$output"
    code=${PIPESTATUS[0]}
    case $code in
    0) passed+=("$name") ;;
    "$LEFT_OUT") left_out+=("$name: $(tail -n 1 "$output")") ;;
    124 | 137) failed+=("$name: longer than $LIMIT s") ;;
    *) failed+=("$name: exit code $code") ;;
    esac
done

echo "=== ${#passed[@]} passed, ${#failed[@]} failed, ${#left_out[@]} left out"
printf '%s\n' "${failed[@]/#/failed: }" "${left_out[@]}" | sed '/^$/d'
[ ${#failed[@]} -eq 0 ]
