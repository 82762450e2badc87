#!/bin/bash
# serde_json reads every eighth coordinate of a map service as the neighbouring number.
#
# Guess: a parser returns the number that is nearest to the text, as Rust's own `parse`, Node and Python do, so that a number
# which is read and written again is the same.
# Truth: without its feature `float_roundtrip`, serde_json is off by one in the last bit for one in eight numbers with 16 or
# 17 digits, and it then writes other digits. Numbers with few digits, such as prices, are exact.
# So: a function that passes a document on changes it: a checksum, a signature or a comparison with what Node wrote fails for
# some documents only. Name the feature `float_roundtrip` for serde_json, or pass the bytes on as they came (`&RawValue`).
. "$(dirname "$0")/lib.sh"

need cargo node
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: serde_json 1.0.154, $(cargo --version), node $(node --version), $(python3 --version)"

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "numbers"
version = "0.1.0"
edition = "2021"
[features]
exact = ["serde_json/float_roundtrip"]
[dependencies]
serde_json = "=1.0.154"
TOML
cat >src/main.rs <<'RUST'
//! Reads a list of numbers from standard input, and prints it again.
fn main() {
    let numbers: Vec<f64> = serde_json::from_reader(std::io::stdin()).unwrap();
    println!("{}", serde_json::to_string(&numbers).unwrap());
}
RUST

# The same numbers each time, from a generator of Park and Miller.
cat >numbers.js <<'JS'
let state = 1;
const next = () => (state = (state * 48271) % 2147483647) / 2147483647;
const numbers = { coordinates: () => next() * 360 - 180, prices: () => Math.round(next() * 1e6) / 100 };
console.log(JSON.stringify(Array.from({ length: 100000 }, numbers[process.argv[2]])));
JS

# changed BEFORE AFTER: how many numbers of two files differ.
changed() {
    node -e '
        const [before, after] = process.argv.slice(1).map((file) => JSON.parse(require("fs").readFileSync(file)));
        console.log(before.filter((number, at) => number !== after[at]).length)' "$1" "$2"
}

for kind in coordinates prices; do
    node numbers.js $kind >$kind
    python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin)))' <$kind >$kind.python
done
for feature in "" exact; do
    cargo build --quiet --features "$feature"
    for kind in coordinates prices; do
        target/debug/numbers <$kind >"$kind.$feature"
    done
done

share=$(changed coordinates coordinates.)
echo "of 100,000 coordinates changed: $share, the first $(node -p 'JSON.parse(require("fs").readFileSync("coordinates"))[0]')"
expect "serde_json changes between a tenth and a fifth" "$((share > 10000 && share < 20000))" 1
expect "prices that serde_json changes" "$(changed prices prices.)" 0
expect "coordinates that it changes with float_roundtrip" "$(changed coordinates coordinates.exact)" 0
expect "coordinates that Python changes" "$(changed coordinates coordinates.python)" 0
