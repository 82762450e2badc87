#!/bin/bash
# Rust's eprintln! with three values writes one line in seven pieces; println! writes it in one.
#
# Guess: both macros build the line and write it once; they differ in where it goes.
# Truth: standard error has no buffer. Each literal and each value of the format string is a separate write, fifteen for
# the Debug of a small struct; a TCP stream or a file takes write! in the same way. println! collects up to the line's end.
# So: a log line from eprintln! costs a function seven system calls. The platform reads standard error and standard
# output through pipes, and may see another line between the pieces. Format first, then write once.
. "$(dirname "$0")/lib.sh"

need rustc python3
rustc --version

cat >lines.rs <<'RUST'
use std::io::Write;

#[derive(Debug)]
#[allow(dead_code)]
struct Order { id: u32, items: Vec<u32> }

fn main() {
    let words: Vec<String> = std::env::args().collect();
    let n: u32 = words[2].parse().unwrap();
    match words[1].as_str() {
        "eprintln" => eprintln!("request {} took {} ms, status {}", n, n + 1, n + 2),
        "println" => println!("request {} took {} ms, status {}", n, n + 1, n + 2),
        "debug" => eprintln!("{:?}", Order { id: n, items: vec![n, n] }),
        "format" => {
            let line = format!("request {} took {} ms, status {}\n", n, n + 1, n + 2);
            std::io::stderr().write_all(line.as_bytes()).unwrap();
        }
        _ => unreachable!(),
    }
}
RUST
rustc -O lines.rs

cat >count.py <<'PY'
"""How many writes a program makes: its output is a socket that keeps each write apart."""
import socket, subprocess, sys
ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
subprocess.run(sys.argv[1:], stdout=its, stderr=its, check=True)
its.close()
pieces = []
while piece := ours.recv(4096):
    pieces.append(piece.decode())
print(len(pieces), repr("|".join(pieces)))
PY

expect "println!" "$(python3 count.py ./lines println 7)" "1 'request 7 took 8 ms, status 9\n'"
expect "eprintln!" "$(python3 count.py ./lines eprintln 7)" "7 'request |7| took |8| ms, status |9|\n'"
expect "eprintln! of a derived Debug" "$(python3 count.py ./lines debug 7 | cut -d ' ' -f 1)" 15
expect "format!, then write_all" "$(python3 count.py ./lines format 7 | cut -d ' ' -f 1)" 1
