//! Owns how much is measured in a full run and in a quick one, and how long that takes.

use crate::phase::Phase;
use crate::result::{Plan, Report};

/// The connections of the figures of a headline: as many requests at once as one instance often has.
pub const HEADLINE_CONNECTIONS: usize = 16;
/// What a cold start of a peer takes with everything around it, in seconds: the mean of all peers,
/// interpreters included.
const START_S: f64 = 0.04;
/// The same on the smallest instance.
const SMALL_START_S: f64 = 0.1;
/// What the first build of a server takes, in seconds: the mean of all peers on two cores.
const BUILD_S: f64 = 25.0;
/// What the same takes of an MCP server that is not an interpreted program, in seconds.
const MCP_START_S: f64 = 0.04;
/// What calls one after the other on one connection take, in seconds: the mean of all MCP servers.
const MCP_WARM_S: f64 = 3.0;
/// What is around each measurement of a load, in seconds: the start, the first requests, the
/// connections.
const AROUND_S: f64 = 0.6;

impl Plan {
    /// The run whose figures are published.
    pub fn full(seed: u64) -> Self {
        Self {
            quick: false,
            seed,
            rounds: 200,
            mcp_s_max: 25,
            small_rounds: 40,
            small_s_max: 5,
            quota_used_us: vec![0, 2_500],
            passes: 3,
            warm_up: 500,
            warm: 3_000,
            connections: vec![HEADLINE_CONNECTIONS, 200],
            load_ms: 800,
            work_ms: 600,
            bodies: vec![10, 1_000, 100_000, 1_000_000],
            body_requests: 100,
            body_ms_max: 600,
        }
    }

    /// The run that shows within a few minutes whether everything works; its times say little.
    pub fn quick(seed: u64) -> Self {
        Self {
            quick: true,
            rounds: 10,
            mcp_s_max: 4,
            small_rounds: 3,
            small_s_max: 2,
            passes: 1,
            warm_up: 100,
            warm: 500,
            load_ms: 300,
            work_ms: 300,
            bodies: vec![10, 100_000],
            body_requests: 30,
            body_ms_max: 300,
            ..Self::full(seed)
        }
    }

    /// How many seconds these phases take, each for so many peers, without what must be built first:
    /// as long as they took at the last run of the same plan, or what the plan itself says.
    pub fn seconds(&self, phases: &[(Phase, usize)], levels: usize, last: Option<&Report>) -> f64 {
        let last = last.filter(|report| report.plan.size() == self.size());
        let one = |(phase, peers): &(Phase, usize)| {
            let took = last.and_then(|report| report.took.iter().find(|took| took.phase == *phase));
            match took {
                Some(took) if took.peers > 0 => took.seconds / count(took.peers) * count(*peers),
                _ => self.planned(*phase, count(*peers), count(levels)),
            }
        };
        phases.iter().map(one).sum()
    }

    /// How many seconds it takes to build so many servers for the first time.
    pub fn build_seconds(servers: usize) -> f64 {
        count(servers) * BUILD_S
    }

    fn planned(&self, phase: Phase, peers: f64, levels: f64) -> f64 {
        let loads = count(self.connections.len()) * levels;
        let ms = |n: u64| f64::from(u32::try_from(n).unwrap_or(u32::MAX)) / 1e3;
        let passes = f64::from(self.passes);
        match phase {
            Phase::Start => f64::from(self.rounds) * peers * START_S,
            Phase::Small => {
                let one = f64::from(self.small_rounds) * SMALL_START_S;
                let kinds = count(self.quota_used_us.len()) * levels.min(2.0);
                one.min(f64::from(self.small_s_max)) * kinds * peers
            }
            Phase::Load => {
                let bodies = count(self.bodies.len()) * ms(self.body_ms_max) / 2.0;
                let loads = loads * (ms(self.load_ms) + AROUND_S);
                passes * peers * (loads + bodies + 2.0 * AROUND_S)
            }
            Phase::Mcp => {
                let starts = (f64::from(self.rounds) * MCP_START_S).min(f64::from(self.mcp_s_max));
                let calls = MCP_WARM_S + levels * (ms(self.load_ms) + AROUND_S);
                // Half of them are interpreted programs, which have all the time there is.
                peers * ((starts + f64::from(self.mcp_s_max)) / 2.0 + passes * calls)
            }
            Phase::Work => 2.0 * passes * peers * loads * (ms(self.work_ms) + AROUND_S),
        }
    }

    /// The plan without what differs from one run to the next.
    fn size(&self) -> Self {
        Self {
            seed: 0,
            ..self.clone()
        }
    }
}

/// A small count as a factor.
fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::result::Took;

    #[test]
    fn a_quick_run_is_shorter_and_more_peers_take_longer() {
        let time =
            |plan: Plan, peers| plan.seconds(&Phase::ALL.map(|phase| (phase, peers)), 2, None);
        assert!(time(Plan::quick(1), 20) < time(Plan::full(1), 20) / 3.0);
        assert!(time(Plan::full(1), 10) < time(Plan::full(1), 20));
    }

    #[test]
    fn what_was_measured_last_counts_more_than_the_plan() {
        let mut report = crate::sample::report();
        report.plan = Plan::full(1);
        report.took = vec![Took {
            phase: Phase::Start,
            peers: 10,
            seconds: 50.0,
        }];
        let time = |plan: Plan, last| plan.seconds(&[(Phase::Start, 20)], 2, last);
        assert!((time(Plan::full(2), Some(&report)) - 100.0).abs() < 1e-9);
        let planned = time(Plan::quick(2), None);
        assert!((time(Plan::quick(2), Some(&report)) - planned).abs() < 1e-9);
    }
}
