//! Owns the shape of a result, as `result.json` has it. Pure data.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::events::Handler;
use crate::machine::Machine;
use crate::package::{LeftOut, Package};
use crate::peers::{Group, Manifest, Peer};
use crate::phase::Phase;
use crate::probe::Manner;
use crate::process::Memory;
use crate::stats::Spread;

/// The version of the shape; a reader of another one refuses the file.
pub const SCHEMA: u32 = 2;

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
    /// Every peer that echoes and was measured, in the order of the manifest.
    pub peers: Vec<Row>,
    /// The same of those that serve MCP.
    #[serde(default)]
    pub mcp: Vec<Row>,
    /// Every peer that was not, and why.
    pub left_out: Vec<LeftOut>,
    /// What was left out for all of them, and why.
    pub notes: Vec<String>,
    /// How long each part of it took.
    pub took: Vec<Took>,
    /// The runs that were put together.
    pub parts: u32,
    /// The cloud's own figures for the demos of other languages.
    pub cloud: Vec<Cloud>,
}

/// How long a part of a run took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Took {
    /// The part.
    pub phase: Phase,
    /// For how many peers.
    pub peers: usize,
    /// Altogether, in seconds.
    pub seconds: f64,
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
    /// The cold starts of each peer on the smallest instance, for each of `quota_used_us`.
    pub small_rounds: u32,
    /// The time after which a peer starts there no more, in seconds.
    pub small_s_max: u32,
    /// The time after which an MCP server starts no more, in seconds.
    #[serde(default)]
    pub mcp_s_max: u32,
    /// What is used of the quota there before a server begins, in µs.
    pub quota_used_us: Vec<u32>,
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
    /// The same with handlers that work.
    pub work_ms: u64,
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
    /// What you deploy.
    pub package: Package,
    /// Its cold starts.
    pub start: Option<Start>,
    /// Its cold starts on the smallest instance.
    pub small: Vec<Small>,
    /// One kept-alive connection.
    pub warm: Option<Warm>,
    /// Many connections, with the handler that echoes and with those that work.
    pub load: Vec<Load>,
    /// Growing bodies.
    pub bodies: Vec<Body>,
    /// What went wrong without disqualifying it.
    pub remarks: Vec<String>,
    /// Why its figures do not count, if so.
    pub disqualified: Option<String>,
    /// The ids of the cloud's figures that stand beside it.
    pub cloud: Vec<String>,
    /// What an MCP server does beside its answers to sound calls.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub manners: Vec<Manner>,
}

impl Row {
    /// The figures of so many connections on so many cores.
    pub fn load(&self, handler: Handler, cores: usize, connections: usize) -> Option<&Load> {
        self.load.iter().find(|load| {
            (load.handler, load.cores, load.connections) == (handler, cores, connections)
        })
    }

    /// The figures of the smallest instance with so many cores, of whose quota so much had been used.
    pub fn small(&self, cores: usize, used_us: u32) -> Option<&Small> {
        let fits = |small: &&Small| (small.cores, small.used_us) == (cores, used_us);
        self.small.iter().find(fits)
    }
}

impl Report {
    /// Which of the peers of a manifest has not been measured in every phase; those that could not be built are
    /// left out with a reason, which is an answer too.
    pub fn missing(&self, manifest: &Manifest) -> Vec<String> {
        let is_echo = |peer: &&Peer| !self.has(&self.peers, &peer.id, self.notes.is_empty());
        let is_mcp = |peer: &&Peer| !self.has(&self.mcp, &peer.id, false);
        let echo = manifest.peers.iter().filter(is_echo);
        let all = echo.chain(manifest.mcp.iter().filter(is_mcp));
        all.map(|peer| peer.id.clone()).collect()
    }

    /// Whether a peer has all figures, that of the smallest instance if `small`, or a reason for having none.
    fn has(&self, rows: &[Row], id: &str, small: bool) -> bool {
        let is_whole = |row: &Row| {
            row.disqualified.is_some()
                || (row.start.is_some()
                    && row.warm.is_some()
                    && (!row.small.is_empty() || !small)
                    && !row.load.is_empty())
        };
        let row = rows.iter().find(|row| row.id == id);
        row.is_some_and(is_whole) || self.left_out.iter().any(|left| left.id == id)
    }

    /// The numbers of cores that servers were measured on, in ascending order.
    pub fn levels(&self) -> Vec<usize> {
        let loads = self.peers.iter().flat_map(|row| &row.load);
        let mut all: Vec<usize> = loads.map(|load| load.cores).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The cold starts of a peer; times in µs from before its process was made.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Start {
    /// To an accepted connection.
    pub listening_us: Spread,
    /// To the last byte of the first response.
    pub first_us: Spread,
    /// User and system time of the server until then, in µs.
    pub cpu_us: Spread,
    /// The memory and threads right after that answer; the median of each.
    pub memory: Memory,
}

/// The cold starts of a peer on the smallest instance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Small {
    /// The cores of the server.
    pub cores: usize,
    /// What had been used of the quota before, in µs.
    pub used_us: u32,
    /// To the last byte of the first response, in µs.
    pub first_us: Spread,
    /// User and system time of the server until then, in µs.
    pub cpu_us: Spread,
    /// The share of starts that had to wait for a further quota.
    pub held_back: f64,
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
    /// What the handler does.
    pub handler: Handler,
    /// The cores of the server.
    pub cores: usize,
    /// How many.
    pub connections: usize,
    /// Answers each second: the passes' median.
    pub per_second: f64,
    /// The slowest pass.
    pub per_second_min: f64,
    /// The fastest pass.
    pub per_second_max: f64,
    /// User and system time of the server for one answer, in µs: the passes' median; nothing when
    /// no answer came.
    pub cpu_us: Option<f64>,
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

impl Load {
    /// Whether every connection got an answer; where not, the rate is not one of so many.
    pub fn serves_all(&self) -> bool {
        self.served >= self.connections
    }
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

#[cfg(test)]
mod tests;
