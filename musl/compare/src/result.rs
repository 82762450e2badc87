//! Owns the shape of a result: what is summed up in `result.json` and what is raw. Pure data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::machine::Machine;
use crate::package::{LeftOut, Package};
use crate::peers::Group;
use crate::process::Memory;
use crate::stats::Spread;

/// The version of the shape; a reader of another one refuses the file.
pub const SCHEMA: u32 = 1;

/// One run, summed up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// The version of this shape.
    pub schema: u32,
    /// When the run ended, as RFC 3339.
    pub when: String,
    /// What was done, and how often.
    pub plan: Plan,
    /// Where it was done.
    pub machine: Machine,
    /// The versions of the tools that were used.
    pub tools: BTreeMap<String, String>,
    /// Every peer that was measured, in the order of the manifest.
    pub peers: Vec<Row>,
    /// Every peer that was not, and why.
    pub left_out: Vec<LeftOut>,
    /// The cloud's own figures for the demos of other languages.
    pub cloud: Vec<Cloud>,
}

/// How much is measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Whether it is the short run, whose figures say little.
    pub quick: bool,
    /// The seed of every shuffled order.
    pub seed: u64,
    /// The cold starts of each peer.
    pub rounds: u32,
    /// How often everything else is measured.
    pub passes: u32,
    /// Requests on a connection before anything counts.
    pub warm_up: u32,
    /// Requests of the warm measurement.
    pub warm: u32,
    /// The connections of the throughput measurements.
    pub connections: Vec<usize>,
    /// How long each of those lasts, in milliseconds.
    pub load_ms: u64,
    /// The bodies of the growth measurement, in bytes.
    pub bodies: Vec<usize>,
    /// Requests for each body, unless `body_ms_max` ends them before.
    pub body_requests: u32,
    /// The most time for each body, in milliseconds.
    pub body_ms_max: u64,
}

/// One peer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Its short name.
    pub id: String,
    /// Its name in tables.
    pub name: String,
    /// Its language.
    pub language: String,
    /// What it stands for.
    pub group: Group,
    /// How it was built.
    pub how: String,
    /// What one deploys.
    pub package: Package,
    /// Its cold starts.
    pub start: Option<Start>,
    /// One kept-alive connection.
    pub warm: Option<Warm>,
    /// Many connections.
    pub load: Vec<Load>,
    /// Growing bodies.
    pub bodies: Vec<Body>,
    /// What went wrong without disqualifying it.
    pub remarks: Vec<String>,
    /// Why its figures do not count, if so.
    pub disqualified: Option<String>,
    /// The ids of the cloud's figures that stand beside it.
    pub cloud: Vec<String>,
}

/// The cold starts of a peer; times in µs from before its process was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// To an accepted connection.
    pub listening_us: Spread,
    /// To the last byte of the first answer.
    pub first_us: Spread,
    /// The memory and threads right after that answer; the median of each.
    pub memory: Memory,
}

/// One connection that is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warm {
    /// From a request to its answer, in µs.
    pub latency_us: Spread,
    /// User and system time of the server for one request, in µs: median of the passes.
    pub cpu_us: f64,
    /// Whether the server kept the connection.
    pub keep_alive: bool,
}

/// A number of connections, each sending its next request when it has its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Load {
    /// How many.
    pub connections: usize,
    /// Answers each second: the passes' median.
    pub per_second: f64,
    /// The slowest pass.
    pub per_second_min: f64,
    /// The fastest pass.
    pub per_second_max: f64,
    /// From a request to its answer, in µs; nothing when no answer came.
    pub latency_us: Option<Spread>,
    /// The connections that got at least one answer, in the worst pass.
    pub served: usize,
    /// Requests that failed, over all passes.
    pub errors: u64,
    /// Connections the server closed after an answer, over all passes.
    pub reconnects: u64,
    /// The memory at its end; the median of each.
    pub memory: Memory,
}

/// A body size on one connection.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// The size of the event and of its answer.
    pub bytes: usize,
    /// From a request to its answer, in µs.
    pub latency_us: Spread,
    /// The memory at its end; the median of each.
    pub memory: Memory,
}

/// What the cloud itself recorded for the demo of a language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cloud {
    /// The name that peers refer to.
    pub id: String,
    /// The demo.
    pub demo: String,
    /// The deployed package as the tool printed it.
    pub package: Option<String>,
    /// `Duration` of one warm or cold invocation, in ms, with its year.
    pub duration_ms: Option<String>,
    /// `Max Memory Used`, in MB, with its year.
    pub memory_mb: Option<String>,
    /// The file and commit that records it.
    pub source: String,
}

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
    /// Everything after them.
    pub runs: Vec<RunSample>,
}
