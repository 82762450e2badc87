//! Owns the sizes of the blocks that are cached, and which of them a request gets. It must not know which thread has a block.
//!
//! The sizes are the slots of musl's allocator (`size_classes` of `src/malloc/mallocng/malloc.c`, musl 1.2.1 and newer),
//! so rounding a request up to its class takes no more memory than musl takes for it.

use core::alloc::Layout;

/// How many classes there are.
pub(crate) const CLASSES: usize = 27;

/// The bytes of a unit; every block is aligned to it.
pub(crate) const UNIT: usize = 16;

/// What musl keeps of each slot for itself, in bytes.
const MUSL_KEEPS: usize = 4;

/// The blocks of each class, in units.
#[cfg_attr(not(miri), unsafe(link_section = ".data.percore"))]
static UNITS: [u8; CLASSES] = [
    2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 18, 20, 25, 31, 36, 42, 50, 63, 72, 84, 102, 127, 146, 170,
    204, 255,
];

/// The blocks of each class that move between threads at once are about two KiB: few enough to leave lying, and enough
/// to make a lock cheap.
const BATCH_UNITS: u8 = 128;

/// The units from which on a request has no class.
const TOO_MANY: usize = 256;

// The tables below lie among the data that is written to, which every program touches when it starts. Among the
// constants they may be the first thing in an area that nothing else needs at the start, and the system maps such an
// area of a file by 64 KiB: the `bootstrap` of `tiny_http` took that much more memory for them.

/// The class of so many units, or of a few less.
#[cfg_attr(not(miri), unsafe(link_section = ".data.percore"))]
static CLASS: [u8; TOO_MANY + 1] = {
    let mut table = [0; TOO_MANY + 1];
    let (mut class, mut units) = (0, 0);
    while units <= TOO_MANY {
        if class < CLASSES && units > UNITS[class] as usize {
            class += 1;
        }
        #[expect(clippy::cast_possible_truncation, reason = "there are 27 classes")]
        {
            table[units] = class as u8;
        }
        units += 1;
    }
    table
};

/// The blocks of a batch of each class.
#[cfg_attr(not(miri), unsafe(link_section = ".data.percore"))]
static BATCH: [u8; CLASSES] = {
    let mut table = [1; CLASSES];
    let mut class = 0;
    while class < CLASSES {
        if UNITS[class] < BATCH_UNITS {
            table[class] = if UNITS[class] < 4 {
                32
            } else {
                BATCH_UNITS / UNITS[class]
            };
        }
        class += 1;
    }
    table
};

/// A class that there is: a number below [`CLASSES`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Class(u8);

/// What a request gets: a block of a class, or else one of the C library's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Kind(u8);

impl Kind {
    /// Requests that are too large, or that want more than the usual alignment, get no class.
    #[inline(always)]
    pub(crate) fn of(layout: Layout) -> Self {
        let units = (layout.size() + MUSL_KEEPS).div_ceil(UNIT);
        Self(
            CLASS[if layout.align() > UNIT {
                TOO_MANY
            } else {
                units.min(TOO_MANY)
            }],
        )
    }

    #[inline(always)]
    pub(crate) fn class(self) -> Option<Class> {
        if usize::from(self.0) < CLASSES {
            Some(Class(self.0))
        } else {
            None
        }
    }
}

impl Class {
    /// What a block of the class has room for, in bytes.
    pub(crate) fn room(self) -> usize {
        self.span() - MUSL_KEEPS
    }

    /// The bytes from a block of the class to the next one.
    pub(crate) fn span(self) -> usize {
        usize::from(*self.of_all(&UNITS)) * UNIT
    }

    /// The blocks of a batch of the class.
    #[inline(always)]
    pub(crate) fn batch(self) -> usize {
        usize::from(*self.of_all(&BATCH))
    }

    /// What is the class's of what each class has one of.
    #[inline(always)]
    pub(crate) fn of_all<T>(self, all: &[T; CLASSES]) -> &T {
        // SAFETY: `Kind::class` makes the classes, all of them below `CLASSES`.
        unsafe { all.get_unchecked(usize::from(self.0)) }
    }

    /// The same, to be changed.
    #[inline(always)]
    pub(crate) fn of_all_mut<T>(self, all: &mut [T; CLASSES]) -> &mut T {
        // SAFETY: as above.
        unsafe { all.get_unchecked_mut(usize::from(self.0)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(size: usize, align: usize) -> Layout {
        Layout::from_size_align(size, align).expect("a layout")
    }

    fn classes() -> impl Iterator<Item = Class> {
        (0..).map_while(|number| Kind(number).class())
    }

    #[test]
    fn every_size_gets_the_smallest_class_that_has_room_for_it() {
        for size in 1..=4076 {
            let class = Kind::of(layout(size, 1)).class().expect("a class");
            assert!(class.room() >= size, "{size}");
            assert!(class.0 == 0 || Class(class.0 - 1).room() < size, "{size}");
        }
    }

    #[test]
    fn what_is_large_or_aligned_has_no_class() {
        assert_eq!(Kind::of(layout(4076, 16)).class(), Some(Class(26)));
        for (size, align) in [(4077, 1), (4100, 8), (isize::MAX as usize, 1), (8, 32)] {
            assert_eq!(Kind::of(layout(size, align)).class(), None, "{size}");
        }
    }

    #[test]
    fn a_batch_has_blocks_and_about_two_kib() {
        for class in classes() {
            assert!((1..=32).contains(&class.batch()));
            assert!(
                class.batch() == 1 || class.batch() * class.span() <= 2048,
                "{class:?}"
            );
        }
    }

    /// A free block's first three words are used, see `list`.
    #[test]
    fn the_smallest_block_has_room_for_three_words() {
        assert!(Class(0).room() >= 3 * size_of::<usize>());
    }
}
