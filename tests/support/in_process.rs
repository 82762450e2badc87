//! A runtime in the test's own process.

use std::net::{SocketAddr, TcpListener};
use std::thread;

use fc_runtime::{Runtime, Shutdown};

/// Runs a runtime on its own port for as long as `test` takes, then stops it.
pub fn with(runtime: Runtime, test: impl FnOnce(SocketAddr)) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    with_listener(listener, runtime, test);
}

/// The same on this listener.
pub fn with_listener(listener: TcpListener, runtime: Runtime, test: impl FnOnce(SocketAddr)) {
    let address = listener.local_addr().expect("a bound socket");
    let shutdown = Shutdown::new();
    let runtime = runtime.listener(listener).shutdown(&shutdown);
    let running = thread::spawn(move || runtime.run());
    test(address);
    shutdown.trigger();
    running.join().expect("no panic").expect("it ends well");
}
