#!/bin/bash
# Three libraries read the cron expression of a timer as other times: a Sunday for a Monday, or each second of one day.
#
# Guess: the six fields of Function Compute's timers, `second minute hour day month weekday`, mean the same to each library
# that takes six fields; 1 is Monday, and a day or a weekday that is given fires on either.
# Truth: for Rust's crate `cron`, 1 is Sunday, and day and weekday must both be right. croniter takes the last field for the
# seconds: `0 0 2 * * *` is not 02:00, but each second of a minute on the second day of the month. cron-schedule reads `0/20`
# as `0`. Rust's croner, cron-parser, cronsim and npm's cron read all four in one way; npm's croner refuses `0/20`.
# So: what shows the next run of a timer, or runs the same expression on a developer's machine, may be wrong by days, and no
# error says so. Write weekdays by name (MON), give either a day or a weekday, `*/20` for `0/20`, and use croniter with
# `second_at_beginning=True`.
. "$(dirname "$0")/lib.sh"

need cargo
npm_packages croner@11.0.1 cron@4.4.0 cron-parser@5.10.6 cron-schedule@6.0.0
pip_packages croniter==7.0.0 cronsim==2.8
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: cron 0.17.0, croner 3.0.1, chrono 0.4.45, $(cargo --version)"

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "times"
version = "0.1.0"
edition = "2021"
[dependencies]
chrono = "=0.4.45"
cron = "=0.17.0"
croner = "=3.0.1"
TOML
cat >src/main.rs <<'RUST'
//! The next three times of each expression, from Monday, 2 November 2026 on, at 00:00 UTC.
use std::str::FromStr;

fn show(library: &str, expression: &str, times: impl Iterator<Item = chrono::DateTime<chrono::Utc>>) {
    let times: Vec<_> = times.take(3).map(|time| time.format("%m-%dT%H:%M:%S").to_string()).collect();
    println!("{expression} {} {library}", times.join(" "));
}

fn main() {
    let begin = "2026-11-02T00:00:00Z".parse().unwrap();
    let parser = croner::parser::CronParser::builder().seconds(croner::parser::Seconds::Required).build();
    for expression in std::env::args().skip(1) {
        show("rust:cron", &expression, cron::Schedule::from_str(&expression).unwrap().after(&begin));
        show("rust:croner", &expression, parser.parse(&expression).unwrap().iter_after(begin));
    }
}
RUST

cat >npm.js <<'JS'
// The same with four packages of npm.
process.env.TZ = 'UTC';
const { CronTime } = require('cron');
const { Cron } = require('croner');
const { CronExpressionParser } = require('cron-parser');
const { parseCronExpression } = require('cron-schedule');
const begin = new Date('2026-11-02T00:00:00Z');
const libraries = {
  'npm:cron': (expression) => {
    const times = [begin];
    for (let at = 0; at < 3; at++) {
      times.push(new CronTime(expression, 'UTC').getNextDateFrom(times[at], 'UTC').toJSDate());
    }
    return times.slice(1);
  },
  'npm:cron-parser': (expression) => {
    const times = CronExpressionParser.parse(expression, { currentDate: begin, tz: 'UTC' });
    return [1, 2, 3].map(() => times.next().toDate());
  },
  'npm:cron-schedule': (expression) => parseCronExpression(expression).getNextDates(3, begin),
  'npm:croner': (expression) => new Cron(expression, { timezone: 'UTC' }).nextRuns(3, begin),
};
for (const expression of process.argv.slice(2)) {
  for (const [library, next] of Object.entries(libraries)) {
    let seen = 'refused';
    try {
      seen = next(expression).map((time) => time.toISOString().slice(5, 19)).join(' ');
    } catch {}
    console.log(expression, seen, library);
  }
}
JS

cat >python.py <<'PY'
"""The same with two packages of PyPI, one of them in two ways."""
import sys
from datetime import datetime, timezone
from croniter import croniter
from cronsim import CronSim

begin = datetime(2026, 11, 2, tzinfo=timezone.utc)

def of_croniter(**more):
    def times(expression):
        following = croniter(expression, begin, **more)
        return [following.get_next(datetime) for _ in range(3)]
    return times

def of_cronsim(expression):
    following = CronSim(expression, begin)
    return [next(following) for _ in range(3)]

libraries = {
    "pypi:croniter": of_croniter(),
    "pypi:croniter,second_at_beginning": of_croniter(second_at_beginning=True),
    "pypi:cronsim": of_cronsim,
}
for expression in sys.argv[1:]:
    for library, times in libraries.items():
        try:
            seen = " ".join(time.strftime("%m-%dT%H:%M:%S") for time in times(expression))
        except Exception:
            seen = "refused"
        print(expression, seen, library)
PY

cargo build --quiet
expressions=("0 0 2 * * *" "0 30 8 * * 1" "0 30 8 10 * MON" "0 0/20 8 * * *")
{
    target/debug/times "${expressions[@]}"
    node npm.js "${expressions[@]}"
    python3 python.py "${expressions[@]}"
} >table

# A line for each reading of an expression: the most common one by its times alone, the others with the library.
python3 - >seen <<'PY'
import collections
readings = collections.defaultdict(list)
for line in open("table"):
    words = line.split()
    readings[" ".join(words[:6])].append((" ".join(words[6:-1]), words[-1]))
for expression, all_of_it in readings.items():
    common, count = collections.Counter(times for times, library in all_of_it).most_common(1)[0]
    print(f"{expression}: {common} ({count})")
    for times, library in all_of_it:
        if times != common:
            print(f"  {library}: {times}")
PY
expect "the next three times" "$(echo && cat seen)" "
0 0 2 * * *: 11-02T02:00:00 11-03T02:00:00 11-04T02:00:00 (8)
  pypi:croniter: 11-02T00:00:01 11-02T00:00:02 11-02T00:00:03
0 30 8 * * 1: 11-02T08:30:00 11-09T08:30:00 11-16T08:30:00 (7)
  rust:cron: 11-08T08:30:00 11-15T08:30:00 11-22T08:30:00
  pypi:croniter: refused
0 30 8 10 * MON: 11-02T08:30:00 11-09T08:30:00 11-10T08:30:00 (7)
  rust:cron: 05-10T08:30:00 01-10T08:30:00 04-10T08:30:00
  pypi:croniter: refused
0 0/20 8 * * *: 11-02T08:00:00 11-02T08:20:00 11-02T08:40:00 (6)
  npm:cron-schedule: 11-02T08:00:00 11-03T08:00:00 11-04T08:00:00
  npm:croner: refused
  pypi:croniter: 11-08T00:00:00 11-08T00:00:01 11-08T00:00:02"
