//! Owns the rule by which connections are given up that get no first response. Knows no connection.
//!
//! A server that serves one connection after the other never answers them all; one that only waits for a busy machine
//! does, however long that takes by the clock. So what counts is the time in which it answers others.

use std::time::Duration;

/// For how long a server may answer others and no new connection.
const ANSWERING_MAX: Duration = Duration::from_secs(1);
/// For how long it may be looked at in vain, answers or none.
const LOOKED_MAX: Duration = Duration::from_secs(5);
/// What one look counts at most: a client that had to wait for its core has not looked meanwhile.
const LOOK_MAX: Duration = Duration::from_millis(10);

/// What was seen since a connection last got its first response.
#[derive(Debug, Default)]
pub struct Stall {
    served: usize,
    answers: u64,
    answering: Duration,
    looked: Duration,
}

impl Stall {
    /// Adds a look: how many connections have had an answer by now, how many answers there were, and
    /// how long it took.
    pub fn see(&mut self, served: usize, answers: u64, took: Duration) {
        let took = took.min(LOOK_MAX);
        self.looked += took;
        if answers > self.answers {
            self.answering += took;
        }
        if served > self.served {
            (self.answering, self.looked) = (Duration::ZERO, Duration::ZERO);
        }
        (self.served, self.answers) = (served, answers);
    }

    /// Whether the others will get no answer.
    pub fn is_for_good(&self) -> bool {
        self.answering > ANSWERING_MAX || self.looked > LOOKED_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TURN: Duration = Duration::from_millis(2);

    /// So many looks at a server that has served 9; `answering` is whether it answers them.
    fn after(looks: u32, answering: bool, took: Duration) -> bool {
        let mut stall = Stall::default();
        for look in 0..=looks {
            let answers = if answering { u64::from(look) + 9 } else { 9 };
            stall.see(9, answers, took);
        }
        stall.is_for_good()
    }

    #[test]
    fn a_server_that_answers_others_for_a_second_serves_no_more() {
        assert!(!after(400, true, TURN));
        assert!(after(600, true, TURN));
    }

    #[test]
    fn a_server_that_waits_for_its_core_is_waited_for() {
        assert!(!after(600, false, TURN), "it answers nobody");
        assert!(after(3_000, false, TURN), "for so long");
        // The client itself had no core: ten seconds by the clock, and it has looked twenty times.
        assert!(!after(20, true, Duration::from_millis(500)));
    }

    #[test]
    fn a_new_connection_that_is_served_begins_it_anew() {
        let mut stall = Stall::default();
        for look in 0..2_000_u32 {
            stall.see(look as usize / 100, u64::from(look), TURN);
        }
        assert!(!stall.is_for_good());
    }
}
