//! The sessions of one function.

use std::collections::HashMap;

use super::record::{Session, Status, View};
use crate::facts::limit;

/// Those that live, by numbers that are never used again, and what is remembered of those that ended.
#[derive(Debug, Default)]
pub(super) struct Table {
    numbers: HashMap<String, u64>,
    live: HashMap<u64, Session>,
    /// How many sessions each member of the pool has.
    places: HashMap<u64, usize>,
    /// Those that expired, with when they did, in milliseconds since 1970.
    ended: Vec<(u64, View)>,
    /// What is known of ids whose session expired and that name no new one.
    expired: HashMap<String, Expired>,
    last: u64,
}

/// An id whose session expired.
#[derive(Debug)]
struct Expired {
    ended_ms: u64,
    reusable: bool,
}

impl Table {
    /// Adds a session and returns its number.
    pub(super) fn add(&mut self, session: Session) -> u64 {
        self.last += 1;
        if let Some(id) = &session.id {
            self.expired.remove(id);
            self.numbers.insert(id.clone(), self.last);
        }
        self.live.insert(self.last, session);
        self.last
    }

    pub(super) fn number(&self, id: &str) -> Option<u64> {
        self.numbers.get(id).copied()
    }

    pub(super) fn get(&self, number: u64) -> Option<&Session> {
        self.live.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: u64) -> Option<&mut Session> {
        self.live.get_mut(&number)
    }

    /// Gives a session its id; one that had it before ends.
    pub(super) fn name(&mut self, number: u64, id: &str) {
        if let Some(other) = self.number(id).filter(|other| *other != number) {
            self.remove(other);
        }
        let Some(session) = self.live.get_mut(&number) else {
            return;
        };
        session.id = Some(id.to_owned());
        self.numbers.insert(id.to_owned(), number);
        if !session.counts {
            session.counts = true;
            if let Some(member) = session.member {
                *self.places.entry(member).or_default() += 1;
            }
        }
    }

    /// Binds a session to a member, or to none.
    pub(super) fn bind(&mut self, number: u64, member: Option<u64>) {
        let Some(session) = self.live.get_mut(&number) else {
            return;
        };
        let before = std::mem::replace(&mut session.member, member);
        if session.counts {
            give_back(&mut self.places, before);
            if let Some(member) = member {
                *self.places.entry(member).or_default() += 1;
            }
        }
    }

    pub(super) fn on(&self, member: u64) -> usize {
        self.places.get(&member).copied().unwrap_or_default()
    }

    /// Takes a session out, without a trace.
    pub(super) fn remove(&mut self, number: u64) -> Option<Session> {
        let session = self.live.remove(&number)?;
        if let Some(id) = &session.id {
            self.numbers.remove(id);
        }
        if session.counts {
            give_back(&mut self.places, session.member);
        }
        Some(session)
    }

    /// Ends a session whose time has come.
    pub(super) fn expire(&mut self, number: u64, now_ms: u64) {
        let Some(session) = self.remove(number) else {
            return;
        };
        if let Some(view) = session.view(Status::Expired, now_ms) {
            let expired = Expired {
                ended_ms: now_ms,
                reusable: session.rules.reuses_ids,
            };
            self.expired.insert(view.id.clone(), expired);
            self.ended.push((now_ms, view));
        }
    }

    /// Ends all whose time has come, and forgets what ended long ago.
    pub(super) fn sweep(&mut self, now_ms: u64) {
        let over = self.live.iter().filter(|(_, one)| one.is_over(now_ms));
        let over: Vec<u64> = over.map(|(number, _)| *number).collect();
        over.iter().for_each(|number| self.expire(*number, now_ms));
        self.ended
            .retain(|(ended_ms, _)| !is_forgotten(*ended_ms, now_ms));
        self.expired
            .retain(|_, one| !is_forgotten(one.ended_ms, now_ms));
    }

    /// When an id expired that must not be used again.
    pub(super) fn refused(&self, id: &str) -> Option<u64> {
        let expired = self.expired.get(id).filter(|one| !one.reusable);
        expired.map(|one| one.ended_ms)
    }

    /// Whether a session of this id has expired.
    pub(super) fn has_ended(&self, id: &str) -> bool {
        self.expired.contains_key(id)
    }

    /// Forgets that an id ever was; says whether there was anything to forget.
    pub(super) fn forget_ended(&mut self, id: &str) -> bool {
        let before = self.ended.len();
        self.ended.retain(|(_, view)| view.id != id);
        self.expired.remove(id);
        self.ended.len() < before
    }

    /// All sessions, the oldest first.
    pub(super) fn views(&self, now_ms: u64) -> Vec<View> {
        let ended = self.ended.iter().map(|(_, view)| view.clone());
        let live = self.live.values();
        let live = live.filter_map(|one| one.view(Status::Active, now_ms));
        let mut all: Vec<View> = ended.chain(live).collect();
        all.sort_by(|one, other| (one.created_ms, &one.id).cmp(&(other.created_ms, &other.id)));
        all
    }
}

/// For how long an expired session is remembered.
const REMEMBERED_MS: u64 = limit::SESSION_REFUSED_SECONDS * 1000;

/// Whether what ended then counts as if it had never been.
pub(super) fn is_forgotten(ended_ms: u64, now_ms: u64) -> bool {
    now_ms.saturating_sub(ended_ms) >= REMEMBERED_MS
}

fn give_back(places: &mut HashMap<u64, usize>, member: Option<u64>) {
    let Some(member) = member else { return };
    if let Some(taken) = places.get_mut(&member) {
        *taken -= 1;
        if *taken == 0 {
            places.remove(&member);
        }
    }
}
