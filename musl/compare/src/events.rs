//! Owns what is sent: bytes that no server has seen before, so that an old answer is not taken for
//! a new one, and an order to the handlers that work.

use std::hint::black_box;
use std::time::{Duration, Instant};

use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// The CPU time that a handler burns, in µs.
pub const BURN_US: u32 = 200;
/// The time that a handler waits, in ms.
pub const WAIT_MS: u32 = 20;
/// The steps that are timed to find out how many of them burn a time.
const TRIAL_STEPS: u64 = 1_000_000;
/// How often they are timed; the fastest counts.
const TRIALS: usize = 5;

/// What the function of a server does before it answers with the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Handler {
    /// Nothing.
    Echo,
    /// It burns [`BURN_US`] of CPU.
    Burn,
    /// It waits for [`WAIT_MS`].
    Wait,
    /// It is a tool that is called over MCP.
    Tool,
}

/// The events of a measurement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Events {
    /// What the handler is to do, as its first two words.
    order: String,
    bytes: usize,
}

impl Events {
    /// Random bytes.
    pub fn echo(bytes: usize) -> Self {
        Self {
            order: String::new(),
            bytes,
        }
    }

    /// Events for a handler that works; `steps` burn its time.
    pub fn work(handler: Handler, bytes: usize, steps: u64) -> Self {
        let order = match handler {
            // What is sent to a tool is no event.
            Handler::Echo | Handler::Tool => return Self::echo(bytes),
            Handler::Burn => format!("burn {steps} "),
            Handler::Wait => format!("pause {WAIT_MS} "),
        };
        Self { order, bytes }
    }

    /// The next one.
    pub fn next(&self, rng: &mut Rng) -> Vec<u8> {
        let mut event = self.order.clone().into_bytes();
        let start = event.len();
        event.resize(self.bytes.max(start), 0);
        if start == 0 {
            rng.fill(&mut event);
        } else {
            // Handlers read an order as text.
            event[start..].fill_with(|| rng.alphanumeric() as u8);
        }
        event
    }
}

/// How many steps burn [`BURN_US`] on the core that this thread is on.
pub fn steps() -> u64 {
    let fastest = (0..TRIALS)
        .map(|_| timed(TRIAL_STEPS))
        .min()
        .unwrap_or_default();
    let each = fastest.as_secs_f64() / TRIAL_STEPS as f64;
    let steps = f64::from(BURN_US) / 1e6 / each;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a step takes more than a tenth of a nanosecond, so there are few"
    )]
    let steps = steps as u64;
    steps
}

fn timed(steps: u64) -> Duration {
    let began = Instant::now();
    black_box(burn(black_box(steps)));
    began.elapsed()
}

/// What the handlers do too: each step waits for the one before, so that no compiler makes it
/// faster or slower than another.
fn burn(steps: u64) -> u64 {
    (0..steps).fold(1, |x: u64, _| {
        (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_their_size_and_differ() {
        let mut rng = Rng::with_seed(1);
        let events = Events::echo(100);
        let (first, second) = (events.next(&mut rng), events.next(&mut rng));
        assert_eq!((first.len(), second.len()), (100, 100));
        assert_ne!(first, second);
        assert!(Events::echo(0).next(&mut rng).is_empty());
    }

    #[test]
    fn an_order_comes_first_and_is_followed_by_letters() {
        let mut rng = Rng::with_seed(1);
        let burn = Events::work(Handler::Burn, 100, 500).next(&mut rng);
        assert!(burn.starts_with(b"burn 500 ") && burn.len() == 100 && burn.is_ascii());
        let wait = Events::work(Handler::Wait, 100, 500).next(&mut rng);
        assert!(wait.starts_with(b"pause 20 "));
        assert_eq!(Events::work(Handler::Echo, 9, 500), Events::echo(9));
    }

    #[test]
    fn more_steps_give_another_result_so_none_is_left_out() {
        assert_ne!(burn(1_000), burn(1_001));
        assert!(steps() > 0);
    }
}
