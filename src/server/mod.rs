//! The door of the house: a listener and workers in front, `Call` and `Reply` behind.
//!
//! Owns the life of the process from the bound listener to the last answer: the workers, the signals, the drain. What
//! turns bytes into calls is one of the fronts, chosen when the program is built. It must not know any endpoint.

#[cfg(all(feature = "tiny-http", feature = "direct"))]
compile_error!(
    "the features `tiny-http` and `direct` each bring an HTTP server, and only one can serve: \
     use `--no-default-features --features direct`, or leave `direct` out"
);
#[cfg(not(any(feature = "tiny-http", feature = "direct")))]
compile_error!("there is no HTTP server: use the feature `tiny-http` (the default) or `direct`");

mod answer;
mod crew;
// It stands in where neither feature is set, so that the error above is the only one.
#[cfg(not(feature = "tiny-http"))]
mod direct;
mod framing;
#[cfg(all(fuzzing, not(feature = "tiny-http")))]
pub(crate) mod fuzzing;
mod rules;
mod signals;
#[cfg(feature = "tiny-http")]
mod tiny;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::call::{Call, Reply};
use crate::limits::Limits;
use crew::{Crew, Ear, Ring};
#[cfg(not(feature = "tiny-http"))]
use direct::Front;
pub(crate) use signals::{Stop, StopState};
#[cfg(feature = "tiny-http")]
use tiny::Front;

/// What serves a call.
pub(crate) type Serve = dyn Fn(Call) -> Reply + Send + Sync;

/// What a front does for the house; each has the same methods.
trait Door: Send + Sync + Sized + 'static {
    /// Begins to take connections from the listener.
    fn open(
        listener: TcpListener,
        limits: Limits,
        crew: Arc<Crew>,
        serve: Box<Serve>,
    ) -> io::Result<Self>;

    /// How many workers there may be.
    fn crew_limit(limits: Limits) -> usize;

    /// A worker's life: it serves until there is nothing more to serve.
    fn work(&self);

    /// No further connection is accepted; the requests of those that are open still are.
    fn close(&self);

    /// How many connections wait for a worker although nothing is accepted any more.
    fn late(&self) -> usize {
        0
    }

    /// Wakes every worker that waits for work, so that it ends.
    fn dismiss(&self) {}

    /// Frees a connection that only another one can free, and tells whether that could be tried.
    fn visit(&self) -> bool {
        true
    }

    /// Whether connections are still accepted. A front that knows it from the error itself need not look.
    fn is_accepting(&self) -> bool {
        true
    }
}

/// What is done when every request has its answer.
pub(crate) type LastWork = dyn Fn() + Send + Sync;

/// Why serving came to an end that was not asked for.
#[derive(Debug)]
pub(crate) enum ServeError {
    /// The front could not begin: no thread, or no descriptor.
    Start(io::Error),
    /// No connection can be accepted any more.
    Accept,
    /// A second signal came while this many requests were still being served.
    Interrupted(usize),
}

/// How many connections may wait to be accepted. The standard library listens with 128, fewer than the platform may
/// open at once, and whoever finds no place is answered only when it tries again, a second later.
const BACKLOG: i32 = 1024;

/// How often the drain looks, and for how many looks nothing may have happened: a request that was sent just before the
/// stop is still under way through the machine.
const DRAIN_TICK: Duration = Duration::from_millis(20);
const QUIET_TICKS: u32 = 2;
/// How long connections are still accepted after the stop, if it does not get quiet: who has connected before it is to
/// be answered.
const ACCEPT_GRACE: Duration = Duration::from_millis(500);
/// How long the stop waits for requests whose body is still coming: a client that stalls must not hold it up.
const READ_GRACE: Duration = Duration::from_secs(2);

/// How long to wait after the system had no thread for a worker.
const HIRE_AGAIN: Duration = Duration::from_millis(100);

/// Serves until `stop` says so, then until every request in flight has its answer and `last_work` is done.
pub(crate) fn serve(
    listener: TcpListener,
    limits: Limits,
    serve: Box<Serve>,
    stop: &Stop,
    last_work: &Arc<LastWork>,
) -> Result<(), ServeError> {
    prepare(&listener).map_err(ServeError::Start)?;
    let (bell, ear) = crew::bell().map_err(ServeError::Start)?;
    let crew = Arc::new(Crew::new(Front::crew_limit(limits), bell));
    let front =
        Front::open(listener, limits, Arc::clone(&crew), serve).map_err(ServeError::Start)?;
    let front = Arc::new(front);
    // Before anybody is told that the process serves, so that a signal always finds the way prepared.
    stop.listen(crew.bell()).map_err(ServeError::Start)?;
    hire(&crew, &front).map_err(ServeError::Start)?;
    crate::logger::mark_inited();
    let ended = watch(&crew, &front, &ear);
    crew.stop();
    let finished = drain(&crew, &front, &ear).and_then(|()| finish(&crew, &front, &ear, last_work));
    crew.dismiss();
    front.dismiss();
    ended.and(finished)
}

