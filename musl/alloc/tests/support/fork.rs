//! A child that shares nothing and has one of the threads.

use std::ffi::c_int;

unsafe extern "C" {
    fn fork() -> c_int;
    fn waitpid(child: c_int, status: *mut c_int, options: c_int) -> c_int;
    fn alarm(seconds: u32) -> u32;
    fn _exit(code: c_int) -> !;
}

/// Runs `work` in a fork of this process, and returns its status: 0 if all went well. A child that hangs is ended.
pub(crate) fn in_child(work: impl FnOnce()) -> c_int {
    // SAFETY: the child only uses the allocator, which is what is tested, and ends.
    unsafe {
        match fork() {
            0 => {
                alarm(60);
                let went_well =
                    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_ok();
                _exit(c_int::from(!went_well))
            }
            child => {
                let mut status = -1;
                assert!(child > 0 && waitpid(child, &mut status, 0) == child);
                status
            }
        }
    }
}
