#!/bin/bash
# tracing colours its lines in a pipe, too, so a search of the log for `order=7` finds nothing.
#
# Guess: `tracing_subscriber::fmt::init()` colours lines on a terminal only, like env_logger, grep and cargo.
# Truth: it does not look where the lines go. Each level, each field's name and each `=` is put between escape codes, in a
# file and in a pipe. Only NO_COLOR or `.with_ansi(false)` ends that.
# So: in the log of a function, `order=7` is `order`, two escape codes, `=`, another one and `7`: a search finds no field. The
# codes also nearly double a short line, and Log Service charges by the byte. Write
# `tracing_subscriber::fmt().with_ansi(false).init()`.
. "$(dirname "$0")/lib.sh"

need cargo
export CARGO_TARGET_DIR="$TEMP/target"
echo "packages: tracing 0.1.44, tracing-subscriber 0.3.23, log 0.4.29, env_logger 0.11.8, $(cargo --version)"

mkdir src
cat >Cargo.toml <<'TOML'
[package]
name = "lines"
version = "0.1.0"
edition = "2021"
[dependencies]
env_logger = "=0.11.8"
log = "=0.4.29"
tracing = "=0.1.44"
tracing-subscriber = "=0.3.23"
TOML
cat >src/main.rs <<'RUST'
//! Logs a line, with env_logger or tracing.
fn main() {
    if std::env::args().nth(1).as_deref() == Some("env_logger") {
        env_logger::Builder::new().filter_level(log::LevelFilter::Info).init();
        log::info!("paid order=7");
    } else {
        tracing_subscriber::fmt::init();
        tracing::info!(order = 7, "paid");
    }
}
RUST
cargo build --quiet

# line LOGGER: how many escape codes its line has, and how many times it has `order=7`.
line() {
    target/debug/lines "$1" 2>&1 | cat >log
    echo "$(tr -cd '\033' <log | wc -c) codes, found $(grep -c order=7 log) times"
}
unset NO_COLOR CLICOLOR_FORCE FORCE_COLOR RUST_LOG RUST_LOG_STYLE
expect "env_logger in a pipe" "$(line env_logger)" "0 codes, found 1 times"
seen=$(line tracing)
echo "tracing in a pipe: $(sed 's/\x1b/ESC/g' log)"
expect "tracing in a pipe: has codes, and order=7 is not found" "$(echo "$seen" | sed 's/^[1-9][0-9]* codes/some codes/')" "some codes, found 0 times"
expect "tracing in a pipe with NO_COLOR" "$(NO_COLOR=1 line tracing)" "0 codes, found 1 times"
