//! The door of the house: a listener and workers in front, `Call` and `Reply` behind.
//!
//! Owns the life of the process from the bound listener to the last answer: the workers, the signals, the drain. What
//! turns bytes into calls is one of the fronts, chosen when the program is built. It must not know any endpoint.

mod answer;
mod crew;
mod framing;
mod signals;
mod tiny;

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use crate::call::{Call, Reply};
use crew::{Crew, Ear, Ring};
pub(crate) use signals::{Stop, StopState};
use tiny::Front;

/// What serves a call.
pub(crate) type Serve = dyn Fn(Call) -> Reply + Send + Sync;

/// The numbers that a program may set.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The largest body that is taken, in bytes.
    pub(crate) body_bytes: usize,
    /// The largest number of requests that are served at once.
    pub(crate) workers: usize,
}

/// Why serving came to an end that was not asked for.
#[derive(Debug)]
pub(crate) enum ServeError {
    /// The front could not begin: no thread, or no descriptor.
    Start(std::io::Error),
    /// No connection can be accepted any more.
    Accept,
    /// A second signal came while this many requests were still being served.
    Interrupted(usize),
}

/// How many connections may wait to be accepted. The standard library listens with 128, fewer than the platform may
/// open at once, and whoever finds no place is answered only when it tries again, a second later.
const BACKLOG: i32 = 1024;

/// How long the drain watches for a request that came just before the stop.
const DRAIN_TICK: Duration = Duration::from_millis(20);

/// Serves until `stop` says so, then until every request in flight has its answer.
pub(crate) fn serve(
    listener: TcpListener,
    limits: Limits,
    serve: Box<Serve>,
    stop: &Stop,
) -> Result<(), ServeError> {
    rustix::net::listen(&listener, BACKLOG).map_err(|error| ServeError::Start(error.into()))?;
    let (bell, ear) = crew::bell().map_err(ServeError::Start)?;
    let crew = Arc::new(Crew::new(limits.workers, bell));
    let front =
        Front::open(listener, limits, Arc::clone(&crew), serve).map_err(ServeError::Start)?;
    let front = Arc::new(front);
    hire(&crew, &front).map_err(ServeError::Start)?;
    crate::logger::mark_inited();
    stop.listen(crew.bell()).map_err(ServeError::Start)?;
    let ended = watch(&crew, &front, &ear);
    crew.stop();
    front.close();
    let drained = drain(&crew, &front, &ear);
    crew.dismiss();
    front.dismiss();
    ended.and(drained)
}

/// What the main thread does while others serve: it waits for the bell.
fn watch(crew: &Arc<Crew>, front: &Arc<Front>, ear: &Ear) -> Result<(), ServeError> {
    loop {
        match ear.hear() {
            Ring::Stop => return Ok(()),
            Ring::Doubt if front.is_accepting() => {}
            Ring::Doubt | Ring::AcceptFailed => return Err(ServeError::Accept),
            Ring::Visit => front.visit(),
            Ring::Hire => hire_if_wanted(crew, front),
        }
    }
}

/// Waits until nothing is in flight; a second signal cuts that short.
fn drain(crew: &Arc<Crew>, front: &Arc<Front>, ear: &Ear) -> Result<(), ServeError> {
    let mut quiet_ticks = 0;
    while quiet_ticks < 2 {
        match ear.hear_within(DRAIN_TICK) {
            Some(Ring::Stop) => return Err(ServeError::Interrupted(crew.in_flight())),
            Some(Ring::Hire) => hire_if_wanted(crew, front),
            Some(Ring::Visit | Ring::Doubt | Ring::AcceptFailed) => {}
            None if crew.in_flight() == 0 => quiet_ticks += 1,
            None => quiet_ticks = 0,
        }
    }
    Ok(())
}

fn hire_if_wanted(crew: &Arc<Crew>, front: &Arc<Front>) {
    if !crew.hears_hire() {
        return;
    }
    if let Err(error) = hire(crew, front) {
        // The busy workers go on, and the next that is taken asks again.
        log::warn!("no thread for another worker: {error}");
    }
}

/// Starts a worker. A panic that reaches its loop costs the request it served, never the worker.
fn hire(crew: &Arc<Crew>, front: &Arc<Front>) -> std::io::Result<()> {
    let worker = Arc::clone(front);
    let work = move || {
        while std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| worker.work())).is_err() {}
    };
    std::thread::Builder::new().spawn(work)?;
    crew.hired();
    Ok(())
}
