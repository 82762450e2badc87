//! Owns the lists that each core keeps, and which of them a thread uses. It knows nothing of where blocks come from.
//!
//! A thread uses the same core's lists until it finds them busy: then another thread has just used them, on another core
//! or interrupted on this one, and it goes to those of the core that it now runs on. So memory goes by the cores that run
//! at once and not by the threads: a program whose threads take turns has one set of lists.

use core::cell::{Cell, UnsafeCell};

use crate::central::CENTRAL;
use crate::class::{CLASSES, Class};
use crate::list::List;
use crate::sync::Busy;
use crate::sys;

/// The sets of lists; cores beyond share them.
const CORES: usize = 32;

/// The sets that a thread tries before it asks for a block without any.
const TRIES: usize = 3;

static LISTS: [Lists; CORES] = [const { Lists::new() }; CORES];

thread_local! {
    /// The lists that the thread uses.
    static MINE: Cell<usize> = const { Cell::new(0) };
}

/// What a core keeps: of each class up to two batches. The alignment keeps two of them out of one pair of lines of the
/// cache.
#[repr(align(128))]
struct Lists {
    busy: Busy,
    kept: UnsafeCell<[List; CLASSES]>,
}

// SAFETY: `kept` is only touched by the thread that has `busy`.
unsafe impl Sync for Lists {}

impl Lists {
    const fn new() -> Self {
        Self {
            busy: Busy::new(),
            kept: UnsafeCell::new([List::EMPTY; CLASSES]),
        }
    }
}

/// The lists that the thread may use now; none if those that it tries are busy.
#[inline(always)]
fn enter() -> Option<&'static Lists> {
    let lists = &LISTS[MINE.get() % CORES];
    if lists.busy.enter() {
        Some(lists)
    } else {
        enter_others()
    }
}

/// Enters the lists of the core that the thread runs on, or others near them, and makes them the thread's.
#[cold]
#[inline(never)]
fn enter_others() -> Option<&'static Lists> {
    let core = sys::core();
    let found = (core..core + TRIES).find(|core| LISTS[core % CORES].busy.enter())?;
    MINE.set(found);
    Some(&LISTS[found % CORES])
}

/// A block of the class; null if there is no memory.
#[inline(never)]
pub(crate) fn alloc(class: Class) -> *mut u8 {
    let Some(lists) = enter() else {
        return sys::library_alloc(class.room());
    };
    // SAFETY: `busy` is ours until we leave.
    let list = class.of_all_mut(unsafe { &mut *lists.kept.get() });
    if list.is_empty() {
        *list = class.of_all(&CENTRAL).take(class);
    }
    let block = list.pop();
    lists.busy.leave();
    block.cast()
}

/// Takes a block of the class back.
///
/// # Safety
/// The block is of this class, and the caller gives it up.
#[inline(never)]
pub(crate) unsafe fn free(class: Class, block: *mut u8) {
    let block = block.cast();
    let central = class.of_all(&CENTRAL);
    // SAFETY: what the caller promises, and each class has room for a `Block`; `busy` is ours until we leave.
    unsafe {
        let Some(lists) = enter() else {
            return central.give(List::of(block));
        };
        let list = class.of_all_mut(&mut *lists.kept.get());
        if list.len() >= 2 * class.batch() {
            central.give(list.split_off(class.batch()));
        }
        list.push(block);
        lists.busy.leave();
    }
}
