//! What the main thread does while others serve, and how it ends them: it waits for the bell.
//!
//! Owns the stop: who is still waited for, and for how long. It must not know what is served.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::bell::{Ear, Ring};
use super::crew::Crew;
use super::hiring::Hiring;
use super::{Door, HttpServer, LastWork, ServeError, hire};
use crate::thread;

/// How often the drain looks, and for how many looks nothing may have happened: a request that was sent just before the
/// stop is still under way through the machine.
const DRAIN_TICK: Duration = Duration::from_millis(20);
const QUIET_TICKS: u32 = 2;
/// How long connections are still accepted after the stop, if it does not get quiet: a client that connected before it is to
/// be answered.
const ACCEPT_GRACE: Duration = Duration::from_millis(500);
/// How long the stop waits for clients that are connected and that nobody has accepted: on a busy machine the thread that
/// accepts may not run for a while.
const BACKLOG_GRACE: Duration = Duration::from_secs(10);
/// How long the stop waits for requests whose body is still coming: a client that stalls must not hold it up.
const READ_GRACE: Duration = Duration::from_secs(2);

/// The main thread's view of a server.
pub(super) struct Watch<'a> {
    crew: &'a Arc<Crew>,
    server: &'a Arc<HttpServer>,
    ear: &'a Ear,
    hiring: Hiring,
}

impl<'a> Watch<'a> {
    pub(super) fn new(crew: &'a Arc<Crew>, server: &'a Arc<HttpServer>, ear: &'a Ear) -> Self {
        let hiring = Hiring::default();
        Self {
            crew,
            server,
            ear,
            hiring,
        }
    }

    /// Waits until serving is to end.
    pub(super) fn serve(&mut self) -> Result<(), ServeError> {
        loop {
            match self.hear(None) {
                Some(Ring::Stop) => return Ok(()),
                Some(Ring::AcceptFailed) => return Err(ServeError::Accept),
                _ => {}
            }
        }
    }

    /// Waits until nothing is in flight, but not beyond `cut_at`, and stops listening on the way; a second signal cuts
    /// that short.
    pub(super) fn drain(&mut self, cut_at: Option<Instant>) -> Result<(), ServeError> {
        let began = Instant::now();
        let (mut quiet_ticks, mut listening) = (0, true);
        let mut finished = self.crew.finished();
        loop {
            self.tick()?;
            let is_over = cut_at.is_some_and(|cut_at| cut_at <= Instant::now());
            let took = began.elapsed();
            let before = std::mem::replace(&mut finished, self.crew.finished());
            let is_called = listening && took < BACKLOG_GRACE && self.server.finds_unaccepted();
            let is_slow = self.crew.reading() > 0 || Crew::is_below_nothing(finished);
            let is_busy = is_called
                || self.crew.in_flight() > 0
                || (took < READ_GRACE && is_slow)
                || finished != before;
            quiet_ticks = if is_busy { 0 } else { quiet_ticks + 1 };
            let is_quiet = quiet_ticks == QUIET_TICKS;
            let is_due = is_quiet || (!is_called && took > ACCEPT_GRACE);
            if listening && (is_due || is_over) {
                self.server.close();
                (quiet_ticks, listening) = (0, false);
            } else if is_quiet {
                return Ok(());
            }
            if is_over {
                return Ok(());
            }
        }
    }

    /// Does the last work on its own thread, so that a second signal is heard even if it hangs. Requests on
    /// kept-alive connections are still served meanwhile, and those that have begun are waited for until `cut_at`.
    pub(super) fn finish(
        &mut self,
        cut_at: Option<Instant>,
        last_work: &Arc<LastWork>,
    ) -> Result<(), ServeError> {
        let worker = Arc::clone(self.crew);
        let work = Arc::clone(last_work);
        let spawned = thread::start(Box::new(move || {
            work();
            worker.bell().ring(Ring::Done);
        }));
        if spawned.is_err() {
            // Without a thread it is still done, only not to be interrupted.
            last_work();
            return Ok(());
        }
        loop {
            match self.hear(None) {
                Some(Ring::Done) => break,
                Some(Ring::Stop) => return Err(self.interrupted()),
                _ => {}
            }
        }
        // What such a request has begun is answered, and nothing begins any more.
        self.crew.dismiss();
        while self.crew.in_flight() > 0 && cut_at.is_none_or(|cut_at| Instant::now() < cut_at) {
            self.tick()?;
        }
        Ok(())
    }

    /// Waits for a moment.
    fn tick(&mut self) -> Result<(), ServeError> {
        let until = Instant::now() + DRAIN_TICK;
        loop {
            match self.hear(Some(until)) {
                None => return Ok(()),
                Some(Ring::Stop) => return Err(self.interrupted()),
                Some(_) => {}
            }
        }
    }

    fn interrupted(&self) -> ServeError {
        ServeError::Interrupted(self.crew.in_flight())
    }

    /// Waits for a ring, but not beyond then, and does meanwhile what is due and what rings ask for besides ending. Clients
    /// may ring again and again.
    fn hear(&mut self, until: Option<Instant>) -> Option<Ring> {
        loop {
            let now = Instant::now();
            self.hire_if_due(now);
            let look = self.server.look(now);
            let at = earlier(earlier(until, look), self.hiring.at());
            let ring = self.ear.hear(at);
            let now = Instant::now();
            match ring {
                Some(Ring::Hire) => self.hiring.hear(self.crew, now),
                Some(Ring::Look) => self.crew.hears_look(),
                Some(_) => return ring,
                None => {}
            }
            if until.is_some_and(|until| until <= now) {
                return None;
            }
        }
    }

    fn hire_if_due(&mut self, now: Instant) {
        let (crew, server) = (self.crew, self.server);
        let hired = self.hiring.look(crew, now, || hire(crew, server));
        if let Err(error) = hired {
            if crew.note_shortage() {
                log::warn!("no thread for another worker: {error}");
            }
        }
    }
}

/// The earlier of two moments, where nothing is never.
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

#[cfg(test)]
mod tests {
    use super::super::bell::{Ring, bell};
    use super::super::crew::Crew;
    use super::super::{Door, HttpServer};
    use super::Watch;
    use crate::call::Reply;
    use crate::limits::Limits;
    use std::net::TcpListener;
    use std::sync::Arc;
    use std::time::Instant;

    #[test]
    #[cfg_attr(miri, ignore = "it has no epoll without edges")]
    fn rings_that_do_not_end_keep_no_wait_from_its_end() {
        let (bell, ear) = bell().expect("a pair of sockets");
        let crew = Arc::new(Crew::new(1, bell));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let handler = Box::new(|_| Reply::bytes(200, "text/plain", Vec::new()));
        let server = HttpServer::open(listener, Limits::default(), Arc::clone(&crew), handler);
        let server = Arc::new(server.expect("a bound socket"));
        for _ in 0..3 {
            crew.bell().ring(Ring::Look);
        }
        crew.bell().ring(Ring::Stop);
        let mut watch = Watch::new(&crew, &server, &ear);
        let at_once = Some(Instant::now());
        assert_eq!(
            [(); 3].map(|()| watch.hear(at_once)),
            [None; 3],
            "one a wait"
        );
        assert_eq!(watch.hear(at_once), Some(Ring::Stop));
    }
}
