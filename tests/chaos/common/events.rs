//! The books of the asynchronous events: each that was accepted is delivered at least once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use super::table::Table;

/// The events that were accepted, by their numbers.
#[derive(Debug, Default)]
pub(crate) struct Events(Mutex<BTreeSet<usize>>);

impl Events {
    pub(crate) fn accept(&self, number: usize) {
        self.0
            .lock()
            .expect("no panic while it is held")
            .insert(number);
    }

    /// The figures, and each line that does not balance, by the numbers of the events in the order of their deliveries.
    pub(crate) fn balance(&self, deliveries: &[usize], table: &mut Table) -> Vec<String> {
        let accepted = self.0.lock().expect("no panic while it was held");
        let mut times: BTreeMap<usize, usize> = BTreeMap::new();
        for number in deliveries {
            *times.entry(*number).or_default() += 1;
        }
        let again: usize = times.values().map(|times| times - 1).sum();
        let unasked = times.keys().filter(|number| !accepted.contains(number));
        table.row("events accepted", accepted.len());
        table.row("events delivered", times.len());
        table.row("of these without a 202 that arrived", unasked.count());
        table.row("deliveries more than once", again);
        let lost = accepted.iter().filter(|number| !times.contains_key(number));
        lost.map(|number| format!("event {number} was accepted and never delivered"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::Events;

    #[test]
    fn a_lost_event_is_named_and_one_that_comes_twice_is_none() {
        let events = Events::default();
        events.accept(3);
        events.accept(5);
        let lines = |deliveries: &[usize]| events.balance(deliveries, &mut Table::default());
        assert_eq!(lines(&[5, 3, 3, 9]), Vec::<String>::new());
        assert_eq!(lines(&[3, 3]), ["event 5 was accepted and never delivered"]);
    }
}
