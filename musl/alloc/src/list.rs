//! Owns the free blocks and the lists of them, of which each has one owner. It knows nothing of who that is, nor of what a
//! block belongs to.

use core::ptr::null_mut;

use crate::stack::{Link, Stack};

/// A free block.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Block {
    /// What lies below its list, while that is on a stack; only a list's first block uses it.
    link: Link,
    pub(crate) next: *mut Block,
    /// How long its list is, while that is on a stack; only a list's first block uses it.
    len: usize,
}

/// A list of free blocks of one class, which nobody else has.
#[derive(Debug)]
pub(crate) struct List {
    first: *mut Block,
    len: usize,
}

impl List {
    pub(crate) const EMPTY: Self = Self {
        first: null_mut(),
        len: 0,
    };

    /// A list of one block, or of none if that is null.
    ///
    /// # Safety
    /// As [`List::push`], unless it is null.
    pub(crate) unsafe fn of(block: *mut Block) -> Self {
        let mut list = Self::EMPTY;
        if !block.is_null() {
            // SAFETY: what the caller promises.
            unsafe { list.push(block) };
        }
        list
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    #[inline(always)]
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_null()
    }

    /// Keeps so many blocks, those that were pushed last, and returns the others; there are so many at least, and one
    /// at least is kept.
    #[cold]
    pub(crate) fn split_off(&mut self, kept: usize) -> Self {
        let mut last = self.first;
        for _ in 1..kept {
            // SAFETY: a block of the list, which only this list has.
            last = unsafe { (*last).next };
        }
        // SAFETY: as above.
        let rest = unsafe { core::mem::replace(&mut (*last).next, null_mut()) };
        Self {
            first: rest,
            len: core::mem::replace(&mut self.len, kept) - kept,
        }
    }

    /// # Safety
    /// The block is free, nobody else's, aligned, and has room for a [`Block`].
    #[inline(always)]
    pub(crate) unsafe fn push(&mut self, block: *mut Block) {
        // SAFETY: what the caller promises. Only `next` is written, because a list has no use for the rest.
        unsafe { (&raw mut (*block).next).write(self.first) };
        self.first = block;
        self.len += 1;
    }

    /// The block that was pushed last; null if there is none.
    #[inline(always)]
    pub(crate) fn pop(&mut self) -> *mut Block {
        let block = self.first;
        if !block.is_null() {
            // SAFETY: a block of the list, which only this list has.
            self.first = unsafe { (*block).next };
            self.len -= 1;
        }
        block
    }

    /// Puts the list on a stack; an empty one it forgets.
    pub(crate) fn put_on(self, stack: &Stack) {
        if !self.is_empty() {
            // SAFETY: the list's first block is the list's alone, and now the stack's, with all that follow it.
            unsafe {
                (&raw mut (*self.first).len).write(self.len);
                stack.push(self.first.cast());
            }
        }
    }

    /// Takes the list that was put on the stack last, or an empty one.
    ///
    /// # Safety
    /// Only lists are put on this stack.
    pub(crate) unsafe fn from(stack: &Stack) -> Self {
        let first: *mut Block = stack.pop().cast();
        if first.is_null() {
            return Self::EMPTY;
        }
        // SAFETY: the first block of a list that `put_on` put there, and that is now the caller's.
        let len = unsafe { (*first).len };
        Self { first, len }
    }
}
