//! Plays all cases, side by side.
//!
//! Owns the processes. Each thread has its own, so that what is seen after a case is that case's doing alone.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::case::{Case, Program, Server};
use super::exchange::{self, PATIENCE};
use super::kernel;
use super::script::{self, Run};
use super::verdict::{Life, Observation, Outcome, judge};
use crate::support::{Instance, request};

/// Most of the time a case waits for the server, so there may be more threads than cores.
const THREADS: usize = 8;

/// Plays every case, and returns what became of each.
pub(crate) fn play(cases: &[Case], server: Server) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let outcomes = Mutex::new(vec![None; cases.len()]);
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(cases.len()) {
            scope.spawn(|| {
                let mut stage = Stage::default();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    let Some(case) = cases.get(at) else { break };
                    let outcome = stage.play(case, at, server);
                    outcomes.lock().expect("no thread panics here")[at] = Some(outcome);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().expect("no thread panics here");
    let played = |outcome: Option<Outcome>| outcome.expect("every case was played");
    outcomes.into_iter().map(played).collect()
}

/// The processes of one thread.
#[derive(Default)]
struct Stage {
    actors: BTreeMap<Program, Actor>,
}

impl Stage {
    fn play(&mut self, case: &Case, number: usize, server: Server) -> Outcome {
        let mut own = case.alone.then(|| Actor::start(&case.program));
        let mut runs = Vec::new();
        for run in script::runs(case, number) {
            let actor = match &mut own {
                Some(own) => own,
                None => self
                    .actors
                    .entry(case.program.clone())
                    .or_insert_with(|| Actor::start(&case.program)),
            };
            let observation = actor.play(case, &run, server);
            if observation.life != Life::Alive {
                // The next run has its own process, whatever this one did.
                self.actors.remove(&case.program);
                own = case.alone.then(|| Actor::start(&case.program));
            }
            runs.push((run, observation));
        }
        judge(case, server, &runs)
    }
}

/// A process, and how much of its output was looked at.
struct Actor {
    instance: Instance,
    lines_seen: usize,
    /// Whose handlers may still run: nobody waited for their responses, so nothing shows when they have.
    late: Vec<String>,
}

impl Actor {
    fn start(program: &Program) -> Self {
        let variables: Vec<_> = program
            .variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let instance = Instance::start(&program.name, &variables);
        let lines_seen = instance.lines().len();
        Self {
            instance,
            lines_seen,
            late: Vec::new(),
        }
    }

    fn play(&mut self, case: &Case, run: &Run, server: Server) -> Observation {
        let likely = match case.deviation(server) {
            Some(deviation) => &deviation.expected,
            None => &case.expected,
        };
        let seen = exchange::play(self.instance.address(), run, likely);
        let id = format!("{}-alive", run.prefix);
        let life = self.life(&id);
        let mut ran = self.ran();
        ran.retain(|found| *found != id && !self.late.contains(found));
        let unanswered = likely.unanswered.iter().map(|letter| run.id(*letter));
        self.late
            .extend(unanswered.filter(|unseen| !ran.contains(unseen)));
        Observation { seen, ran, life }
    }

    /// Whether the process still answers a request on a new connection.
    fn life(&self, id: &str) -> Life {
        if self.answers(id) {
            return Life::Alive;
        }
        match kernel::connect(self.instance.address()) {
            Ok(_) => Life::Hung,
            Err(_) => Life::Ended,
        }
    }

    fn answers(&self, id: &str) -> bool {
        let ask = || -> std::io::Result<bool> {
            let mut stream = kernel::connect(self.instance.address())?;
            stream.set_read_timeout(Some(PATIENCE))?;
            let headers = [("X-Fc-Request-Id", id)];
            stream.write_all(&request("POST", "/invoke", &headers, id.as_bytes()))?;
            stream.shutdown(Shutdown::Write)?;
            let mut response = Vec::new();
            stream.read_to_end(&mut response)?;
            Ok(response.starts_with(b"HTTP/1.1 200 ") && response.ends_with(id.as_bytes()))
        };
        ask().unwrap_or(false)
    }

    /// The request ids of the handlers that have begun since the last time this was asked.
    fn ran(&mut self) -> Vec<String> {
        let lines = self.instance.lines();
        let new = &lines[self.lines_seen..];
        let id = |line: &String| {
            let (phase, id) = line.strip_prefix("FC ")?.split_once(" Start RequestId: ")?;
            // The log has put a CR for a line break that came in a request id.
            let id = id.split('\r').next().unwrap_or_default();
            (!phase.contains(' ')).then(|| id.to_owned())
        };
        let ran = new.iter().filter_map(id).collect();
        self.lines_seen = lines.len();
        ran
    }
}
