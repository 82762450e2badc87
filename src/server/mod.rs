//! The server of the process: a listener, and workers that turn requests into a `Call` each and a `Reply` into bytes.
//!
//! Owns the life of the process from the bound listener to the last response: the workers, the signals, the drain (see
//! `watch`). What turns bytes into calls is one of the two servers, chosen when the program is built. It must not know
//! any endpoint.

#[cfg(not(any(feature = "tiny-http", feature = "direct")))]
compile_error!("there is no HTTP server: use the feature `tiny-http` (the default) or `direct`");

mod bell;
mod response;
// Nothing else may: tests/docs/lints.rs.
#[allow(
    unsafe_code,
    reason = "the number of the core is one call of the C library, and rustix's way costs 2 KB of the zip more"
)]
mod cores;
mod crew;
// With both features it serves. It stands in where neither is set, so that the error above is the only one.
#[cfg(any(feature = "direct", not(feature = "tiny-http")))]
mod direct;
mod framing;
#[cfg(all(fuzzing, any(feature = "direct", not(feature = "tiny-http"))))]
pub(crate) mod fuzzing;
mod hiring;
mod listener;
mod memory;
mod refusal;
mod rules;
mod signals;
#[cfg(feature = "tiny-http")]
#[cfg_attr(
    feature = "direct",
    allow(
        dead_code,
        reason = "`direct` serves in its place, and its tests run all the same"
    )
)]
mod tiny;
mod watch;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Instant;

use crate::call::{Call, Reply};
use crate::limits::Limits;
use crate::thread;
pub(crate) use cores::stay_on_one_core;
use crew::Crew;
#[cfg(any(feature = "direct", not(feature = "tiny-http")))]
use direct::HttpServer;
pub(crate) use listener::{adopt, bind};
pub(crate) use signals::{Stop, StopState};
#[cfg(all(feature = "tiny-http", not(feature = "direct")))]
use tiny::HttpServer;
use watch::Watch;

/// What serves a call.
pub(crate) type Serve = dyn Fn(Call) -> Reply + Send + Sync;

/// What a server does for the house; each has the same methods.
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

    /// Whether the system has so much memory that another thread takes none from what the server cannot do without.
    fn can_spare_a_thread(&self) -> bool {
        true
    }

    /// Looks for a client that is connected and that nobody has accepted, which `close` would reset; returns whether there is
    /// one.
    fn finds_unaccepted(&self) -> bool {
        false
    }

    /// No further connection is accepted; the requests of those that are open still are.
    fn close(&self);

    /// Wakes every worker that waits for work, so that it ends.
    fn dismiss(&self) {}

    /// Does what is due at a moment, and returns when something else will be. The main thread looks whenever it wakes.
    fn look(&self, now: Instant) -> Option<Instant>;
}

/// What is done when every request has its response.
pub(crate) type LastWork = dyn Fn() + Send + Sync;

/// Why serving came to an end that was not asked for.
#[derive(Debug)]
pub(crate) enum ServeError {
    /// The server could not begin: no thread, or no descriptor.
    Start(io::Error),
    /// No connection can be accepted any more.
    Accept,
    /// A second signal came while this many requests were still being served.
    Interrupted(usize),
}

/// Serves until `stop` says so, then until every request in flight has its response and `last_work` is done.
pub(crate) fn serve(
    listener: TcpListener,
    limits: Limits,
    serve: Box<Serve>,
    stop: &Stop,
    last_work: &Arc<LastWork>,
) -> Result<(), ServeError> {
    let (bell, ear) = bell::bell().map_err(ServeError::Start)?;
    let crew = Arc::new(Crew::new(HttpServer::crew_limit(limits), bell));
    let server =
        HttpServer::open(listener, limits, Arc::clone(&crew), serve).map_err(ServeError::Start)?;
    let server = Arc::new(server);
    // Before anybody learns that the process serves, so that a signal always finds the way prepared.
    stop.listen(crew.bell()).map_err(ServeError::Start)?;
    hire(&crew, &server).map_err(ServeError::Start)?;
    crate::logger::mark_inited();
    let mut watch = Watch::new(&crew, &server, &ear);
    let ended = watch.serve();
    crew.stop();
    let cut_at = Instant::now().checked_add(limits.stop_grace);
    let finished = watch
        .drain(cut_at)
        .and_then(|()| watch.finish(cut_at, last_work));
    crew.dismiss();
    let in_flight = crew.in_flight();
    server.dismiss();
    if finished.is_ok() && in_flight > 0 {
        log::warn!(
            "{in_flight} requests are cut off, {} ms after the stop; Runtime::stop_grace gives them longer",
            u64::try_from(limits.stop_grace.as_millis()).unwrap_or(u64::MAX)
        );
    }
    ended.and(finished)
}

/// Starts a worker. A panic that reaches its loop costs the request it served, never the worker.
fn hire(crew: &Arc<Crew>, server: &Arc<HttpServer>) -> io::Result<()> {
    // The first one is what everybody waits for.
    if crew.size() > 0 && !server.can_spare_a_thread() {
        return Err(io::ErrorKind::OutOfMemory.into());
    }
    let (worker, its_crew) = (Arc::clone(server), Arc::clone(crew));
    let work = move || {
        its_crew.arrives();
        while std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| worker.work())).is_err() {}
    };
    crew.hires();
    thread::start(Box::new(work)).inspect_err(|_| crew.misses())
}
