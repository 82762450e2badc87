//! Owns the arithmetic of a sample: percentiles, spread, shuffled order. Knows nothing of servers.

use fastrand::Rng;
use serde::{Deserialize, Serialize};

/// How a sample spreads; one unit for all fields, named where it is kept.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many values there were.
    pub n: usize,
    /// The smallest value.
    pub min: f64,
    /// The median.
    pub p50: f64,
    /// Nine values of ten are not above it.
    pub p90: f64,
    /// Ninety-nine values of a hundred are not above it.
    pub p99: f64,
    /// The largest value.
    pub max: f64,
}

impl Spread {
    /// The spread of `samples`, or nothing when there are none.
    pub fn of(samples: &[f64]) -> Option<Self> {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        Some(Self {
            n: sorted.len(),
            min: *sorted.first()?,
            p50: percentile(&sorted, 50),
            p90: percentile(&sorted, 90),
            p99: percentile(&sorted, 99),
            max: *sorted.last()?,
        })
    }
}

/// The median of `samples`, or zero when there are none.
pub fn median(samples: &[f64]) -> f64 {
    Spread::of(samples).map_or(0.0, |spread| spread.p50)
}

/// The mean of `samples`, or nothing when there are none.
pub fn mean(samples: &[f64]) -> Option<f64> {
    let n = u32::try_from(samples.len()).ok().filter(|n| *n > 0)?;
    Some(samples.iter().sum::<f64>() / f64::from(n))
}

/// The numbers below `n` in an order drawn from `rng`.
pub fn shuffled(n: usize, rng: &mut Rng) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    rng.shuffle(&mut order);
    order
}

/// The nearest-rank percentile: always a value that was measured, never one between two.
fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted[rank - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_percentile_is_the_nearest_rank() {
        let hundred: Vec<f64> = (1..=100).map(f64::from).collect();
        assert_eq!(percentile(&hundred, 50), 50.0);
        assert_eq!(percentile(&hundred, 99), 99.0);
        assert_eq!(percentile(&[7.0], 1), 7.0);
        assert_eq!(percentile(&[1.0, 2.0, 3.0], 90), 3.0);
    }

    #[test]
    fn a_spread_sorts_its_samples_and_keeps_both_ends() {
        let spread = Spread::of(&[5.0, 1.0, 3.0]).unwrap();
        assert_eq!(
            (spread.n, spread.min, spread.p50, spread.max),
            (3, 1.0, 3.0, 5.0)
        );
        assert_eq!(median(&[4.0, 2.0, 9.0]), 4.0);
    }

    #[test]
    fn an_empty_sample_has_no_spread() {
        assert_eq!(Spread::of(&[]), None);
        assert_eq!((median(&[]), mean(&[])), (0.0, None));
        assert_eq!(mean(&[1.0, 2.0, 6.0]), Some(3.0));
    }

    #[test]
    fn the_same_seed_gives_the_same_order_and_every_number_once() {
        let order = shuffled(20, &mut Rng::with_seed(7));
        assert_eq!(order, shuffled(20, &mut Rng::with_seed(7)));
        assert_ne!(order, shuffled(20, &mut Rng::with_seed(8)));
        let mut sorted = order;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..20).collect::<Vec<_>>());
    }
}
