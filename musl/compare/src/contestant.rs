//! Owns a peer that takes part in a run: how it is started, and what became of it. Measures nothing.

use crate::launch::Launch;
use crate::measure::disqualifies;
use crate::package::Package;
use crate::peers::Peer;
use crate::probe::Manner;
use crate::server::Trouble;

/// The failures after which a peer is given up, so that one that hangs does not hold up the rest.
const FAILURES_MAX: u32 = 5;

/// One peer that takes part, and what became of it.
#[derive(Debug)]
pub struct Contestant {
    /// The peer.
    pub peer: Peer,
    /// What you deploy.
    pub package: Package,
    /// What went wrong on the way.
    pub remarks: Vec<String>,
    /// Why its figures do not count, if so.
    pub disqualified: Option<String>,
    /// How it is started.
    pub launch: Launch,
    /// How the program with handlers that work is started, if it has one.
    pub work: Option<Launch>,
    /// What it does beside its answers, if it serves MCP.
    pub manners: Vec<Manner>,
    failures: u32,
}

impl Contestant {
    /// A peer that has failed in nothing yet.
    pub fn new(peer: Peer, package: Package, launch: Launch) -> Self {
        Self {
            peer,
            package,
            remarks: Vec::new(),
            disqualified: None,
            launch,
            work: None,
            manners: Vec::new(),
            failures: 0,
        }
    }

    /// Measures, unless it is out already, and keeps what comes of it.
    pub fn take<T>(
        &mut self,
        measure: impl FnOnce(&Launch) -> Result<T, Trouble>,
        what: &str,
        samples: &mut Vec<T>,
    ) {
        if self.disqualified.is_some() {
            return;
        }
        match measure(&self.launch) {
            Ok(sample) => samples.push(sample),
            Err(trouble) => self.suffer(&trouble, what),
        }
    }

    /// Remembers a failure; a wrong echo, or too many of them, end its part.
    pub fn suffer(&mut self, trouble: &Trouble, what: &str) {
        let remark = format!("{what}: {trouble}");
        self.failures += 1;
        if disqualifies(trouble) {
            self.disqualified = Some(remark);
        } else if self.failures == FAILURES_MAX {
            self.disqualified = Some(format!("given up after {FAILURES_MAX} failures, {remark}"));
        } else if !self.remarks.contains(&remark) {
            self.remarks.push(remark);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::http::BadAnswer;
    use crate::peers::Manifest;
    use crate::raw::RunSample;

    fn contestant() -> Contestant {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let manifest = Manifest::read(&folder.join("peers.toml"));
        let launch = Launch {
            argv: Vec::new(),
            folder: PathBuf::new(),
            errors: PathBuf::new(),
            memory_mb: None,
        };
        Contestant::new(
            manifest.unwrap().peers.remove(0),
            Package::default(),
            launch,
        )
    }

    #[test]
    fn a_peer_that_keeps_failing_is_given_up_and_the_same_remark_stands_once() {
        let mut one = contestant();
        for _ in 1..FAILURES_MAX {
            one.suffer(&Trouble::Silent, "a cold start");
        }
        assert_eq!(one.remarks, ["a cold start: it did not listen within 15 s"]);
        assert_eq!(one.disqualified, None);
        one.suffer(&Trouble::Silent, "a cold start");
        assert!(
            one.disqualified
                .unwrap()
                .starts_with("given up after 5 failures, a cold start")
        );
    }

    #[test]
    fn one_wrong_echo_ends_the_part_of_a_peer() {
        let mut one = contestant();
        one.suffer(
            &BadAnswer::WrongEcho {
                sent: 1,
                received: 2,
            }
            .into(),
            "connections: 16",
        );
        assert!(one.disqualified.is_some());
        let mut samples: Vec<RunSample> = Vec::new();
        one.take(|_| unreachable!("it is out"), "anything", &mut samples);
        assert!(samples.is_empty());
    }
}
