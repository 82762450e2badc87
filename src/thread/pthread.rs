//! A thread of the C library's.
//!
//! Owns the call of the system and the size of a stack. It must not know what a thread does.
//!
//! The static package asks the C library itself: the standard library's way brings a guard along that says which thread
//! has overflowed its stack, and a tree of all threads for it. Without it such a thread ends the process by SIGSEGV as
//! before, but without those words. `tiny_http` starts its own threads with the standard library, so that the default
//! package has that code in any case; ours are 622 bytes of its zip less all the same.

use std::io;
use std::mem::MaybeUninit;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;

use libc::{c_int, c_void};

use super::Work;

/// The stack of a thread, in bytes: what the standard library gives. The C library's own measure is 128 KiB, and handlers
/// run on it.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// Starts a thread that nobody waits for. A panic ends it silently, like one of the standard library's.
///
/// # Errors
///
/// The system gives no memory or no thread for it.
pub(crate) fn start(work: Work) -> io::Result<()> {
    // A pointer to a closure is two words, and a thread is given one.
    let work = Box::into_raw(Box::new(work));
    let code = create(work.cast());
    if code == 0 {
        return Ok(());
    }
    // SAFETY: it was a box until now, and there is no thread that could have taken it.
    drop(unsafe { Box::from_raw(work) });
    Err(io::Error::from_raw_os_error(code))
}

/// What `pthread_create` returns: 0, or the number of an error.
fn create(work: *mut c_void) -> c_int {
    let mut attributes = MaybeUninit::uninit();
    let attributes = attributes.as_mut_ptr();
    // SAFETY: the attributes are initialized before they are used, and live until after it; that they take nothing else
    // is how both C libraries have it, so that they need not be destroyed. `run` may be called from any thread, and `work`
    // is what it wants.
    unsafe {
        libc::pthread_attr_init(attributes);
        libc::pthread_attr_setdetachstate(attributes, libc::PTHREAD_CREATE_DETACHED);
        libc::pthread_attr_setstacksize(attributes, STACK_BYTES);
        let mut id = MaybeUninit::uninit();
        libc::pthread_create(id.as_mut_ptr(), attributes, run, work)
    }
}

/// What the thread does: `work` is a box of its work.
extern "C" fn run(work: *mut c_void) -> *mut c_void {
    // SAFETY: `start` made it of a box of this type, and leaves it to the one thread that it has started.
    let work = unsafe { Box::from_raw(work.cast::<Work>()) };
    // Where the C library called, nothing may unwind into.
    let _ = catch_unwind(AssertUnwindSafe(work));
    ptr::null_mut()
}

#[cfg(test)]
mod tests {
    use super::{STACK_BYTES, start};
    use std::hint::black_box;
    use std::sync::mpsc::channel;
    use std::thread::current;

    #[test]
    #[cfg_attr(miri, ignore = "it cannot set the size of a stack")]
    fn the_work_is_done_by_another_thread_with_a_stack_as_large_as_handlers_expect() {
        let (sender, receiver) = channel();
        let work = move || {
            // Three quarters, because what is below it and above it takes some too.
            let touched = [1_u8; STACK_BYTES / 4 * 3];
            let sum: usize = black_box(&touched)
                .iter()
                .map(|byte| usize::from(*byte))
                .sum();
            sender
                .send((current().id(), sum))
                .expect("it is waited for");
        };
        start(Box::new(work)).expect("a thread");
        let (id, sum) = receiver.recv().expect("it works");
        assert_ne!(id, current().id());
        assert_eq!(sum, STACK_BYTES / 4 * 3);
    }

    #[test]
    #[cfg_attr(miri, ignore = "it cannot set the size of a stack")]
    fn a_panic_ends_the_thread_alone_and_drops_what_its_work_had() {
        let (sender, receiver) = channel::<()>();
        let work = move || {
            let _had = sender;
            panic!("a panic that a test wants");
        };
        start(Box::new(work)).expect("a thread");
        assert!(receiver.recv().is_err(), "the sender is dropped");
        start(Box::new(|| {})).expect("another thread");
    }
}
