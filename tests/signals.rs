//! Signals in a program that has its own handlers and runs more than one runtime.
//!
//! One test alone: a signal to its process concerns every test of the process.

mod support;

use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use fc_runtime::{Context, Error, Runtime, RuntimeError};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};
use support::{Connection, request};

/// Runs a runtime that ends by a signal, from the moment that it serves.
fn serve() -> JoinHandle<Result<(), RuntimeError>> {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("a bound socket");
    let runtime = Runtime::new()
        .invoke(|event: &[u8], _: &Context| Ok::<_, Error>(event.to_vec()))
        .listener(listener);
    let running = thread::spawn(|| runtime.run());
    let call = request("POST", "/invoke", &[("x-fc-control-path", "/invoke")], b"x");
    assert_eq!(Connection::open(address).exchange(&call).text(), "x");
    running
}

/// Has the program's own handler note that this signal came.
fn note(signal: i32) -> Arc<AtomicBool> {
    let came = Arc::new(AtomicBool::new(false));
    flag::register(signal, Arc::clone(&came)).expect("a signal that can be caught");
    came
}

#[test]
fn a_signal_ends_every_runtime_and_reaches_the_program_s_own_handlers_too() {
    let before = note(SIGTERM);
    let first = serve();
    // This one finds the runtime's handler in its place and calls it; the second runtime must not turn that around.
    let after = note(SIGINT);
    let second = serve();
    let came = || [&before, &after].map(|came| came.load(Ordering::SeqCst));
    end_by(SIGTERM, [first, second]);
    assert_eq!(came(), [true, false]);
    end_by(SIGINT, [serve(), serve()]);
    assert_eq!(came(), [true, true]);
}

fn end_by<const N: usize>(signal: i32, runtimes: [JoinHandle<Result<(), RuntimeError>>; N]) {
    low_level::raise(signal).expect("a signal to this process");
    for running in runtimes {
        let ended = running.join().expect("no panic");
        ended.expect("a signal is a good end");
    }
}
