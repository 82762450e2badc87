//! Owns what is done to one server: prove it, start it cold, ask it warm, load it, feed it. Knows
//! nothing of the order in which peers take their turn.

use std::io;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::http::BadAnswer;
use crate::load::{self, Outcome};
use crate::machine::Ports;
use crate::process::{self, Memory};
use crate::result::{Kind, Plan, RunSample, StartSample};
use crate::server::{Client, Launch, Running, Spawner, Trouble};

/// The event of every measurement but that of growing bodies, in bytes.
pub const EVENT_BYTES: usize = 100;
/// The bodies with which a server proves that it echoes, in bytes.
const PROOF_BYTES: [usize; 4] = [0, 10, 1_000, 100_000];
/// The most time that requests without a measurement take.
const WARM_UP_MAX: Duration = Duration::from_secs(1);

/// Starts servers for one run.
#[derive(Debug)]
pub struct Bench {
    spawner: Spawner,
    ports: Ports,
    rng: Rng,
}

impl Bench {
    /// Starts servers on `cpu`, and takes event bytes from the seed.
    pub fn new(cpu: Option<usize>, seed: u64) -> Self {
        Self {
            spawner: Spawner::new(cpu),
            ports: Ports::new(),
            rng: Rng::with_seed(seed),
        }
    }

    /// Starts the server once, so that its files are in memory, and checks that it echoes.
    ///
    /// # Errors
    /// When it does not start or does not echo.
    pub fn prove(&mut self, launch: &Launch) -> Result<(), Trouble> {
        let mut running = self.start(launch)?;
        for bytes in PROOF_BYTES {
            running.client.exchange(&event(&mut self.rng, bytes))?;
        }
        Ok(())
    }

    /// One cold start: to the accepted connection, to the first complete answer on it, and what
    /// the server holds right then.
    ///
    /// # Errors
    /// When it does not start or does not echo.
    pub fn cold(&mut self, launch: &Launch, at: Turn<'_>) -> Result<StartSample, Trouble> {
        let body = event(&mut self.rng, EVENT_BYTES);
        let mut running = self.start(launch)?;
        running.client.exchange(&body)?;
        let first = running.began.elapsed();
        let memory = running.server.memory()?;
        Ok(StartSample {
            peer: at.peer.to_owned(),
            round: at.turn,
            place: at.place,
            listening_us: micros(running.listening),
            first_us: micros(first),
            peak_rss_kib: memory.peak_rss_kib,
            rss_kib: memory.rss_kib,
            pss_kib: memory.pss_kib,
            threads: memory.threads,
            processes: memory.processes,
        })
    }

    /// One connection, one request after the other, with the server's CPU time.
    ///
    /// # Errors
    /// When an answer is missing or wrong.
    pub fn warm(&mut self, launch: &Launch, at: Turn<'_>, plan: &Plan) -> Measured {
        let mut running = self.start(launch)?;
        warm_up(&mut running.client, &mut self.rng, plan)?;
        let pids = running.server.processes()?;
        let before = process::cpu_time(&pids)?;
        let asked = ask(
            &mut running.client,
            &mut self.rng,
            EVENT_BYTES,
            plan.warm,
            None,
        )?;
        let used = process::cpu_time(&pids)? - before;
        let mut sample = sample(at, Kind::Warm, 1, EVENT_BYTES, running.server.memory()?);
        sample.cpu_us = Some(micros(used) / f64::from(plan.warm));
        sample.reconnects = running.client.reconnects;
        Ok(filled(sample, asked))
    }

    /// `connections` at once, each asking again when it has its answer.
    ///
    /// # Errors
    /// When an answer is wrong; one that is missing is counted.
    pub fn load(&mut self, launch: &Launch, at: Turn<'_>, plan: &Plan, n: usize) -> Measured {
        let Running {
            server, mut client, ..
        } = self.start(launch)?;
        warm_up(&mut client, &mut self.rng, plan)?;
        let address = client.address();
        // A blocking server would go on waiting for this connection.
        drop(client);
        let time = Duration::from_millis(plan.load_ms);
        let (outcome, memory) = load::run(address, n, EVENT_BYTES, time, &mut self.rng, || {
            server.memory()
        })?;
        Ok(loaded(
            sample(at, Kind::Load, n, EVENT_BYTES, memory?),
            outcome,
            time,
        ))
    }

    /// One connection with events of `bytes`.
    ///
    /// # Errors
    /// When an answer is missing or wrong.
    pub fn body(&mut self, launch: &Launch, at: Turn<'_>, plan: &Plan, bytes: usize) -> Measured {
        let mut running = self.start(launch)?;
        warm_up(&mut running.client, &mut self.rng, plan)?;
        let limit = Some(Duration::from_millis(plan.body_ms_max));
        let asked = ask(
            &mut running.client,
            &mut self.rng,
            bytes,
            plan.body_requests,
            limit,
        )?;
        let mut sample = sample(at, Kind::Body, 1, bytes, running.server.memory()?);
        sample.reconnects = running.client.reconnects;
        Ok(filled(sample, asked))
    }

