//! Owns the first bytes that blocks are cut from, which are the program's own. It knows nothing of classes and lists.
//!
//! A program that has just started needs a few dozen blocks of many sizes. The C library asks the system for memory for each
//! few sizes, and a block of each touches another page. Cut one after the other from one area, they share a few pages, and
//! there is no call of the system and no lock.

use core::cell::UnsafeCell;
use core::ptr::null_mut;

use crate::class::UNIT;
use crate::list::Block;
use crate::sync::{AtomicUsize, Ordering};

/// The bytes of the area: what a server needs up to its first response. What is not touched of it is not memory.
const BYTES: usize = if cfg!(miri) { 8192 } else { 32 * 1024 };

/// Aligned as each block is.
#[repr(align(16))]
struct Area(UnsafeCell<[u8; BYTES]>);

// SAFETY: each byte is in one block at most, and whose that is, is its caller's business.
unsafe impl Sync for Area {}

static AREA: Area = Area(UnsafeCell::new([0; BYTES]));

/// How many bytes have been cut off, or a few more once there are not enough.
static CUT: AtomicUsize = AtomicUsize::new(0);

// The largest block has room in it, so that what is left of it is never less than nothing.
const _: () = assert!(align_of::<Area>() == UNIT && BYTES % UNIT == 0 && BYTES >= 256 * UNIT);

/// A block of so many bytes, a multiple of the unit, that nobody had before; null if there are not so many left.
pub(crate) fn cut(bytes: usize) -> *mut Block {
    // First a look, so that the count cannot run on until it begins anew.
    if CUT.load(Ordering::Relaxed) > BYTES - bytes {
        return null_mut();
    }
    let at = CUT.fetch_add(bytes, Ordering::Relaxed);
    if at > BYTES - bytes {
        return null_mut();
    }
    // SAFETY: it lies in the area.
    unsafe { AREA.0.get().cast::<u8>().add(at).cast() }
}

/// Whether a block was cut here.
#[inline]
pub(crate) fn has(block: *mut Block) -> bool {
    block.addr().wrapping_sub(AREA.0.get().addr()) < BYTES
}

#[cfg(test)]
mod tests {
    use super::{AREA, BYTES, cut, has};
    use crate::class::UNIT;
    use crate::list::Block;
    use std::thread;

    #[test]
    fn threads_get_blocks_that_are_theirs_alone_until_there_are_no_more() {
        let cut_all = |units: usize| {
            let blocks =
                std::iter::repeat_with(|| cut(units * UNIT)).take_while(|at| !at.is_null());
            let places = |at: *mut Block| (0..units).map(move |unit| at.addr() + unit * UNIT);
            blocks
                .inspect(|at| assert!(has(*at)))
                .flat_map(places)
                .collect::<Vec<_>>()
        };
        let mut places: Vec<usize> = thread::scope(|scope| {
            let threads = [2, 3, 5].map(|units| scope.spawn(move || cut_all(units)));
            threads
                .into_iter()
                .flat_map(|thread| thread.join().expect("no panic"))
                .collect()
        });
        assert!(cut(5 * UNIT).is_null(), "it stays so");
        places.extend(cut_all(1));
        let most = BYTES / UNIT;
        // What asks for more than is left takes the rest, which nobody gets then.
        assert!(
            (most - 10..=most).contains(&places.len()),
            "{} of {most}",
            places.len()
        );
        let count = places.len();
        places.sort_unstable();
        places.dedup();
        assert_eq!(places.len(), count, "no place twice");
        let after = AREA.0.get().cast::<u8>().wrapping_add(BYTES);
        assert!(!has(after.cast()));
    }
}
