//! Owns the order in which servers of MCP take their turn: cold starts, then calls. Builds nothing.

use std::time::{Duration, Instant};

use super::Stage;
use crate::bench::Crowd;
use crate::events::Handler;
use crate::measure::Turn;
use crate::phase::Phase;
use crate::plan::HEADLINE_CONNECTIONS;
use crate::progress::Progress;
use crate::question::Questions;

impl Stage<'_> {
    /// Cold starts up to the list of tools, then calls, one after the other and many at once.
    pub(super) fn mcp(&mut self) -> Result<(), String> {
        self.mcp_starts();
        for turn in 0..self.plan.passes {
            self.mcp_pass(turn)?;
        }
        Ok(())
    }

    /// Every peer starts once a round, each round in another order; one that has had its time starts no more.
    fn mcp_starts(&mut self) {
        let limit = Duration::from_secs(self.plan.mcp_s_max.into());
        let mut spent = vec![Duration::ZERO; self.mcp.len()];
        let steps = self.plan.rounds as usize * self.mcp.len();
        let mut progress = Progress::new("mcp, starts", steps);
        for turn in 0..self.plan.rounds {
            for (place, index) in self.order_of(self.mcp.len()) {
                let one = &mut self.mcp[index];
                progress.step(&format!("round {} {}", turn + 1, one.peer.name));
                if spent[index] > limit {
                    continue;
                }
                let (began, id) = (Instant::now(), one.peer.id.clone());
                let at = Turn {
                    peer: &id,
                    turn,
                    place,
                };
                one.take(
                    |launch| self.bench.cold(launch, at, &Questions::List),
                    "a cold start",
                    &mut self.raw.starts,
                );
                spent[index] += began.elapsed();
            }
        }
    }

    /// Calls of each peer, on one connection and on many, at each number of cores.
    fn mcp_pass(&mut self, turn: u32) -> Result<(), String> {
        let steps = (1 + self.cores.levels().len()) * self.mcp.len();
        let mut progress = Progress::new(Phase::Mcp.name(), steps);
        for (place, index) in self.order_of(self.mcp.len()) {
            let one = &mut self.mcp[index];
            let (id, name) = (one.peer.id.clone(), one.peer.name.clone());
            let at = Turn {
                peer: &id,
                turn,
                place,
            };
            progress.step(&format!("{name}, one connection"));
            one.take(
                |launch| self.bench.warm(launch, at, self.plan, Handler::Tool),
                "calls on one connection",
                &mut self.raw.runs,
            );
            for cores in self.cores.levels() {
                progress.step(&format!("{name}, cores: {cores}"));
                self.mcp_crowd(index, at, cores)?;
            }
            self.sit(1)?;
        }
        Ok(())
    }

    fn mcp_crowd(&mut self, index: usize, at: Turn<'_>, cores: usize) -> Result<(), String> {
        self.sit(cores)?;
        let crowd = Crowd {
            connections: HEADLINE_CONNECTIONS,
            handler: Handler::Tool,
            time: Duration::from_millis(self.plan.load_ms),
        };
        let what = format!("cores: {cores}, connections: {HEADLINE_CONNECTIONS}");
        self.mcp[index].take(
            |launch| self.bench.load(launch, at, self.plan, crowd),
            &what,
            &mut self.raw.runs,
        );
        Ok(())
    }
}
