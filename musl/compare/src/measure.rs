//! Owns what all measurements are made of: whose turn it is, requests one after the other, and how
//! what they gave becomes a sample. Starts nothing.

use std::io;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::client::Client;
use crate::join;
use crate::launch::Launch;
use crate::load::Outcome;
use crate::process;
use crate::question::Questions;
use crate::raw::RunSample;
use crate::result::Plan;
use crate::server::Trouble;

/// The event of every measurement but that of growing bodies, in bytes.
pub const EVENT_BYTES: usize = 100;
/// The most time that requests without a measurement take.
const WARM_UP_MAX: Duration = Duration::from_secs(1);

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

/// What a server and this client have used so far.
#[derive(Debug, Clone, Copy)]
pub struct Used {
    server: Duration,
    client: Duration,
    /// How often a thread of the server went to sleep.
    sleeps: u64,
}

impl Used {
    /// Asks the kernel about the processes of a server, and about this one.
    ///
    /// # Errors
    /// When a process ended.
    pub fn of(server: &[u32]) -> io::Result<Self> {
        Ok(Self {
            server: process::cpu_time(server)?,
            client: process::own_cpu_time()?,
            sleeps: process::sleeps(server)?,
        })
    }

    /// What was used since `then`; the sleeps of a thread that has ended since are not in it.
    pub fn since(self, then: Self) -> Self {
        Self {
            server: self.server.saturating_sub(then.server),
            client: self.client.saturating_sub(then.client),
            sleeps: self.sleeps.saturating_sub(then.sleeps),
        }
    }
}

/// Whether the figures of a server with this trouble must not be shown.
pub fn disqualifies(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::Bad(bad) if bad.is_wrong())
}

/// A time in µs.
pub fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Asks until a just-in-time compiler has begun its work.
///
/// # Errors
/// When an answer is missing or wrong.
pub fn warm_up(
    client: &mut Client,
    rng: &mut Rng,
    questions: &Questions,
    plan: &Plan,
) -> Result<(), Trouble> {
    ask(client, rng, questions, plan.warm_up, Some(WARM_UP_MAX))?;
    client.reconnects = 0;
    Ok(())
}

/// Up to `requests` of them, within `limit`; the latencies in µs.
///
/// # Errors
/// When an answer is missing or wrong.
pub fn ask(
    client: &mut Client,
    rng: &mut Rng,
    questions: &Questions,
    requests: u32,
    limit: Option<Duration>,
) -> Result<Vec<f64>, Trouble> {
    let began = Instant::now();
    let mut latencies = Vec::new();
    for _ in 0..requests {
        let question = questions.next(rng);
        latencies.push(micros(client.exchange(&question)?));
        if limit.is_some_and(|limit| began.elapsed() > limit) {
            break;
        }
    }
    Ok(latencies)
}

/// A sample with its latencies.
pub fn filled(sample: RunSample, latencies_us: Vec<f64>) -> RunSample {
    let seconds = latencies_us.iter().sum::<f64>() / 1e6;
    RunSample {
        answers: latencies_us.len() as u64,
        seconds,
        latencies_us,
        ..sample
    }
}

/// The loop's time is the clock's, not the sum of latencies that overlap; `used` is what it took.
pub fn loaded(sample: RunSample, outcome: Outcome, used: Used) -> RunSample {
    let Outcome {
        latencies_us,
        time,
        served,
        errors,
        reconnects,
    } = outcome;
    let filled = filled(sample, latencies_us);
    let answers = u32::try_from(filled.answers).ok().filter(|n| *n > 0);
    #[expect(
        clippy::cast_precision_loss,
        reason = "the sleeps of a run are far below 2^52"
    )]
    let sleeps = used.sleeps as f64;
    RunSample {
        served,
        errors,
        reconnects,
        seconds: time.as_secs_f64(),
        cpu_us: answers.map(|n| micros(used.server) / f64::from(n)),
        client_cpu_us: answers.map(|n| micros(used.client) / f64::from(n)),
        sleeps: answers.map(|n| sleeps / f64::from(n)),
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
        .filter(|line| !line.trim().is_empty() && !join::is_note(line))
        .collect();
    Ok(lines[lines.len().saturating_sub(2)..].join(" | "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::BadAnswer;

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
        std::fs::write(&errors, "joined 1 2\none\n\ntwo\nthree\n\n").unwrap();
        let launch = Launch {
            argv: Vec::new(),
            folder: folder.path().into(),
            errors,
            memory_mb: None,
        };
        assert_eq!(last_words(&launch).unwrap(), "two | three");
    }
}
