//! Owns the blocks of a class that no core keeps: the batches in stock, and the slabs they are cut from. It knows nothing
//! of cores and threads.
//!
//! The first blocks are cut from the program's own memory, whatever their class. Of each class the next ones are the C
//! library's, one at a time, so a program that needs few has the memory that it had without this crate. A class that goes
//! on asking gets slabs.

use core::cell::UnsafeCell;
use core::ptr::null_mut;

use crate::arena::{ARENA, SLAB, Slab};
use crate::class::{CLASSES, Class};
use crate::early;
use crate::list::{Block, List};
use crate::stack::{Link, Stack};
use crate::sync::{AtomicUsize, Busy, Ordering};
use crate::sys;

/// The blocks of a class that are asked for from the C library, before the first slab.
const FROM_LIBRARY: usize = if cfg!(miri) { 1 } else { 64 };

/// The batches of a class that wait for a core to take them. Those beyond go back to their slabs.
const STOCKED: usize = if cfg!(miri) { 2 } else { 16 };

/// The blocks of each class.
pub(crate) static CENTRAL: [Central; CLASSES] = [const { Central::new() }; CLASSES];

/// The blocks of one class. The alignment keeps the locks of two classes out of one line of the cache.
#[derive(Debug)]
#[repr(align(64))]
pub(crate) struct Central {
    stock: Stack,
    /// The blocks asked for from the C library.
    asked: AtomicUsize,
    /// Whether somebody works on the slabs.
    busy: Busy,
    /// The slabs of the class that have a block left, as a list.
    slabs: UnsafeCell<*mut Slab>,
}

// SAFETY: `slabs`, and all slabs of the class, are only touched by the thread that has `busy`.
unsafe impl Sync for Central {}

impl Central {
    const fn new() -> Self {
        Self {
            stock: Stack::new(),
            asked: AtomicUsize::new(0),
            busy: Busy::new(),
            slabs: UnsafeCell::new(null_mut()),
        }
    }

    /// A batch of the class, or a part of one; empty if there is no memory.
    #[cold]
    #[inline(never)]
    pub(crate) fn take(&self, class: Class) -> List {
        // SAFETY: only `give` pushes on the stock.
        let stocked = unsafe { List::from(&self.stock) };
        if !stocked.is_empty() {
            return stocked;
        }
        let first = early::cut(class.span());
        if !first.is_null() {
            // SAFETY: a new block, which has room for what the class says.
            return unsafe { List::of(first) };
        }
        let asked = self.asked.load(Ordering::Relaxed);
        if asked >= FROM_LIBRARY {
            let cut = self.cut(class);
            if !cut.is_empty() {
                return cut;
            }
        }
        // Two threads may count as one: a few blocks more are no harm.
        self.asked.store(asked + 1, Ordering::Relaxed);
        // SAFETY: a new block, which has room for what the class says.
        unsafe { List::of(sys::library_alloc(class.room()).cast()) }
    }

    /// Takes blocks back.
    #[cold]
    #[inline(never)]
    pub(crate) fn give(&self, mut list: List) {
        let mut kept = List::EMPTY;
        while let Some(block) = some(list.pop()) {
            // SAFETY: a free block, which was only in this list; what is neither an early one nor a slab's is the C library's.
            unsafe {
                if early::has(block) || !ARENA.slab_of(block).is_null() {
                    kept.push(block);
                } else {
                    sys::library_free(block.cast());
                }
            }
        }
        kept.put_on(&self.stock);
        if self.stock.count() > STOCKED && self.busy.enter() {
            let emptied = self.sort();
            self.busy.leave();
            release(emptied);
        }
    }

    /// Up to a batch of blocks from a slab.
    fn cut(&self, class: Class) -> List {
        if !self.busy.enter_soon() {
            return List::EMPTY;
        }
        // SAFETY: `busy` is ours.
        let (given_back, fresh) = unsafe { self.cut_from_slabs(class) };
        self.busy.leave();
        // Linked only now, because it touches new memory, for which the system takes its time.
        given_back.unwrap_or_else(|| link(fresh, class))
    }

