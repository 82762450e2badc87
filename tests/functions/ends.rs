//! A program with the start and the end of `bootstrap`, which has printed a line without an end when it ends: `STDOUT=held`
//! leaves stdout to a thread that keeps it, and `CODE=1` fails.

#![no_main]

#[path = "../../src/start.rs"]
#[allow(
    unsafe_code,
    reason = "a name that the C library calls, and calls of the system: see the module"
)]
mod start;

use std::io::stdout;
use std::process::ExitCode;
use std::sync::mpsc::channel;
use std::thread;

fn main() -> ExitCode {
    print!("half a line");
    let is = |variable, wanted| std::env::var(variable).is_ok_and(|value| value == wanted);
    if is("STDOUT", "held") {
        keep_stdout();
    }
    if is("CODE", "1") {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Has another thread keep stdout for ever.
fn keep_stdout() {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let _kept = stdout().lock();
        sender.send(()).expect("it is waited for");
        loop {
            thread::park();
        }
    });
    receiver.recv().expect("the thread has it");
}
