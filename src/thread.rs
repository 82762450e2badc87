//! How a thread is started.
//!
//! Owns which way to a thread a program has. It must not know what a thread does.

mod lasting;
// Nothing else may: tests/docs/lints.rs.
#[cfg(any(test, target_env = "musl"))]
#[allow(
    unsafe_code,
    reason = "a thread is one call of the C library, and the standard library's way costs 5 KB of the zip more"
)]
mod pthread;

#[cfg(not(target_env = "musl"))]
use std::io;

pub(crate) use lasting::lend;
#[cfg(target_env = "musl")]
pub(crate) use pthread::start;

/// What a thread does. It is boxed, because the standard library's way to a thread is compiled anew for every closure.
pub(crate) type Work = Box<dyn FnOnce() + Send>;

/// Starts a thread that nobody waits for.
///
/// # Errors
///
/// The system gives no memory or no thread for it.
#[cfg(not(target_env = "musl"))]
pub(crate) fn start(work: Work) -> io::Result<()> {
    std::thread::Builder::new().spawn(work).map(drop)
}
