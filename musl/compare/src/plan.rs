//! Owns how much is measured in a full run and in a quick one.

use crate::result::Plan;

impl Plan {
    /// The run whose figures are published.
    pub fn full(seed: u64) -> Self {
        Self {
            quick: false,
            seed,
            rounds: 200,
            passes: 3,
            warm_up: 500,
            warm: 3_000,
            connections: vec![1, 16, 64, 200],
            load_ms: 1_000,
            bodies: vec![10, 1_000, 100_000, 1_000_000],
            body_requests: 200,
            body_ms_max: 1_000,
        }
    }

    /// The run that shows within a few minutes whether everything works; its times say little.
    pub fn quick(seed: u64) -> Self {
        Self {
            quick: true,
            rounds: 20,
            passes: 1,
            warm_up: 100,
            warm: 500,
            connections: vec![1, 16, 200],
            load_ms: 400,
            body_requests: 30,
            body_ms_max: 300,
            ..Self::full(seed)
        }
    }
}