    fn start(&mut self, launch: &Launch) -> Result<Running, Trouble> {
        self.spawner.start(launch, self.ports.free()?)
    }
}

/// What a measurement gives.
pub type Measured = Result<RunSample, Trouble>;

/// Whose turn it is.
#[derive(Debug, Clone, Copy)]
pub struct Turn<'a> {
    /// The peer.
    pub peer: &'a str,
    /// The round or pass, from 0.
    pub turn: u32,
    /// The place in it, from 0.
    pub place: usize,
}

/// Whether the figures of a server with this trouble must not be shown.
pub fn disqualifies(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Bad(BadAnswer::WrongEcho { .. }))
}

/// Bytes that no server has seen before, so that an old answer is not taken for a new one.
pub fn event(rng: &mut Rng, bytes: usize) -> Vec<u8> {
    let mut body = vec![0; bytes];
    rng.fill(&mut body);
    body
}

/// A time in µs.
pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn warm_up(client: &mut Client, rng: &mut Rng, plan: &Plan) -> Result<(), Trouble> {
    ask(client, rng, EVENT_BYTES, plan.warm_up, Some(WARM_UP_MAX))?;
    client.reconnects = 0;
    Ok(())
}

/// Up to `requests` of them, within `limit`; the latencies in µs.
fn ask(
    client: &mut Client,
    rng: &mut Rng,
    bytes: usize,
    requests: u32,
    limit: Option<Duration>,
) -> Result<Vec<f64>, Trouble> {
    let began = Instant::now();
    let mut latencies = Vec::new();
    for _ in 0..requests {
        let body = event(rng, bytes);
        latencies.push(micros(client.exchange(&body)?));
        if limit.is_some_and(|limit| began.elapsed() > limit) {
            break;
        }
    }
    Ok(latencies)
}

fn sample(at: Turn<'_>, kind: Kind, connections: usize, bytes: usize, memory: Memory) -> RunSample {
    RunSample {
        peer: at.peer.to_owned(),
        pass: at.turn,
        kind,
        connections,
        body_bytes: bytes,
        answers: 0,
        seconds: 0.0,
        served: connections,
        errors: 0,
        reconnects: 0,
        cpu_us: None,
        peak_rss_kib: memory.peak_rss_kib,
        rss_kib: memory.rss_kib,
        pss_kib: memory.pss_kib,
        threads: memory.threads,
        processes: memory.processes,
        latencies_us: Vec::new(),
    }
}

fn filled(sample: RunSample, latencies_us: Vec<f64>) -> RunSample {
    let seconds = latencies_us.iter().sum::<f64>() / 1e6;
    RunSample {
        answers: latencies_us.len() as u64,
        seconds,
        latencies_us,
        ..sample
    }
}

/// The loop's time is the clock's, not the sum of latencies that overlap.
fn loaded(sample: RunSample, outcome: Outcome, time: Duration) -> RunSample {
    let Outcome {
        latencies_us,
        served,
        errors,
        reconnects,
    } = outcome;
    let filled = filled(sample, latencies_us);
    RunSample {
        served,
        errors,
        reconnects,
        seconds: time.as_secs_f64(),
        ..filled
    }
}

/// The end of a server's own words, for the reason why it is left out.
///
/// # Errors
/// When the file cannot be read.
pub fn last_words(launch: &Launch) -> io::Result<String> {
    let bytes = std::fs::read(&launch.errors)?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    Ok(lines[lines.len().saturating_sub(2)..].join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_have_their_size_and_differ() {
        let mut rng = Rng::with_seed(1);
        let (first, second) = (event(&mut rng, 100), event(&mut rng, 100));
        assert_eq!((first.len(), second.len()), (100, 100));
        assert_ne!(first, second);
        assert!(event(&mut rng, 0).is_empty());
    }

    #[test]
    fn only_a_wrong_echo_disqualifies() {
        assert!(disqualifies(
            &BadAnswer::WrongEcho {
                sent: 1,
                received: 2
            }
            .into()
        ));
        assert!(!disqualifies(&BadAnswer::Status(503).into()));
        assert!(!disqualifies(&Trouble::Silent));
    }

    #[test]
    fn last_words_are_the_last_two_lines() {
        let folder = tempfile::tempdir().unwrap();
        let errors = folder.path().join("errors");
        std::fs::write(&errors, "one\n\ntwo\nthree\n\n").unwrap();
        let launch = Launch {
            argv: Vec::new(),
            folder: folder.path().into(),
            errors,
        };
        assert_eq!(last_words(&launch).unwrap(), "two | three");
    }
}