/// Sets what every connection inherits from the listener.
fn prepare(listener: &TcpListener) -> io::Result<()> {
    rustix::net::listen(listener, BACKLOG)?;
    // Else an answer of more than a kilobyte on a kept-alive connection waits 40 ms for the client's delayed
    // acknowledgement.
    rustix::net::sockopt::set_tcp_nodelay(listener, true)?;
    Ok(())
}

/// What the main thread does while others serve: it waits for the bell.
fn watch(crew: &Arc<Crew>, front: &Arc<Front>, ear: &Ear) -> Result<(), ServeError> {
    loop {
        match ear.hear() {
            Ring::Stop => return Ok(()),
            Ring::Doubt => {
                crew.hears_doubt();
                if !front.is_accepting() {
                    return Err(ServeError::Accept);
                }
            }
            Ring::AcceptFailed => return Err(ServeError::Accept),
            ring => attend(ring, crew, front),
        }
    }
}

/// Waits until nothing is in flight, and stops listening on the way; a second signal cuts that short.
fn drain(crew: &Arc<Crew>, front: &Arc<Front>, ear: &Ear) -> Result<(), ServeError> {
    let began = Instant::now();
    let (mut quiet_ticks, mut listening) = (0, true);
    loop {
        let readers_count = began.elapsed() < READ_GRACE;
        match ear.hear_within(DRAIN_TICK) {
            Some(Ring::Stop) => return Err(ServeError::Interrupted(crew.in_flight())),
            Some(ring) => {
                attend(ring, crew, front);
                quiet_ticks = 0;
            }
            None if crew.in_flight() > 0 => quiet_ticks = 0,
            None if readers_count && crew.reading() + front.late() > 0 => quiet_ticks = 0,
            None => quiet_ticks += 1,
        }
        if listening && (quiet_ticks == QUIET_TICKS || began.elapsed() > ACCEPT_GRACE) {
            front.close();
            // Without a thread they are left to the workers that end.
            let _ = (0..front.late()).try_for_each(|_| hire(crew, front));
            (quiet_ticks, listening) = (0, false);
        } else if quiet_ticks == QUIET_TICKS {
            return Ok(());
        }
    }
}

/// Does the last work on a thread of its own, so that a second signal is heard even if it hangs. Requests on
/// connections that live on are still served meanwhile.
fn finish(
    crew: &Arc<Crew>,
    front: &Arc<Front>,
    ear: &Ear,
    last_work: &Arc<LastWork>,
) -> Result<(), ServeError> {
    let worker = Arc::clone(crew);
    let work = Arc::clone(last_work);
    let spawned = start_thread(Box::new(move || {
        work();
        worker.bell().ring(Ring::Done);
    }));
    if spawned.is_err() {
        // Without a thread it is still done, only not to be interrupted.
        last_work();
        return Ok(());
    }
    loop {
        match ear.hear() {
            Ring::Done => break,
            Ring::Stop => return Err(ServeError::Interrupted(crew.in_flight())),
            ring => attend(ring, crew, front),
        }
    }
    // What such a request has begun is answered, and nothing begins any more.
    crew.dismiss();
    while crew.in_flight() > 0 {
        match ear.hear_within(DRAIN_TICK) {
            Some(Ring::Stop) => return Err(ServeError::Interrupted(crew.in_flight())),
            Some(ring) => attend(ring, crew, front),
            None => {}
        }
    }
    Ok(())
}

/// Does what a ring asks for besides ending.
fn attend(ring: Ring, crew: &Arc<Crew>, front: &Arc<Front>) {
    match ring {
        Ring::Hire => hire_if_wanted(crew, front),
        Ring::Visit => {
            // The main thread must hear the end soon, so the first that fails is the last.
            if !(0..crew.take_visits()).all(|_| front.visit()) {
                crew.doubt();
            }
        }
        // The others are about the listener, which is or will soon be closed.
        Ring::Doubt | Ring::AcceptFailed | Ring::Done | Ring::Stop => {}
    }
}

fn hire_if_wanted(crew: &Arc<Crew>, front: &Arc<Front>) {
    if !crew.hears_hire() {
        return;
    }
    if let Err(error) = hire(crew, front) {
        if crew.is_first_shortage() {
            log::warn!("no thread for another worker: {error}");
        }
        // The busy workers go on, but they may be busy for as long as their connections are kept alive. At the end they are
        // not, and a ring would keep it from coming.
        std::thread::sleep(HIRE_AGAIN);
        if crew.wants_worker() && !crew.is_stopping() {
            crew.bell().ring(Ring::Hire);
        }
    }
}

/// Starts a worker. A panic that reaches its loop costs the request it served, never the worker.
fn hire(crew: &Arc<Crew>, front: &Arc<Front>) -> io::Result<()> {
    let worker = Arc::clone(front);
    let work = move || {
        while std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| worker.work())).is_err() {}
    };
    start_thread(Box::new(work))?;
    crew.hired();
    Ok(())
}

/// Starts a thread. The work is boxed, for the standard library's way to a thread is compiled anew for every closure.
fn start_thread(work: Box<dyn FnOnce() + Send>) -> io::Result<()> {
    std::thread::Builder::new().spawn(work).map(drop)
}
