//! Which disturbance comes next.

use std::vec::IntoIter;

use super::Run;
use super::dice::{Deck, Dice};

/// Rounds of all disturbances until the time is over, and in the long form a last one without those that end what is
/// disturbed, so that the end can be looked at.
#[derive(Debug)]
pub(crate) struct Order<T> {
    deck: Deck<T>,
    round: IntoIter<T>,
    has_begun: bool,
    is_last: bool,
}

impl<T: Copy> Order<T> {
    /// So many of each as there are in `round`.
    pub(crate) fn new(round: &[T], dice: Dice) -> Self {
        Self {
            deck: Deck::new(round.to_vec(), dice),
            round: Vec::new().into_iter(),
            has_begun: false,
            is_last: false,
        }
    }

    pub(crate) fn next(&mut self, run: &Run, is_an_end: impl Fn(T) -> bool) -> Option<T> {
        if let Some(next) = self.round.next() {
            return Some(next);
        }
        let goes_on = !self.has_begun || run.goes_on();
        if !goes_on && (self.is_last || !run.is_long()) {
            return None;
        }
        (self.has_begun, self.is_last) = (true, !goes_on);
        let mut round = self.deck.round();
        round.retain(|card| goes_on || !is_an_end(*card));
        self.round = round.into_iter();
        self.round.next()
    }
}

#[cfg(test)]
mod tests {
    use super::{Dice, Order, Run};
    use std::time::{Duration, Instant};

    fn play(length: Option<Duration>) -> Vec<u32> {
        let run = Run {
            length,
            began: Instant::now(),
            seed: 7,
        };
        let mut order = Order::new(&[1, 2, 3, 4], Dice::new(7, 0));
        std::iter::from_fn(|| order.next(&run, |card| card > 2)).collect()
    }

    #[test]
    fn the_short_form_is_one_round_and_the_long_one_ends_with_a_round_without_ends() {
        let mut short = play(None);
        short.sort_unstable();
        assert_eq!(short, [1, 2, 3, 4]);
        let mut last = play(Some(Duration::ZERO)).split_off(4);
        last.sort_unstable();
        assert_eq!(last, [1, 2]);
    }
}
