//! Owns what the standard library asks an allocator for, and which requests are cached. It knows nothing of how.

use std::alloc::{GlobalAlloc, Layout, System};

use crate::class::Kind;
use crate::{PerCore, core_lists};

// SAFETY: a cached block has at least the room and the alignment of its class, which `Kind::of` chooses by the layout,
// and belongs to one caller or list at a time; all others are the system allocator's.
unsafe impl GlobalAlloc for PerCore {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        match Kind::of(layout).class() {
            Some(class) => core_lists::alloc(class),
            // SAFETY: the caller keeps the rules of the trait.
            None => unsafe { System.alloc(layout) },
        }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as above. The layout is the one that the block was asked for with, so it has the same class.
        unsafe {
            match Kind::of(layout).class() {
                Some(class) => core_lists::free(class, block),
                None => System.dealloc(block, layout),
            }
        }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as above.
        unsafe {
            if Kind::of(layout).class().is_none() {
                return System.alloc_zeroed(layout);
            }
            let block = self.alloc(layout);
            if !block.is_null() {
                block.write_bytes(0, layout.size());
            }
            block
        }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller sees to it that the size, rounded up to the alignment, does not overflow.
        let wanted = unsafe { Layout::from_size_align_unchecked(size, layout.align()) };
        let (from, to) = (Kind::of(layout), Kind::of(wanted));
        // SAFETY: as above; a block of no class is the system allocator's before and after.
        unsafe {
            if from == to {
                return if from.class().is_some() {
                    block
                } else {
                    System.realloc(block, layout, size)
                };
            }
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}
