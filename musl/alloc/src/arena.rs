//! Owns the addresses that slabs are cut from, which addresses are a slab's, and the slabs that nobody uses. It knows
//! nothing of classes and blocks.
//!
//! The addresses are reserved when the first slab is asked for, all at once: nothing of them is memory before it is
//! touched, and whether a block lies in a slab, and in which, is then a subtraction. The descriptions of all slabs lie
//! side by side at the beginning, and not each in its slab, where all of them would share a few lines of the
//! processor's cache.

use core::ptr::null_mut;

use crate::list::Block;
use crate::stack::{Link, Stack};
use crate::sync::{AtomicPtr, AtomicUsize, Busy, Ordering};
use crate::sys;

/// The bytes of a slab: a multiple of every size of a page that Linux has on the machines of today.
pub(crate) const SLAB: usize = if cfg!(miri) { 8192 } else { 64 * 1024 };

/// The slabs that there are addresses for: 32 GiB, as much memory as an instance of Function Compute can have. What is
/// wanted beyond, the C library has.
const SLABS: usize = if cfg!(miri) {
    64
} else {
    32 << 30 >> SLAB.trailing_zeros()
};

/// The first slab that is one; before it lie the descriptions.
const FIRST: usize = (SLABS * size_of::<Slab>()).div_ceil(SLAB);

/// The empty slabs whose memory is kept: four megabytes, because they are soon used again, and asking for one anew costs a
/// call and sixteen page faults.
const KEPT: usize = 64;

/// The description of a slab. Zeros are that of one that was never used.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Slab {
    /// While it is empty and the arena's, what lies below it; while it is a class's, the one after it in the class's list.
    pub(crate) link: Link,
    pub(crate) before: *mut Slab,
    /// The free blocks that were given back.
    pub(crate) free: *mut Block,
    /// From where on the slab was never used, in bytes from its beginning.
    pub(crate) fresh: u32,
    /// How many of its blocks are out.
    pub(crate) used: u32,
}

/// The one arena of the process.
pub(crate) static ARENA: Arena = Arena {
    base: AtomicPtr::new(null_mut()),
    reserving: Busy::new(),
    taken: AtomicUsize::new(FIRST),
    warm: Stack::new(),
    cold: Stack::new(),
};

#[derive(Debug)]
pub(crate) struct Arena {
    /// Where the addresses begin; null before they are reserved, or if they cannot be.
    base: AtomicPtr<u8>,
    /// Taken by the thread that reserves, and never given back, so that nobody tries a second time.
    reserving: Busy,
    /// The slabs that were used at some time.
    taken: AtomicUsize,
    /// Empty slabs that still have their memory, and those whose memory was given back.
    warm: Stack,
    cold: Stack,
}

impl Arena {
    /// The slab that a block lies in; null if it lies in none and is the C library's.
    #[inline]
    pub(crate) fn slab_of(&self, block: *mut Block) -> *mut Slab {
        let base = self.base.load(Ordering::Acquire);
        let offset = block.addr().wrapping_sub(base.addr());
        if base.is_null() || offset >= SLABS * SLAB {
            return null_mut();
        }
        // SAFETY: there is a description of each slab at the beginning of the addresses.
        unsafe { base.cast::<Slab>().add(offset / SLAB) }
    }

    /// Where a slab's memory begins.
    pub(crate) fn memory_of(&self, slab: *mut Slab) -> *mut u8 {
        let base = self.base.load(Ordering::Acquire);
        let number = (slab.addr() - base.addr()) / size_of::<Slab>();
        // SAFETY: there are addresses for each slab that has a description.
        unsafe { base.add(number * SLAB) }
    }

    /// An empty slab, whose description says so; null if there is none.
    pub(crate) fn take(&self) -> *mut Slab {
        for stack in [&self.warm, &self.cold] {
            let slab: *mut Slab = stack.pop().cast();
            if !slab.is_null() {
                // SAFETY: `put` put it there, and it is now the caller's.
                unsafe {
                    slab.write(Slab {
                        link: Link { below: null_mut() },
                        before: null_mut(),
                        free: null_mut(),
                        fresh: 0,
                        used: 0,
                    });
                };
                return slab;
            }
        }
        let base = self.reserved();
        if base.is_null() || self.taken.load(Ordering::Relaxed) >= SLABS {
            return null_mut();
        }
        // Beyond the end by as many as there are threads at most.
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        if number >= SLABS {
            return null_mut();
        }
        // SAFETY: as in `slab_of`; nobody had this slab, and its description is zeros.
        unsafe { base.cast::<Slab>().add(number) }
    }

    fn reserved(&self) -> *mut u8 {
        let base = self.base.load(Ordering::Acquire);
        if !base.is_null() || !self.reserving.enter() {
            return base;
        }
        let base = sys::reserve(SLABS * SLAB);
        self.base.store(base, Ordering::Release);
        base
    }

    /// Takes an empty slab back, and gives its memory back to the system unless there are few.
    ///
    /// # Safety
    /// The slab is the caller's alone, and nobody uses what lies in it.
    pub(crate) unsafe fn put(&self, slab: *mut Slab) {
        let keep = self.warm.count() < KEPT;
        // SAFETY: what the caller promises.
        unsafe {
            if !keep {
                sys::discard(self.memory_of(slab), SLAB);
            }
            let stack = if keep { &self.warm } else { &self.cold };
            stack.push(slab.cast());
        }
    }
}
