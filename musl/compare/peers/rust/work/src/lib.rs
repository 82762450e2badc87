//! What the handlers that work do before they answer with the event: the first two words of it are
//! an order, `burn STEPS` or `pause MILLISECONDS`, as our own testbed understands them.

use std::hint::black_box;
use std::time::Duration;

/// An order.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// So many steps on the CPU.
    Burn(u64),
    /// So long a wait for something else.
    Pause(Duration),
    /// Nothing.
    Nothing,
}

impl Work {
    /// The order in an event; one that has none asks for nothing.
    pub fn of(event: &[u8]) -> Self {
        let mut words = event.split(|byte| *byte == b' ');
        let order = words.next();
        let number = words.next().and_then(|word| str::from_utf8(word).ok()?.parse().ok());
        match (order, number) {
            (Some(b"burn"), Some(steps)) => Self::Burn(steps),
            (Some(b"pause"), Some(ms)) => Self::Pause(Duration::from_millis(ms)),
            _ => Self::Nothing,
        }
    }
}

/// Each step waits for the one before, so that no compiler makes them faster or slower than another.
pub fn burn(steps: u64) {
    let step = |x: u64, _| (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    black_box((0..steps).fold(1, step));
}
