//! What both halves of the chaos share: its length and its seed, the order of the disturbances, and the books.
//!
//! It must not know what is disturbed, nor how a request travels.

#![allow(dead_code, unused_imports, reason = "each half uses its own part")]

mod book;
mod dice;
mod events;
mod order;
mod process;
mod rude;
mod stage;
mod table;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

pub(crate) use book::{Book, Cause, End, Open};
pub(crate) use dice::Dice;
pub(crate) use events::Events;
pub(crate) use order::Order;
pub(crate) use process::{children, wait_until};
pub(crate) use rude::{TIMED_OUT, leave, read_slowly, write_slowly};
pub(crate) use stage::{Place, Stage};
pub(crate) use table::Table;

/// How long the load lasts, in seconds: without it, one disturbance of each kind is enough.
const SECONDS_VARIABLE: &str = "CHAOS_SECONDS";

/// The seed of all that is by chance. Without it a long run takes a new one, and a short one always the same.
const SEED_VARIABLE: &str = "CHAOS_SEED";
const SHORT_SEED: u64 = 1;

/// How long a run is, and what its chance is made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Run {
    length: Option<Duration>,
    began: Instant,
    pub(crate) seed: u64,
}

impl Run {
    /// The run that the environment asks for; prints how to have the same one again.
    pub(crate) fn of_environment(what: &str) -> Self {
        let length = number(SECONDS_VARIABLE).map(Duration::from_secs);
        let seed = number(SEED_VARIABLE).unwrap_or_else(|| match length {
            Some(_) => fresh_seed(),
            None => SHORT_SEED,
        });
        println!("{what}: SEED={seed}");
        Self {
            length,
            began: Instant::now(),
            seed,
        }
    }

    /// Whether it is the long form.
    pub(crate) fn is_long(&self) -> bool {
        self.length.is_some()
    }

    /// Whether another round of all disturbances is to follow.
    pub(crate) fn goes_on(&self) -> bool {
        self.length
            .is_some_and(|length| self.began.elapsed() < length)
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable)
        .ok()
        .filter(|text| !text.is_empty())?;
    let number = text.parse();
    Some(number.unwrap_or_else(|error| panic!("{variable}={text}: {error}")))
}

fn fresh_seed() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.map_or(SHORT_SEED, |age| {
        u64::from(age.subsec_nanos()) ^ age.as_secs()
    })
}
