#!/bin/bash
# After a freeze, tokio's `interval` makes up for every tick that it missed, and APScheduler leaves out what was due.
#
# Guess: when the process continues, a timer that repeats fires once and goes on at its pace, and a job that was due meanwhile
# runs late, in each language.
# Truth: tokio fires once for each missed tick, without a pause. APScheduler drops a job that is more than one second late, and
# only logs a warning. Node does what one would guess.
# So: an instance is frozen between two events. After an hour, a program with tokio sends 360 reports of a ten-second timer
# at once, while the next event waits; and a nightly job of APScheduler does not run at all. Call
# `set_missed_tick_behavior(MissedTickBehavior::Skip)`, or set `misfire_grace_time=None`. Better, let a timer trigger call the
# function.
. "$(dirname "$0")/lib.sh"

need cargo node
pip_packages apscheduler==3.11.3
export CARGO_TARGET_DIR="$TEMP/target" CARGO_PROFILE_DEV_DEBUG=0
echo "packages: tokio 1.48.0, $(cargo --version), node $(node --version)"

# Each program has a timer of 100 ms and a job that is due after three seconds, and prints how often each has run after
# eight seconds.
mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "timers"
version = "0.1.0"
edition = "2021"
[dependencies]
tokio = { version = "=1.48.0", features = ["macros", "rt", "time"] }
TOML
cat >src/main.rs <<'RUST'
use std::time::{Duration, Instant};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let begin = Instant::now();
    let mut timer = tokio::time::interval(Duration::from_millis(100));
    let job = tokio::spawn(tokio::time::sleep(Duration::from_secs(3)));
    std::fs::write("started", "").unwrap();
    let mut ticks = 0;
    while begin.elapsed() < Duration::from_secs(8) {
        timer.tick().await;
        ticks += 1;
    }
    println!("{ticks} {}", u8::from(job.is_finished()));
}
RUST
cat >node.js <<'JS'
let [ticks, jobs] = [0, 0];
setInterval(() => ticks++, 100);
setTimeout(() => jobs++, 3000);
setTimeout(() => {
  console.log(ticks, jobs);
  process.exit();
}, 8000);
require('fs').writeFileSync('started', '');
JS
cat >python.py <<'PY'
import datetime, time
from apscheduler.schedulers.background import BackgroundScheduler

ticks, jobs = [], []
scheduler = BackgroundScheduler()
scheduler.add_job(lambda: ticks.append(1), "interval", seconds=0.1)
scheduler.add_job(lambda: jobs.append(1), "date", run_date=datetime.datetime.now() + datetime.timedelta(seconds=3))
scheduler.start()
end = time.monotonic() + 8
open("started", "w").close()
while time.monotonic() < end:
    time.sleep(0.1)
print(len(ticks), len(jobs))
PY
cargo build --quiet

# after_a_freeze COMMAND...: what it prints, stopped from its first to its sixth second; of about 80 ticks, 50 come meanwhile.
after_a_freeze() {
    rm -f started
    "$@" >seen 2>/dev/null &
    until [ -e started ]; do sleep 0.1; done
    sleep 1
    kill -STOP $!
    sleep 5
    kill -CONT $!
    wait $!
    read -r ticks jobs <seen
    echo "$([ "$ticks" -gt 60 ] && echo all || echo some) ticks, the job ran $jobs times" >>table
    echo "$1: $ticks ticks"
}

after_a_freeze target/debug/timers
after_a_freeze node node.js
after_a_freeze python3 python.py
expect "tokio, Node, APScheduler" "$(echo && cat table)" "
all ticks, the job ran 1 times
some ticks, the job ran 1 times
some ticks, the job ran 0 times"
