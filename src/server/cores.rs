//! The cores that the process runs on: only one, if it has so little processor time that a second core would delay it.
//!
//! Owns that choice, and how many cores there are. It must not know what runs on them.
//!
//! The platform's smallest instance has 5 ms of processor time in each 100 ms. Linux hands such a quota out in slices of
//! 5 ms, by the core: the first core that runs takes all of it, and a thread that wakes on another one waits for the next
//! period, although the process has used a millisecond.

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Keeps this thread, and those that it starts from now on, on the core where it runs.
pub(crate) fn stay_on_one_core() {
    // SAFETY: it takes nothing and returns a number.
    let core = unsafe { libc::sched_getcpu() };
    let mut one = CpuSet::new();
    let core = usize::try_from(core).ok();
    if let Some(core) = core.filter(|&core| core < CpuSet::MAX_CPU) {
        one.set(core);
        // An error means that the system chooses, as it does elsewhere.
        let _ = sched_setaffinity(None, &one);
    }
}

/// How many cores this thread may run on.
pub(super) fn count() -> usize {
    let usable = sched_getaffinity(None);
    usable.map_or(1, |usable| usable.count() as usize)
}

#[cfg(test)]
mod tests {
    use super::{count, stay_on_one_core};
    use std::thread;

    #[test]
    #[cfg_attr(miri, ignore = "it has no cores")]
    fn a_thread_that_stays_on_one_core_keeps_those_there_that_it_starts() {
        let before = count();
        let kept = thread::spawn(|| {
            stay_on_one_core();
            (count(), thread::spawn(count).join().expect("no panic"))
        });
        assert_eq!(kept.join().expect("no panic"), (1, 1));
        assert_eq!(count(), before, "others go where they like");
    }
}
