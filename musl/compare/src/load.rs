//! Owns the closed loop: many connections, each with one request under way, on one thread for each
//! core of the client. Knows no process.

mod ring;
mod stall;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fastrand::Rng;

use crate::question::Questions;
use crate::server::Trouble;
use ring::Ring;
use stall::Stall;

/// How many connections wait for their first response at a time. A listener with a short queue drops
/// what comes all at once, and the client's system tries again only after a second, two, four.
const NEW_MAX: usize = 4;
/// How often a thread looks at the stage while no answer comes, and the owner whether all are ready.
const LOOK: Duration = Duration::from_millis(2);

/// The stages of a loop, in their order: every connection gets its first response, answers count,
/// they do so no longer, the end.
const SETTLING: u8 = 0;
const COUNTING: u8 = 1;
const COUNTED: u8 = 2;
const OVER: u8 = 3;

/// What a closed loop does.
#[derive(Debug, Clone)]
pub struct Order {
    /// The server.
    pub address: SocketAddr,
    /// How many connections keep asking.
    pub connections: usize,
    /// How many threads of the client they are spread over.
    pub threads: usize,
    /// How long answers count.
    pub time: Duration,
    /// What they ask.
    pub questions: Questions,
}

/// What a closed loop counted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// From each request to its answer, in µs.
    pub latencies_us: Vec<f64>,
    /// How long answers counted.
    pub time: Duration,
    /// The connections that got a response.
    pub served: usize,
    /// Requests that failed; their connection is not used again.
    pub errors: u64,
    /// Connections that the server closed after an answer and that were made again.
    pub reconnects: u64,
}

impl Outcome {
    fn add(&mut self, other: Self) {
        self.latencies_us.extend(other.latencies_us);
        self.served += other.served;
        self.errors += other.errors;
        self.reconnects += other.reconnects;
    }
}

/// Keeps the connections asking; `begin` is called just before answers count, when each connection
/// has had its first one, and `end` just after, while all are still at it.
///
/// # Errors
/// When an answer is wrong, or epoll fails.
pub fn run<B, E>(
    order: &Order,
    rng: &mut Rng,
    begin: impl FnOnce() -> B,
    end: impl FnOnce() -> E,
) -> Result<(Outcome, B, E), Trouble> {
    let threads = order.threads.clamp(1, order.connections.max(1));
    let gate = Gate::default();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|first| {
                let (gate, rng) = (&gate, rng.fork());
                scope.spawn(move || gate.work(order, rng, (first, threads)))
            })
            .collect();
        gate.wait_for(threads);
        let begun = begin();
        let began = Instant::now();
        gate.stage.store(COUNTING, Ordering::SeqCst);
        thread::sleep(order.time);
        gate.stage.store(COUNTED, Ordering::SeqCst);
        let time = began.elapsed();
        let ended = end();
        gate.stage.store(OVER, Ordering::SeqCst);
        let mut sum = Outcome {
            time,
            ..Outcome::default()
        };
        for worker in workers {
            sum.add(
                worker
                    .join()
                    .expect("a thread of the client does not panic")?,
            );
        }
        Ok((sum, begun, ended))
    })
}

/// What the threads of a loop agree on.
#[derive(Debug, Default)]
struct Gate {
    stage: AtomicU8,
    ready: AtomicUsize,
}

impl Gate {
    fn wait_for(&self, threads: usize) {
        while self.ready.load(Ordering::SeqCst) < threads {
            thread::sleep(LOOK);
        }
    }

    /// One thread: every `step`-th connection from `first` on.
    fn work(
        &self,
        order: &Order,
        rng: Rng,
        (first, step): (usize, usize),
    ) -> Result<Outcome, Trouble> {
        let settled = Settled(self);
        let mut ring = Ring::new(order, rng)?;
        let ids = (first..order.connections).step_by(step).map(|id| id as u64);
        connect_all(&mut ring, ids, (NEW_MAX / step).max(1))?;
        drop(settled);
        loop {
            match self.stage.load(Ordering::SeqCst) {
                SETTLING | COUNTED => ring.turn(LOOK, false)?,
                COUNTING => ring.turn(LOOK, true)?,
                _ => return Ok(ring.finish()),
            }
        }
    }
}

/// Opens connections, a few at a time, until each has had its first response.
fn connect_all(
    ring: &mut Ring<'_>,
    mut ids: impl Iterator<Item = u64>,
    new_max: usize,
) -> Result<(), Trouble> {
    let mut stall = Stall::default();
    loop {
        let room = new_max.saturating_sub(ring.waiting());
        ids.by_ref().take(room).for_each(|id| ring.open(id));
        if ring.waiting() == 0 {
            return Ok(());
        }
        let began = Instant::now();
        ring.turn(LOOK, false)?;
        stall.see(ring.served(), ring.answers(), began.elapsed());
        if stall.is_for_good() {
            ids.for_each(|id| ring.open(id));
            return Ok(());
        }
    }
}

/// Says that a thread is ready when it is dropped, so that one that fails is not waited for.
struct Settled<'a>(&'a Gate);

impl Drop for Settled<'_> {
    fn drop(&mut self) {
        self.0.ready.fetch_add(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests;
