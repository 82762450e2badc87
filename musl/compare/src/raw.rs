//! Owns the shape of what was measured, before it is summed up: `raw.json` and the CSV files.

use serde::{Deserialize, Serialize};

use crate::events::Handler;
use crate::process::Memory;

/// One cold start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StartSample {
    /// The peer.
    pub peer: String,
    /// The round, from 0.
    pub round: u32,
    /// Its place in the round, from 0.
    pub place: usize,
    /// To an accepted connection, in µs.
    pub listening_us: f64,
    /// To the first complete answer, in µs.
    pub first_us: f64,
    /// User and system time of the server until then, in µs.
    pub cpu_us: f64,
    /// Peak resident set after it, in KiB.
    pub peak_rss_kib: u64,
    /// Resident set after it, in KiB.
    pub rss_kib: u64,
    /// Proportional set after it, in KiB.
    pub pss_kib: u64,
    /// Threads after it.
    pub threads: u64,
    /// Processes after it.
    pub processes: u64,
}

/// One cold start on the smallest instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SmallSample {
    /// The peer.
    pub peer: String,
    /// The round, from 0.
    pub round: u32,
    /// Its place in the round, from 0.
    pub place: usize,
    /// The cores of the server.
    pub cores: usize,
    /// What had been used of the quota before, in µs.
    pub used_us: u32,
    /// To the first complete answer, in µs.
    pub first_us: f64,
    /// User and system time of the server until then, in µs.
    pub cpu_us: f64,
    /// The periods in which it had to wait for the next one.
    pub held_back: u64,
}

/// What a measurement after the start was about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One kept-alive connection.
    Warm,
    /// Many connections.
    Load,
    /// A body size.
    Body,
}

/// One measurement after the start, of one pass.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSample {
    /// The peer.
    pub peer: String,
    /// The pass, from 0.
    pub pass: u32,
    /// What it was about.
    pub kind: Kind,
    /// What the handler does.
    pub handler: Handler,
    /// The cores of the server.
    pub cores: usize,
    /// The connections.
    pub connections: usize,
    /// The bytes of each event.
    pub body_bytes: usize,
    /// The answers.
    pub answers: u64,
    /// The time they took together, in seconds.
    pub seconds: f64,
    /// Connections with an answer.
    pub served: usize,
    /// Failed requests.
    pub errors: u64,
    /// Connections the server closed.
    pub reconnects: u64,
    /// CPU for one request in µs, where it was read.
    pub cpu_us: Option<f64>,
    /// CPU of the client for one request in µs, likewise: near 1e6 for each of its cores in a second
    /// it is the client that limits the rate.
    pub client_cpu_us: Option<f64>,
    /// How often a thread of the server went to sleep for one request, likewise.
    pub sleeps: Option<f64>,
    /// Peak resident set at its end, in KiB.
    pub peak_rss_kib: u64,
    /// Resident set at its end, in KiB.
    pub rss_kib: u64,
    /// Proportional set at its end, in KiB.
    pub pss_kib: u64,
    /// Threads at its end.
    pub threads: u64,
    /// Processes at its end.
    pub processes: u64,
    /// Every latency, in µs; in the raw JSON only.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub latencies_us: Vec<f64>,
}

impl RunSample {
    /// The memory at its end.
    pub fn memory(&self) -> Memory {
        Memory {
            peak_rss_kib: self.peak_rss_kib,
            rss_kib: self.rss_kib,
            pss_kib: self.pss_kib,
            threads: self.threads,
            processes: self.processes,
        }
    }
}

/// Everything that was measured, before it is summed up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Raw {
    /// The cold starts.
    pub starts: Vec<StartSample>,
    /// The cold starts on the smallest instance.
    pub smalls: Vec<SmallSample>,
    /// Everything after them.
    pub runs: Vec<RunSample>,
}

impl Raw {
    /// Takes the samples of an earlier run for everything that this one has none of: a part of a
    /// run replaces what was measured before of the same peers.
    pub fn complete(&mut self, mut before: Self) {
        before
            .starts
            .retain(|old| self.starts.iter().all(|new| new.peer != old.peer));
        before
            .smalls
            .retain(|old| self.smalls.iter().all(|new| new.peer != old.peer));
        let working = |run: &RunSample| run.handler != Handler::Echo;
        before.runs.retain(|old| {
            let same = |new: &RunSample| new.peer == old.peer && working(new) == working(old);
            !self.runs.iter().any(same)
        });
        self.starts.append(&mut before.starts);
        self.smalls.append(&mut before.smalls);
        self.runs.append(&mut before.runs);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_a_run_replaces_its_own_peers_and_phase_alone() {
        let before = crate::sample::raw();
        let mut start = before.starts[0].clone();
        start.first_us = 1.0;
        let mut now = Raw {
            starts: vec![start],
            ..Raw::default()
        };
        now.complete(before.clone());
        assert_eq!((now.starts.len(), now.starts[0].first_us), (1, 1.0));
        assert_eq!((&now.smalls, &now.runs), (&before.smalls, &before.runs));
        let mut other = Raw::default();
        other.starts.push(StartSample {
            peer: "other".to_owned(),
            ..before.starts[0].clone()
        });
        other.complete(before.clone());
        assert_eq!(other.starts.len(), 1 + before.starts.len());
    }

    #[test]
    fn handlers_that_work_do_not_replace_the_one_that_echoes() {
        let before = crate::sample::raw();
        let mut now = Raw::default();
        now.runs.push(RunSample {
            handler: Handler::Burn,
            ..before.runs[0].clone()
        });
        now.complete(before.clone());
        assert_eq!(now.runs.len(), 1 + before.runs.len());
        now.complete(before.clone());
        assert_eq!(now.runs.len(), 1 + before.runs.len());
    }
}
