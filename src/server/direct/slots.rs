//! The places that connections have: each is empty, or its connection waits, or somebody attends to it.
//!
//! Owns the numbers of connections, how many there may be, and that never two attend to one. It must not know what a
//! connection waits for, nor who finds out that it need not wait any more.
//!
//! Each place has its own lock, so that workers on many processors do not queue at one. A number is given again,
//! with another generation, so that an event that arrives late never means another connection.

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// How many places the first segment has; each further one has twice as many as the one before it. Places never move.
const FIRST_SEGMENT: usize = 16;
/// So many segments have as good as all numbers.
const SEGMENTS: usize = 28;
/// How many places there are in all segments. Fewer than numbers, so that the last number may mean something else.
const PLACES: usize = FIRST_SEGMENT * ((1 << SEGMENTS) - 1);

/// Which connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Id {
    index: u32,
    generation: u32,
}

impl Id {
    /// The number by which the system names it.
    pub(super) fn to_bits(self) -> u64 {
        (u64::from(self.generation) << u32::BITS) | u64::from(self.index)
    }

    pub(super) fn from_bits(bits: u64) -> Self {
        let half = |shift: u32| {
            let half = (bits >> shift) & u64::from(u32::MAX);
            u32::try_from(half).unwrap_or_default()
        };
        Self {
            index: half(0),
            generation: half(u32::BITS),
        }
    }
}

/// The places of all connections.
pub(super) struct Slots<C> {
    segments: [OnceLock<Segment<C>>; SEGMENTS],
    book: Mutex<Book>,
    most: usize,
}

type Segment<C> = Box<[Mutex<Slot<C>>]>;

/// Which places are taken.
#[derive(Default)]
struct Book {
    /// How many there are, in use or not.
    made: usize,
    free: Vec<u32>,
}

struct Slot<C> {
    generation: u32,
    state: State<C>,
}

enum State<C> {
    Empty,
    Waiting(C),
    /// Somebody attends to it, and whether something has happened to it meanwhile.
    Attended {
        again: bool,
    },
}

/// The right to attend to a connection. Unless it is left to wait, its place is empty when this is dropped.
pub(super) struct Visit<'a, C> {
    slots: &'a Slots<C>,
    id: Id,
    is_over: bool,
}

impl<C> Slots<C> {
    /// At most so many places.
    pub(super) fn new(most: usize) -> Self {
        Self {
            segments: [const { OnceLock::new() }; SEGMENTS],
            book: Mutex::default(),
            most: most.min(PLACES),
        }
    }

    /// A place for a new connection, to which the caller attends; none where all are taken.
    pub(super) fn take(&self) -> Option<Visit<'_, C>> {
        let index = self.take_index()?;
        let mut slot = self.slot(index)?;
        slot.state = State::Attended { again: false };
        let id = Id {
            index,
            generation: slot.generation,
        };
        drop(slot);
        Some(self.visit(id))
    }

    fn take_index(&self) -> Option<u32> {
        let mut book = self.book();
        if let Some(index) = book.free.pop() {
            return Some(index);
        }
        let index = u32::try_from(book.made).ok()?;
        if book.made >= self.most {
            return None;
        }
        book.made += 1;
        Some(index)
    }

    /// The right to attend to this connection, if it waits. If somebody attends to it already, they do so once more.
    pub(super) fn attend(&self, id: Id) -> Option<(Visit<'_, C>, C)> {
        let mut slot = self.slot(id.index)?;
        if slot.generation != id.generation {
            return None;
        }
        match &mut slot.state {
            State::Empty => None,
            State::Attended { again } => {
                *again = true;
                None
            }
            State::Waiting(_) => self.take_waiting(id, &mut slot),
        }
    }

    /// The rights to attend to all connections that wait and are chosen, one after the other.
    pub(super) fn attend_where(
        &self,
        mut is_chosen: impl FnMut(&mut C) -> bool,
        mut attend: impl FnMut(Visit<'_, C>, C),
    ) {
        let made = u32::try_from(self.book().made).unwrap_or(u32::MAX);
        for index in 0..made {
            let Some(mut slot) = self.slot(index) else {
                return;
            };
            let generation = slot.generation;
            let is_chosen = match &mut slot.state {
                State::Waiting(connection) => is_chosen(connection),
                _ => false,
            };
            let id = Id { index, generation };
            let chosen = is_chosen.then(|| self.take_waiting(id, &mut slot));
            drop(slot);
            if let Some((visit, connection)) = chosen.flatten() {
                attend(visit, connection);
            }
        }
    }

    fn take_waiting(&self, id: Id, slot: &mut Slot<C>) -> Option<(Visit<'_, C>, C)> {
        let attended = State::Attended { again: false };
        match std::mem::replace(&mut slot.state, attended) {
            State::Waiting(connection) => Some((self.visit(id), connection)),
            other => {
                slot.state = other;
                None
            }
        }
    }

    fn visit(&self, id: Id) -> Visit<'_, C> {
        Visit {
            slots: self,
            id,
            is_over: false,
        }
    }

    /// A place, which is made with its whole segment when it is asked for first.
    fn slot(&self, index: u32) -> Option<MutexGuard<'_, Slot<C>>> {
        let (segment, offset) = place_of(index);
        let slots = self.segments.get(segment)?.get_or_init(|| {
            let empty = |_| {
                Mutex::new(Slot {
                    generation: 0,
                    state: State::Empty,
                })
            };
            (0..FIRST_SEGMENT << segment).map(empty).collect()
        });
        Some(slots[offset].lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Visit<'_, C> {
    #[cfg(test)]
    pub(super) fn id(&self) -> Id {
        self.id
    }

    /// Lets the connection wait. Before it does, `prepare` is called, during which nobody else can attend to it; if that
    /// fails, the connection ends. If something has happened to it meanwhile and it must not be missed, it is given
    /// back.
    pub(super) fn wait<E>(
        mut self,
        mut connection: C,
        misses_nothing: bool,
        prepare: impl FnOnce(&mut C, Id) -> Result<(), E>,
    ) -> Result<Option<(Self, C)>, E> {
        let Some(mut slot) = self.slots.slot(self.id.index) else {
            return Ok(None);
        };
        if matches!(slot.state, State::Attended { again: true }) && !misses_nothing {
            slot.state = State::Attended { again: false };
            drop(slot);
            return Ok(Some((self, connection)));
        }
        prepare(&mut connection, self.id)?;
        slot.state = State::Waiting(connection);
        self.is_over = true;
        Ok(None)
    }
}

impl<C> Drop for Visit<'_, C> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        if let Some(mut slot) = self.slots.slot(self.id.index) {
            slot.generation = slot.generation.wrapping_add(1);
            slot.state = State::Empty;
        }
        self.slots.book().free.push(self.id.index);
    }
}

/// In which segment a place is, and where there.
fn place_of(index: u32) -> (usize, usize) {
    let number = index as usize + FIRST_SEGMENT;
    let segment = (number / FIRST_SEGMENT).ilog2() as usize;
    (segment, number - (FIRST_SEGMENT << segment))
}

#[cfg(test)]
mod tests;
