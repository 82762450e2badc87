//! When another worker is hired: as long as every worker is busy, and more of them would get more done.
//!
//! Owns the pauses between two looks at the crew. It must not know what a worker does, nor how one is started.
//!
//! A worker that takes work while no other waits rings the bell. Nobody hires at once: a worker that was only quick to
//! take its work is waiting again a moment later. After a pause the main thread looks at what was finished meanwhile:
//!
//! - Nothing: the workers wait for something, so more are hired, and when these are busy too, twice as many at once, for
//!   as long as nothing is finished.
//! - Little: the same, with a pause before each look.
//! - Much: the requests are so quick that another worker would only take turns with these. The looks become rarer, and
//!   they end as soon as a worker waits for work.
//!
//! There is no look while a worker waits or the crew is full: an instance that idles, or that serves as many requests
//! as it may, wakes nobody.

use std::io;
use std::time::{Duration, Instant};

use super::cores;
use super::crew::Crew;

/// How long the first hire waits. A cold start is one request: starting a thread beside it would take time and memory
/// from its response, for a second worker that mostly nobody needs yet.
const FIRST_PAUSE: Duration = Duration::from_millis(5);
/// How long every other look waits at first, and at most: while workers get much done, each look waits twice as long.
const PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(16);
/// How long to wait after the system had no thread for a worker.
const PAUSE_AFTER_SHORTAGE: Duration = Duration::from_millis(100);

/// The most workers that one look hires.
const LARGEST_BATCH: usize = 8;

/// What a request takes of a worker's time, its waits included, where more workers do not pay.
const QUICK: Duration = Duration::from_micros(200);

/// The looks of one server: whether there will be another, and what it compares with.
#[derive(Debug, Default)]
pub(super) struct Hiring {
    next: Option<Look>,
    /// What was finished when workers were last hired because nothing was, and how many are to be hired if that is so still.
    stalled: Option<(usize, usize)>,
}

#[derive(Debug)]
struct Look {
    at: Instant,
    pause: Duration,
    batch: usize,
    before: Account,
}

impl Hiring {
    /// When the next look is due, if there is one.
    pub(super) fn at(&self) -> Option<Instant> {
        Some(self.next.as_ref()?.at)
    }

    /// A worker has rung.
    pub(super) fn hear(&mut self, crew: &Crew, now: Instant) {
        let stalled = self.stalled.filter(|stalled| stalled.0 == crew.finished());
        if let Some((_, batch)) = stalled {
            let at_once = Look::after(Duration::ZERO, crew, now);
            self.next = Some(Look { batch, ..at_once });
        } else if self.next.is_none() {
            let pause = if crew.size() <= 1 { FIRST_PAUSE } else { PAUSE };
            self.next = Some(Look::after(pause, crew, now));
        }
    }

    /// Looks if it is time to, and hires by `hire`. A failure is returned, and tried again after a pause.
    pub(super) fn look(
        &mut self,
        crew: &Crew,
        now: Instant,
        mut hire: impl FnMut() -> io::Result<()>,
    ) -> io::Result<()> {
        let Some(look) = self.next.take_if(|look| look.at <= now) else {
            return Ok(());
        };
        // After the pause the first worker is mostly idle again, but without a second one every request would ring.
        // Where there may be one only, nobody is to be hired however long one looks.
        let is_first = crew.size() <= 1 && crew.room() > 0;
        if !is_first && !crew.wants_worker() {
            if crew.hears_ring() {
                self.hear(crew, now);
            }
            return Ok(());
        }
        if !is_first && look.before.gets_much_done(crew, now) {
            let pause = LONGEST_PAUSE.min(look.pause * 2);
            self.next = Some(Look::after(pause, crew, now));
            return Ok(());
        }
        let finished = crew.finished();
        let hired = (0..look.batch.min(crew.room())).try_for_each(|_| hire());
        let batch = LARGEST_BATCH.min(look.batch * 2);
        let is_stalled = finished == look.before.finished && hired.is_ok();
        self.stalled = is_stalled.then_some((finished, batch));
        if is_stalled {
            crew.rearm_ring();
        }
        let pause = match hired {
            Ok(()) => PAUSE,
            Err(_) => PAUSE_AFTER_SHORTAGE,
        };
        let mut next = Look::after(pause, crew, now);
        next.batch = batch;
        next.before.finished = finished;
        self.next = Some(next);
        hired
    }
}

impl Look {
    fn after(pause: Duration, crew: &Crew, now: Instant) -> Self {
        Self {
            at: now + pause,
            pause,
            batch: 1,
            before: Account {
                at: now,
                finished: crew.finished(),
            },
        }
    }
}

/// What the crew had done at a moment.
#[derive(Debug)]
struct Account {
    at: Instant,
    finished: usize,
}

impl Account {
    /// Whether as many workers as there are processors have so quick work that more of them would not speed it up.
    fn gets_much_done(&self, crew: &Crew, now: Instant) -> bool {
        let finished = crew.finished().wrapping_sub(self.finished);
        let time = now.saturating_duration_since(self.at);
        !Crew::is_below_nothing(finished)
            && crew.size() >= cores::count()
            && is_quick(time, crew.size(), finished)
    }
}

/// Whether workers that are never idle spend little time on each request. What it waits for counts as well: another worker
/// would make use of that time, but starting and feeding one takes about as long.
fn is_quick(time: Duration, workers: usize, finished: usize) -> bool {
    let times = |time: Duration, count: usize| time.as_nanos().saturating_mul(count as u128);
    times(time, workers) < times(QUICK, finished)
}

#[cfg(test)]
mod tests;