    /// Blocks that were given back, or else a place and a number of blocks that were never used.
    ///
    /// # Safety
    /// The caller has `busy`.
    unsafe fn cut_from_slabs(&self, class: Class) -> (Option<List>, (*mut u8, usize)) {
        let nothing = (null_mut(), 0);
        // SAFETY: what the caller promises; a slab of the list, or a new one, is valid and its free blocks are its own.
        unsafe {
            if (*self.slabs.get()).is_null() {
                let slab = ARENA.take();
                if slab.is_null() {
                    return (None, nothing);
                }
                self.link_in(slab);
            }
            let slab = *self.slabs.get();
            let mut list = List::EMPTY;
            let mut fresh = nothing;
            if (*slab).free.is_null() {
                let from = (*slab).fresh as usize;
                let blocks = class.batch().min((SLAB - from) / class.span());
                fresh = (ARENA.memory_of(slab).add(from), blocks);
                (*slab).fresh = narrow(from + blocks * class.span());
            } else {
                while list.len() < class.batch() {
                    let Some(block) = some((*slab).free) else {
                        break;
                    };
                    (*slab).free = (*block).next;
                    list.push(block);
                }
            }
            (*slab).used += narrow(list.len() + fresh.1);
            if (*slab).free.is_null() && (*slab).fresh as usize + class.span() > SLAB {
                self.link_out(slab);
            }
            (Some(list).filter(|list| !list.is_empty()), fresh)
        }
    }

    /// Puts batches that are too many in stock back into their slabs, and returns the slabs that are empty by that, as a
    /// list. Early blocks have no slab and stay in stock, as one batch.
    fn sort(&self) -> *mut Slab {
        let mut emptied = null_mut();
        let mut kept = List::EMPTY;
        while self.stock.count() > STOCKED / 2 {
            // SAFETY: only `give` pushes on the stock.
            let mut list = unsafe { List::from(&self.stock) };
            if list.is_empty() {
                break;
            }
            while let Some(block) = some(list.pop()) {
                // SAFETY: `busy` is ours, and the other blocks in stock lie in slabs of this class. An early one was only in
                // this list.
                unsafe {
                    if early::has(block) {
                        kept.push(block);
                    } else {
                        self.put_into_slab(block, &mut emptied);
                    }
                }
            }
        }
        kept.put_on(&self.stock);
        emptied
    }

    /// # Safety
    /// The caller has `busy`, and the block is free and in a slab of this class.
    unsafe fn put_into_slab(&self, block: *mut Block, emptied: &mut *mut Slab) {
        // SAFETY: what the caller promises.
        unsafe {
            let slab = ARENA.slab_of(block);
            let listed = !(*slab).before.is_null() || *self.slabs.get() == slab;
            (*block).next = (*slab).free;
            (*slab).free = block;
            (*slab).used -= 1;
            if !listed {
                self.link_in(slab);
            }
            // The only one that has room stays, because the next block would ask for it again.
            let alone = (*slab).before.is_null() && (*slab).link.below.is_null();
            if (*slab).used == 0 && !alone {
                self.link_out(slab);
                (*slab).link.below = emptied.cast();
                *emptied = slab;
            }
        }
    }

    /// # Safety
    /// The caller has `busy`, and the slab is of this class and not in the list.
    unsafe fn link_in(&self, slab: *mut Slab) {
        // SAFETY: what the caller promises.
        unsafe {
            let first = *self.slabs.get();
            (*slab).link = Link {
                below: first.cast(),
            };
            (*slab).before = null_mut();
            if !first.is_null() {
                (*first).before = slab;
            }
            *self.slabs.get() = slab;
        }
    }

    /// # Safety
    /// The caller has `busy`, and the slab is in the list.
    unsafe fn link_out(&self, slab: *mut Slab) {
        // SAFETY: what the caller promises.
        unsafe {
            let before = (*slab).before;
            let after: *mut Slab = (*slab).link.below.cast();
            if before.is_null() {
                *self.slabs.get() = after;
            } else {
                (*before).link.below = after.cast();
            }
            if !after.is_null() {
                (*after).before = before;
            }
            (*slab).before = null_mut();
        }
    }
}

/// Makes a list of blocks that were never used, and of which nobody else knows.
fn link((first, blocks): (*mut u8, usize), class: Class) -> List {
    let mut list = List::EMPTY;
    for number in (0..blocks).rev() {
        // SAFETY: `cut_from_slabs` gave the caller this part of a slab.
        unsafe { list.push(first.add(number * class.span()).cast()) };
    }
    list
}

/// Gives slabs that are empty, and in no list but this one, to the arena.
fn release(mut emptied: *mut Slab) {
    while let Some(slab) = some(emptied) {
        // SAFETY: what `sort` put in this list is the caller's alone, and its blocks are all free.
        unsafe {
            emptied = (*slab).link.below.cast();
            ARENA.put(slab);
        }
    }
}

fn some<T>(pointer: *mut T) -> Option<*mut T> {
    Some(pointer).filter(|pointer| !pointer.is_null())
}

/// A number of bytes or blocks within a slab.
#[expect(clippy::cast_possible_truncation, reason = "a slab is 64 KiB")]
fn narrow(number: usize) -> u32 {
    number as u32
}
