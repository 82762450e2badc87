//! Chooses the allocator, once for all programs.

#[cfg(feature = "percore")]
#[global_allocator]
static ALLOCATOR: musl_percore::PerCore = musl_percore::PerCore;
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
#[cfg(feature = "frusa")]
#[global_allocator]
static ALLOCATOR: frusa::Frusa2M = frusa::Frusa2M::new(&std::alloc::System);
#[cfg(feature = "dlmalloc")]
#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;
#[cfg(feature = "rlsf")]
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();
#[cfg(feature = "snmalloc")]
#[global_allocator]
static ALLOCATOR: snmalloc_rs::SnMalloc = snmalloc_rs::SnMalloc;
#[cfg(feature = "jemalloc")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;
#[cfg(feature = "rusty_alloc")]
#[global_allocator]
static ALLOCATOR: rusty::Rusty = rusty::Rusty;

/// rusty_alloc has the functions of an allocator, but not the trait.
#[cfg(feature = "rusty_alloc")]
mod rusty {
    use std::alloc::{GlobalAlloc, Layout};

    use rusty_alloc::alloc;

    pub struct Rusty;

    // SAFETY: the functions keep the rules of malloc, aligned as asked for.
    unsafe impl GlobalAlloc for Rusty {
        unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
            alloc::malloc_aligned(layout.size(), layout.align())
        }
        unsafe fn dealloc(&self, block: *mut u8, _: Layout) {
            // SAFETY: the caller gives the block up.
            unsafe { alloc::free(block) }
        }
        unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
            alloc::zalloc_aligned(layout.size(), layout.align())
        }
        unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
            // SAFETY: the caller's block, which he gives up for the result.
            unsafe { alloc::realloc_aligned(block, size, layout.align()) }
        }
    }
}

/// A line of `/proc/self/status` in KiB: `VmRSS`, or `VmHWM`, the highest that it was.
pub fn memory(line: &str) -> u64 {
    // Into a buffer on the stack, so that it is not the looking that allocates.
    let mut text = [0; 4096];
    let mut file = std::fs::File::open("/proc/self/status").expect("procfs");
    let mut read = 0;
    while let Ok(more) = std::io::Read::read(&mut file, &mut text[read..])
        && more > 0
    {
        read += more;
    }
    let text = std::str::from_utf8(&text[..read]).expect("text");
    let line = text
        .lines()
        .find_map(|found| found.strip_prefix(line))
        .expect("the line");
    let digits = line.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits
        .split(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .expect("a number")
}
