#!/bin/bash
# The npm package `ignore` and the crate `ignore` read .gitignore rules, and each reads one kind of rule differently
# from git.
#
# Guess: two well-known libraries of the same name, both made for .gitignore, leave out the same files as git does.
# Truth: for git and npm's `ignore`, braces are ordinary characters; with the crate, `*.{md,txt}` leaves out a.md. For
# git and the crate, `[!a]2` is any character except `a`, then a 2; for npm's `ignore`, it is the opposite: `!` or `a`,
# then a 2.
# So: a tool in Rust that packs as `fun` does, which uses npm's `ignore`, needs its own matcher. Use neither form in
# files that more than one tool reads.
# fc-local has its own: `every_case_of_the_table_is_packed_as_the_tools_pack_it` (project/pack/tests.rs).
. "$(dirname "$0")/lib.sh"

need git cargo
npm_packages ignore@5.3.2
export CARGO_TARGET_DIR="$TEMP/target" CARGO_PROFILE_DEV_DEBUG=0
cargo --version
git --version

mkdir -p reader/src
printf '[package]\nname = "reader"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\nignore = "=0.4.23"\n' >reader/Cargo.toml
cat >reader/src/main.rs <<'RUST'
use ignore::gitignore::GitignoreBuilder;

/// RULE FILE...: the files that are left out.
fn main() {
    let mut arguments = std::env::args().skip(1);
    let mut rules = GitignoreBuilder::new("");
    rules.add_line(None, &arguments.next().unwrap()).unwrap();
    let rules = rules.build().unwrap();
    let left_out: Vec<_> = arguments.filter(|file| rules.matched(file, false).is_ignore()).collect();
    println!("{}", left_out.join(" "));
}
RUST
cat >npm.js <<'JS'
const [rule, ...files] = process.argv.slice(2);
console.log(files.filter((file) => require('ignore')().add(rule).ignores(file)).join(' '));
JS
(cd reader && cargo build --quiet)

git init --quiet repository
# left_out RULE FILE...: what git, npm's library and the crate leave out.
left_out() {
    echo "$1" >repository/.gitignore
    echo "git: $(git -C repository check-ignore --no-index "${@:2}" | xargs), npm: $(node npm.js "$@"), crate: $(target/debug/reader "$@")"
}
expect "*.{md,txt}" "$(left_out '*.{md,txt}' a.md 'x.{md,txt}')" "git: x.{md,txt}, npm: x.{md,txt}, crate: a.md"
expect "[!a]2" "$(left_out '[!a]2' a2 b2)" "git: b2, npm: a2, crate: b2"
