//! Chance that a seed repeats.

use std::time::Duration;

/// Numbers without a rule, but always the same ones for a seed (splitmix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The dice of one thrower: each has its own, so that none depends on how quick another is.
    pub(crate) fn new(seed: u64, thrower: u64) -> Self {
        let mut dice = Self(seed ^ thrower.wrapping_mul(0xd6e8_feb8_6659_fd93));
        // Neighbours differ in little.
        dice.next();
        dice
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number from 0 to just below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).expect("below a usize")
    }

    /// A time of up to so many milliseconds.
    pub(crate) fn milliseconds(&mut self, most: usize) -> Duration {
        Duration::from_millis(self.below(most + 1) as u64)
    }

    pub(crate) fn is_lucky(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }
}

/// Cards that are shuffled anew whenever all were drawn, so that each comes as often as it is among them.
#[derive(Debug)]
pub(crate) struct Deck<T> {
    cards: Vec<T>,
    dice: Dice,
}

impl<T: Copy> Deck<T> {
    pub(crate) fn new(cards: Vec<T>, dice: Dice) -> Self {
        Self { cards, dice }
    }

    /// All cards once, in a new order.
    pub(crate) fn round(&mut self) -> Vec<T> {
        for last in (1..self.cards.len()).rev() {
            let other = self.dice.below(last + 1);
            self.cards.swap(last, other);
        }
        self.cards.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::{Deck, Dice};

    fn rounds(seed: u64) -> Vec<u32> {
        let mut deck = Deck::new((0..30).collect(), Dice::new(seed, 0));
        (0..3).flat_map(|_| deck.round()).collect()
    }

    #[test]
    fn a_seed_has_one_order_and_another_seed_has_another() {
        assert_eq!(rounds(7), rounds(7));
        assert_ne!(rounds(7), rounds(8));
        let mut round = rounds(7).split_off(60);
        round.sort_unstable();
        assert_eq!(round, (0..30).collect::<Vec<_>>(), "each card once");
    }
}
