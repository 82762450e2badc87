//! Owns every call of the C library and of the system. It knows nothing of classes, lists and slabs.
//!
//! The functions are declared here rather than taken from the `libc` crate, so that the crate has no dependency. Their
//! types are those of 64-bit Linux, which is all that the crate is built for.

use core::ffi::c_void;

#[cfg(not(all(
    target_os = "linux",
    any(
        target_arch = "x86_64",
        target_arch = "aarch64",
        target_arch = "riscv64"
    )
)))]
compile_error!(
    "musl-percore is made for Linux on x86-64, aarch64 and riscv64, whose numbers of system calls it has: leave other targets to their own allocator"
);

unsafe extern "C" {
    fn malloc(bytes: usize) -> *mut c_void;
    fn free(block: *mut c_void);
    #[cfg(not(miri))]
    fn mmap(
        at: *mut c_void,
        bytes: usize,
        access: i32,
        flags: i32,
        file: i32,
        offset: i64,
    ) -> *mut c_void;
    #[cfg(not(miri))]
    fn madvise(at: *mut c_void, bytes: usize, advice: i32) -> i32;
    #[cfg(not(miri))]
    fn syscall(number: i64, ...) -> i64;
}

/// A block of the C library with room for `bytes`, aligned to 16 bytes; null if there is no memory.
pub(crate) fn library_alloc(bytes: usize) -> *mut u8 {
    // SAFETY: any size may be asked for.
    unsafe { malloc(bytes).cast() }
}

/// Gives a block back to the C library.
///
/// # Safety
/// The block is the C library's, nobody uses it, and it was not given back before.
pub(crate) unsafe fn library_free(block: *mut u8) {
    // SAFETY: what the caller promises.
    unsafe { free(block.cast()) }
}

/// The number of the core that the caller runs on, which may be another one when it returns; 0 where nobody knows.
///
/// It is the call of the system: `sched_getcpu` would look for a faster way, which is code, and this is rarely asked.
#[cfg(not(miri))]
pub(crate) fn core() -> usize {
    use core::ptr::{from_mut, null_mut};
    /// The number of `getcpu`.
    const GETCPU: i64 = if cfg!(target_arch = "x86_64") {
        309
    } else {
        168
    };
    let mut core = 0u32;
    // SAFETY: it writes the number of the core, and nothing for the two that are null.
    unsafe {
        syscall(
            GETCPU,
            from_mut(&mut core),
            null_mut::<u32>(),
            null_mut::<u32>(),
        )
    };
    core as usize
}

/// miri has no cores: every look finds another one.
#[cfg(miri)]
pub(crate) fn core() -> usize {
    use core::sync::atomic::{AtomicUsize, Ordering};
    static LOOKS: AtomicUsize = AtomicUsize::new(0);
    LOOKS.fetch_add(1, Ordering::Relaxed)
}

/// So many bytes of addresses, zeroed, of which none is memory before it is touched; null if they cannot be had.
///
/// # Panics
/// Never.
#[cfg(not(miri))]
pub(crate) fn reserve(bytes: usize) -> *mut u8 {
    use core::ptr::null_mut;
    /// `PROT_READ | PROT_WRITE`.
    const ACCESS: i32 = 1 | 2;
    /// `MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE`: the numbers are the same on the machines that this is made for.
    const FLAGS: i32 = 0x2 | 0x20 | 0x4000;
    /// `MADV_NOHUGEPAGE`: else the first byte could cost two megabytes.
    const NO_HUGE_PAGES: i32 = 15;
    // SAFETY: new addresses, which nothing else uses. A kernel without huge pages refuses the advice and needs none.
    unsafe {
        let base = mmap(null_mut(), bytes, ACCESS, FLAGS, -1, 0);
        if base.addr() == usize::MAX {
            return null_mut();
        }
        madvise(base, bytes, NO_HUGE_PAGES);
        base.cast()
    }
}

/// Gives the memory below these addresses back to the system: they stay, and are zeros when they are read next.
///
/// # Safety
/// The addresses are whole pages of what [`reserve`] gave, and nobody uses what they hold.
#[cfg(not(miri))]
pub(crate) unsafe fn discard(at: *mut u8, bytes: usize) {
    /// `MADV_DONTNEED`.
    const DISCARD: i32 = 4;
    // SAFETY: what the caller promises. Refused, the memory just stays.
    unsafe { madvise(at.cast(), bytes, DISCARD) };
}

/// miri has no reservation: the memory of the few slabs that it is given, from the standard library's allocator.
#[cfg(miri)]
pub(crate) fn reserve(bytes: usize) -> *mut u8 {
    use std::alloc::{GlobalAlloc, Layout, System};
    let layout = Layout::from_size_align(bytes, 4096).expect("the size of the arena");
    // SAFETY: the size is not zero.
    unsafe { System.alloc_zeroed(layout) }
}

/// # Safety
/// As above.
#[cfg(miri)]
pub(crate) unsafe fn discard(at: *mut u8, bytes: usize) {
    // SAFETY: what the caller promises.
    unsafe { at.write_bytes(0, bytes) };
}
