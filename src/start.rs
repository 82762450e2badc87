//! The start of the program instead of the standard library's: 7,224 bytes less of the file and 3,935 of the zip, nine
//! calls of the system less before the port accepts, and four less for each thread.
//!
//! Owns what has to be true before `main` begins: descriptors 0, 1 and 2 are open, and a pipe without a reader is an error
//! and no signal. It must not know what `main` does.
//!
//! What else the standard library does there is left out: `std::env::args` is empty, and a thread whose stack overflows
//! ends the process by SIGSEGV without the words that it has overflowed. A panic of `main` ends it by SIGABRT.

use std::ffi::c_int;
use std::io::{self, Write};
use std::os::fd::IntoRawFd;
use std::process::ExitCode;
use std::sync::atomic::{AtomicI32, Ordering::Relaxed};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::stdio::{stderr, stdin, stdout};

/// What the C library calls.
#[unsafe(no_mangle)]
extern "C" fn main() -> c_int {
    let code = match prepare() {
        Ok(()) => crate::main(),
        Err(error) => {
            eprintln!("bootstrap: the process cannot be prepared: {error}");
            ExitCode::FAILURE
        }
    };
    let code = c_int::from(code != ExitCode::SUCCESS);
    flush(code);
    code
}

/// Writes what a handler has printed without ending its line. Neither a thread that keeps stdout to itself nor a pipe that
/// nobody reads keeps the process: after a second it ends without that.
///
/// `std::process::exit` would write it too, but brings the standard library's guard of stacks along: 6,576 bytes of the
/// file of `direct` and 3,343 of the zip.
fn flush(code: c_int) {
    CODE.store(code, Relaxed);
    // SAFETY: the handler makes one call that a handler of signals may make, and reads one atomic.
    unsafe {
        libc::signal(libc::SIGALRM, give_up as *const () as libc::sighandler_t);
        libc::alarm(1);
    }
    // An error means that nobody reads it.
    let _ = io::stdout().flush();
    // What the program has registered with the C library for its end may take longer.
    // SAFETY: it takes a number alone.
    unsafe { libc::alarm(0) };
}

/// The code that the process ends with.
static CODE: AtomicI32 = AtomicI32::new(0);

extern "C" fn give_up(_signal: c_int) {
    // SAFETY: it takes a number and does not return.
    unsafe { libc::_exit(CODE.load(Relaxed)) }
}

fn prepare() -> io::Result<()> {
    // SAFETY: it takes numbers alone, and no other thread runs yet.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_IGN) };
    let look = |stream| PollFd::from_borrowed_fd(stream, PollFlags::empty());
    let mut looks = [look(stdin()), look(stdout()), look(stderr())];
    poll(&mut looks, Some(&Timespec::default()))?;
    for look in looks {
        // Else the next socket would have its number, and get what is printed.
        if look.revents().contains(PollFlags::NVAL) {
            let nowhere = open("/dev/null", OFlags::RDWR, Mode::empty())?;
            // The lowest number that is free, which is the one that was looked at; it stays open.
            let _ = nowhere.into_raw_fd();
        }
    }
    Ok(())
}
