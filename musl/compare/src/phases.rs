//! Owns the order in which peers take their turn in each phase of a run. Builds nothing.

mod mcp;

use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::bench::{Bench, Crowd};
use crate::cgroup::Cgroups;
use crate::contestant::Contestant;
use crate::cores::Cores;
use crate::events::Handler;
use crate::measure::{EVENT_BYTES, Turn};
use crate::phase::Phase;
use crate::progress::Progress;
use crate::question::Questions;
use crate::raw::Raw;
use crate::result::Plan;
use crate::stats::shuffled;

/// Everything that the phases of a run share.
#[derive(Debug)]
pub struct Stage<'a> {
    /// What starts servers.
    pub bench: Bench,
    /// Who takes part and echoes.
    pub ready: Vec<Contestant>,
    /// Who takes part and serves MCP.
    pub mcp: Vec<Contestant>,
    /// How much is measured.
    pub plan: &'a Plan,
    /// On which cores.
    pub cores: Cores,
    /// Draws the orders.
    pub rng: Rng,
    /// What was measured.
    pub raw: Raw,
    /// What could not be done for anybody, and why.
    pub notes: Vec<String>,
}

impl Stage<'_> {
    /// Measures one phase.
    ///
    /// # Errors
    /// When the machine refuses what the harness itself needs.
    pub fn play(&mut self, phase: Phase) -> Result<(), String> {
        self.sit(1)?;
        match phase {
            Phase::Start => self.starts(),
            Phase::Small => match Cgroups::find() {
                Ok(groups) => self.smalls(&groups)?,
                Err(reason) => self.note(format!(
                    "the start on the smallest instance is left out: no cgroup with a CPU quota can be made ({reason})"
                )),
            },
            Phase::Load => self.passes()?,
            Phase::Work => self.work()?,
            Phase::Mcp => self.mcp()?,
        }
        Ok(())
    }

    /// How many peers take part in a phase.
    pub fn players(&self, phase: Phase) -> usize {
        match phase {
            Phase::Work => self.ready.iter().filter(|one| one.work.is_some()).count(),
            Phase::Mcp => self.mcp.len(),
            _ => self.ready.len(),
        }
    }

    fn note(&mut self, note: String) {
        eprintln!("{note}");
        self.notes.push(note);
    }

    /// Gives the server `n` cores, and the client its own.
    fn sit(&mut self, n: usize) -> Result<(), String> {
        let seats = self.cores.seats(n);
        self.bench
            .sit(&seats)
            .map_err(|e| format!("cores of the client: {e}"))
    }

    fn order(&mut self) -> Vec<(usize, usize)> {
        self.order_of(self.ready.len())
    }

    /// The places of so many peers in a turn, each with its index.
    fn order_of(&mut self, peers: usize) -> Vec<(usize, usize)> {
        shuffled(peers, &mut self.rng)
            .into_iter()
            .enumerate()
            .collect()
    }

    /// Every peer starts once a round, each round in another order.
    fn starts(&mut self) {
        let steps = self.plan.rounds as usize * self.ready.len();
        let mut progress = Progress::new(Phase::Start.name(), steps);
        for turn in 0..self.plan.rounds {
            for (place, index) in self.order() {
                let one = &mut self.ready[index];
                progress.step(&format!("round {} {}", turn + 1, one.peer.name));
                let id = one.peer.id.clone();
                let at = Turn {
                    peer: &id,
                    turn,
                    place,
                };
                let questions = Questions::echo(EVENT_BYTES);
                one.take(
                    |launch| self.bench.cold(launch, at, &questions),
                    "a cold start",
                    &mut self.raw.starts,
                );
            }
        }
    }

    /// The same on the smallest instance, with one core and with the most there are; a peer that has
    /// had its time there starts no more.
    fn smalls(&mut self, groups: &Cgroups) -> Result<(), String> {
        let kinds = self.small_kinds();
        let limit = Duration::from_secs(self.plan.small_s_max.into());
        let mut spent = vec![Duration::ZERO; self.ready.len() * kinds.len()];
        let steps = self.plan.small_rounds as usize * spent.len();
        let mut progress = Progress::new(Phase::Small.name(), steps);
        for turn in 0..self.plan.small_rounds {
            for (kind, (cores, used_us)) in kinds.iter().enumerate() {
                self.sit(*cores)?;
                for (place, index) in self.order() {
                    let one = &mut self.ready[index];
                    progress.step(&format!("round {} {}", turn + 1, one.peer.name));
                    let spent = &mut spent[index * kinds.len() + kind];
                    if *spent > limit {
                        continue;
                    }
                    let began = Instant::now();
                    let id = one.peer.id.clone();
                    let at = Turn {
                        peer: &id,
                        turn,
                        place,
                    };
                    one.take(
                        |launch| self.bench.small(launch, at, groups, *used_us),
                        "a cold start on the smallest instance",
                        &mut self.raw.smalls,
                    );
                    *spent += began.elapsed();
                }
            }
        }
        Ok(())
    }

    /// The cores and the used part of the quota of each kind of start there.
    fn small_kinds(&self) -> Vec<(usize, u32)> {
        let mut cores = vec![1, self.cores.most()];
        cores.dedup();
        let used = &self.plan.quota_used_us;
        let of = |cores| used.iter().map(move |used_us| (cores, *used_us));
        cores.into_iter().flat_map(of).collect()
    }

    /// Warm requests, many connections, growing bodies; each pass in another order.
    fn passes(&mut self) -> Result<(), String> {
        let levels = self.cores.levels();
        let each = 1 + levels.len() * self.plan.connections.len() + self.plan.bodies.len();
        let steps = self.plan.passes as usize * each * self.ready.len();
        let mut progress = Progress::new(Phase::Load.name(), steps);
        for turn in 0..self.plan.passes {
            for (place, index) in self.order() {
                let (id, name) = self.names(index);
                let at = Turn {
                    peer: &id,
                    turn,
                    place,
                };
                progress.step(&format!("{name}, one connection"));
                self.ready[index].take(
                    |launch| self.bench.warm(launch, at, self.plan, Handler::Echo),
                    "the warm measurement",
                    &mut self.raw.runs,
                );
                for bytes in &self.plan.bodies {
                    let what = format!("bodies of {bytes} bytes");
                    progress.step(&format!("{name}, {what}"));
                    self.ready[index].take(
                        |launch| self.bench.body(launch, at, self.plan, *bytes),
                        &what,
                        &mut self.raw.runs,
                    );
                }
                self.crowds(index, at, Handler::Echo, &mut progress)?;
            }
        }
        Ok(())
    }

    /// The programs whose handlers work, each pass in another order.
    fn work(&mut self) -> Result<(), String> {
        let each = 2 * self.cores.levels().len() * self.plan.connections.len();
        let steps = self.plan.passes as usize * each * self.players(Phase::Work);
        let mut progress = Progress::new(Phase::Work.name(), steps);
        for turn in 0..self.plan.passes {
            for (place, index) in self.order() {
                if self.ready[index].work.is_none() {
                    continue;
                }
                let (id, _) = self.names(index);
                let at = Turn {
                    peer: &id,
                    turn,
                    place,
                };
                for handler in [Handler::Burn, Handler::Wait] {
                    self.crowds(index, at, handler, &mut progress)?;
                }
            }
        }
        Ok(())
    }

    /// Many connections, at each number of cores.
    fn crowds(
        &mut self,
        index: usize,
        at: Turn<'_>,
        handler: Handler,
        progress: &mut Progress,
    ) -> Result<(), String> {
        let time = match handler {
            Handler::Echo | Handler::Tool => self.plan.load_ms,
            Handler::Burn | Handler::Wait => self.plan.work_ms,
        };
        for cores in self.cores.levels() {
            self.sit(cores)?;
            for connections in &self.plan.connections {
                let crowd = Crowd {
                    connections: *connections,
                    handler,
                    time: Duration::from_millis(time),
                };
                let one = &mut self.ready[index];
                let what = format!("cores: {cores}, connections: {connections}");
                progress.step(&format!("{}, {what}", one.peer.name));
                let work = one.work.clone().filter(|_| handler != Handler::Echo);
                one.take(
                    |launch| {
                        let launch = work.as_ref().unwrap_or(launch);
                        self.bench.load(launch, at, self.plan, crowd)
                    },
                    &what,
                    &mut self.raw.runs,
                );
            }
        }
        self.sit(1)
    }

    fn names(&self, index: usize) -> (String, String) {
        let peer = &self.ready[index].peer;
        (peer.id.clone(), peer.name.clone())
    }
}
