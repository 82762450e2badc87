#!/bin/bash
# The JSON of Rust's crate time is an array of numbers, and that of jiff's `Zoned` a text that no other language reads.
#
# Guess: a time of chrono, time or jiff with their feature `serde` is a text by RFC 3339 in JSON, which Node and Python read.
# Truth: time writes `[2023,318,22,13,20,0,0,0,0]`, the day counted within the year; the crate itself reads it back, so a test
# of both directions passes. jiff's `Zoned` adds the zone in brackets, which `new Date` and `fromisoformat` refuse. chrono's
# `NaiveDateTime` has no offset, so both take it for their local time. chrono's `DateTime` and jiff's `Timestamp` are as one
# would guess.
# So: what a function returns, stores or sends to a queue is an error, or another hour, for callers in other languages. Write
# `#[serde(with = "time::serde::rfc3339")]` for time, and convert to a `Timestamp` for jiff.
. "$(dirname "$0")/lib.sh"

need cargo node python3
[ -e /usr/share/zoneinfo/Asia/Shanghai ] || { echo "left out: tzdata is missing"; exit "$LEFT_OUT"; }
export CARGO_TARGET_DIR="$TEMP/target" CARGO_PROFILE_DEV_DEBUG=0
echo "packages: chrono 0.4.45, jiff 0.2.46, time 0.3.55, $(cargo --version), node $(node --version), $(python3 --version)"

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "times"
version = "0.1.0"
edition = "2021"
[dependencies]
chrono = { version = "=0.4.45", features = ["serde"] }
jiff = { version = "=0.2.46", features = ["serde"] }
serde_json = "=1.0.154"
time = { version = "=0.3.55", features = ["serde"] }
TOML
cat >src/main.rs <<'RUST'
//! The same second as each type writes it.
fn main() {
    const SECOND: i64 = 1_700_000_000;
    let show = |name: &str, json: serde_json::Result<String>| println!("{name} {}", json.unwrap());
    let utc = chrono::DateTime::from_timestamp(SECOND, 0).unwrap();
    show("chrono::DateTime", serde_json::to_string(&utc));
    show("chrono::NaiveDateTime", serde_json::to_string(&utc.naive_utc()));
    let timestamp = jiff::Timestamp::from_second(SECOND).unwrap();
    show("jiff::Timestamp", serde_json::to_string(&timestamp));
    let shanghai = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    show("jiff::Zoned", serde_json::to_string(&timestamp.to_zoned(shanghai)));
    let offset = time::OffsetDateTime::from_unix_timestamp(SECOND).unwrap();
    let json = serde_json::to_string(&offset).unwrap();
    assert_eq!(serde_json::from_str::<time::OffsetDateTime>(&json).unwrap(), offset);
    show("time::OffsetDateTime", Ok(json));
}
RUST
cargo build --quiet
target/debug/times >written

# The machine of those who read it is in Shanghai.
export TZ=Asia/Shanghai
# node_reads JSON: the seconds that Node makes of it.
node_reads() {
    node -e 'console.log(new Date(JSON.parse(process.argv[1])).getTime() / 1000)' "$1"
}
# python_reads JSON: the same of Python, of which versions before 3.11 know no Z.
python_reads() {
    python3 - "$1" 2>/dev/null <<'PY' || echo refused
import datetime, json, sys
print(int(datetime.datetime.fromisoformat(json.loads(sys.argv[1]).replace("Z", "+00:00")).timestamp()))
PY
}
while read -r type json; do
    echo "$type $json: Node $(node_reads "$json"), Python $(python_reads "$json")"
done <written >seen
expect "the second 1700000000" "$(echo && cat seen)" '
chrono::DateTime "2023-11-14T22:13:20Z": Node 1700000000, Python 1700000000
chrono::NaiveDateTime "2023-11-14T22:13:20": Node 1699971200, Python 1699971200
jiff::Timestamp "2023-11-14T22:13:20Z": Node 1700000000, Python 1700000000
jiff::Zoned "2023-11-15T06:13:20+08:00[Asia/Shanghai]": Node NaN, Python refused
time::OffsetDateTime [2023,318,22,13,20,0,0,0,0]: Node NaN, Python refused'
