#!/bin/sh
# Makes a database for cargo-deny of the facts in advisories.tsv: `sh .ci/advisories.sh FOLDER`, and says how old they are.
# FOLDER/env has the settings of git, and FOLDER/deny.toml the configuration, with which cargo-deny takes it for RustSec's.
set -eu
folder=$1
here=$(cd "$(dirname "$0")" && pwd)
facts=$here/advisories.tsv

rm -rf "$folder"
mkdir -p "$folder/source"
folder=$(cd "$folder" && pwd)

awk -F '\t' -v folder="$folder/source/crates" '
function list(text,    count, parts, at, all) {
    count = text == "-" ? 0 : split(text, parts, / \| /)
    for (at = 1; at <= count; at++) all = all (at > 1 ? ", " : "") "\"" parts[at] "\""
    return "[" all "]"
}
/^RUSTSEC-/ {
    if (NF != 6) { print FILENAME ": line " FNR " has not six columns" > "/dev/stderr"; exit 1 }
    system("mkdir -p \"" folder "/" $2 "\"")
    file = folder "/" $2 "/" $1 ".md"
    print "```toml\n[advisory]\nid = \"" $1 "\"\npackage = \"" $2 "\"\ndate = \"" $3 "\"" > file
    if ($4 != "vulnerability") print "informational = \"" $4 "\"" > file
    print "\n[versions]\npatched = " list($5) "\nunaffected = " list($6) "\n```\n\n# " $1 "\n\nThe text is elsewhere." > file
    close(file)
}' "$facts"

git -C "$folder/source" init --quiet --initial-branch main
git -C "$folder/source" add crates
git -C "$folder/source" -c user.name=fc-runtime -c user.email= commit --quiet --message facts

# cargo-deny takes a database from a host only; this makes git look here for it.
cat >"$folder/env" <<END
export GIT_CONFIG_COUNT=1
export GIT_CONFIG_KEY_0="url.file://$folder/source.insteadOf"
export GIT_CONFIG_VALUE_0=https://github.com/RustSec/advisory-db
END
# The database that others on this machine use stays what it is. Which versions were withdrawn is not among the facts.
sed -e "s|^\[advisories\]\$|&\ndb-path = \"$folder/database\"\ngit-fetch-with-cli = true|" \
    -e 's/^yanked = .*/yanked = "allow"/' "$here/deny.toml" >"$folder/deny.toml"

date=$(sed -n 's/^# date: //p' "$facts")
days=$((($(date +%s) - $(date -d "$date" +%s)) / 86400))
echo "advisories: the database cannot be fetched; checked are the facts of $date in .ci/advisories.tsv, $days days old"
for lock in $(git -C "$here/.." ls-files '*Cargo.lock'); do
    # What is not from a registry is of this repository.
    awk -F '"' '/^name = / { name = $2 } /^source = "registry/ { print name }' "$here/../$lock"
done | sort -u >"$folder/locked"
sed -n 's/^looked for: //p' "$facts" | tr ' ' '\n' | sort -u >"$folder/known"
new=$(comm -23 "$folder/locked" "$folder/known" | tr '\n' ' ')
echo "advisories: in lock files, and not looked for: ${new:-none}"
