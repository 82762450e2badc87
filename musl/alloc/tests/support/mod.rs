//! Blocks that know what they should contain, and a source of numbers that is the same in each run.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(
    unsafe_code,
    reason = "it calls the allocator as the standard library does"
)]

pub(crate) mod fork;

use std::alloc::{GlobalAlloc, Layout};

use musl_percore::PerCore;

// miri calls it only where the tests do: memory that a `Box` gives back is nobody's by its rules, while an allocator that
// is written in Rust keeps its links there.
#[cfg_attr(not(miri), global_allocator)]
pub(crate) static ALLOCATOR: PerCore = PerCore;

/// Numbers without a rule, but the same in each run.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).expect("it is small")
    }
}

/// A block that is full of one byte.
pub(crate) struct Filled {
    block: *mut u8,
    layout: Layout,
    byte: u8,
}

// SAFETY: the block is this value's alone.
unsafe impl Send for Filled {}

impl Filled {
    pub(crate) fn new(size: usize, align: usize, byte: u8, zeroed: bool) -> Self {
        let layout = Layout::from_size_align(size, align).expect("a layout");
        // SAFETY: the size is not zero.
        let block = unsafe {
            if zeroed {
                ALLOCATOR.alloc_zeroed(layout)
            } else {
                ALLOCATOR.alloc(layout)
            }
        };
        assert!(!block.is_null(), "no memory for {size}");
        assert_eq!(block.addr() % align, 0, "{size} bytes aligned to {align}");
        let filled = Self {
            block,
            layout,
            byte: 0,
        };
        if zeroed {
            filled.check(size);
        }
        filled.fill(byte)
    }

    /// One that the allocator keeps itself.
    pub(crate) fn small(numbers: &mut Numbers) -> Self {
        Self::new(1 + numbers.below(4000), 8, 5, false)
    }

    /// Any size that programs ask for, the small ones most often.
    pub(crate) fn any(numbers: &mut Numbers) -> Self {
        if cfg!(miri) {
            // So few classes that their slabs fill up and become empty.
            return Self::new([20, 200, 900][numbers.below(3)], 8, 5, false);
        }
        let end = [140, 140, 140, 140, 1200, 1200, 9000, 300_000][numbers.below(8)];
        let bits = if numbers.below(10) == 0 { 13 } else { 5 };
        let align = 1 << numbers.below(bits);
        let (size, zeroed) = (1 + numbers.below(end), numbers.below(4) == 0);
        Self::new(size, align, numbers.next().to_le_bytes()[0], zeroed)
    }

    fn fill(mut self, byte: u8) -> Self {
        self.byte = byte;
        // SAFETY: the block is ours and has so many bytes.
        unsafe { self.block.write_bytes(byte, self.layout.size()) };
        self
    }

    /// Whether the first bytes of the block still are what they were filled with.
    fn check(&self, bytes: usize) {
        // SAFETY: the block is ours, has so many bytes, and was filled.
        let found = unsafe { std::slice::from_raw_parts(self.block, bytes) };
        let whole = found.iter().all(|&byte| byte == self.byte);
        assert!(
            whole,
            "a block of {:?} that was filled with {} is not",
            self.layout, self.byte
        );
    }

    pub(crate) fn resize(mut self, size: usize, byte: u8) -> Self {
        let old = self.layout.size();
        // SAFETY: the block is ours and of this layout.
        self.block = unsafe { ALLOCATOR.realloc(self.block, self.layout, size) };
        assert!(!self.block.is_null(), "no memory for {size}");
        assert_eq!(self.block.addr() % self.layout.align(), 0);
        self.layout = Layout::from_size_align(size, self.layout.align()).expect("a layout");
        self.check(old.min(size));
        let layout = self.layout;
        let block = self.block;
        std::mem::forget(self);
        Self {
            block,
            layout,
            byte,
        }
        .fill(byte)
    }

    pub(crate) fn size(&self) -> usize {
        self.layout.size()
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        self.check(self.layout.size());
        // SAFETY: the block is ours and of this layout.
        unsafe { ALLOCATOR.dealloc(self.block, self.layout) };
    }
}

/// The memory of this process in KiB, added up from its pages: what the kernel has in `status` may lack what each core has not
/// reported yet.
pub(crate) fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/smaps_rollup").expect("procfs");
    let line = pages
        .lines()
        .find_map(|line| line.strip_prefix("Rss:"))
        .expect("Rss");
    line.trim()
        .trim_end_matches(" kB")
        .parse()
        .expect("a number")
}
