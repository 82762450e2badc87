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
        // Workers that were hired meanwhile may not have begun yet, which looks like less than nothing.
        finished <= usize::MAX / 2
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
mod tests {
    use super::{Hiring, LARGEST_BATCH, LONGEST_PAUSE, PAUSE, is_quick};
    use crate::server::bell::bell;
    use crate::server::cores;
    use crate::server::crew::Crew;
    use std::io;
    use std::time::{Duration, Instant};

    fn crew(limit: usize) -> Crew {
        Crew::new(limit, bell().expect("a pair of sockets").0)
    }

    /// Looks so often, each time when it is due, and counts what was hired at each look.
    fn hired(crew: &Crew, looks: usize, mut between: impl FnMut(usize)) -> Vec<usize> {
        let (mut hiring, mut now) = (Hiring::default(), Instant::now());
        hiring.hear(crew, now);
        let mut look = |number| {
            between(number);
            let before = crew.size();
            now = hiring.at().unwrap_or(now);
            let hire = || {
                crew.hired();
                Ok(())
            };
            hiring.look(crew, now, hire).expect("threads");
            crew.size() - before
        };
        (0..looks).map(&mut look).collect()
    }

    #[test]
    fn workers_that_all_wait_are_joined_by_twice_as_many_at_each_look() {
        let crew = crew(40);
        crew.hired();
        let hired = hired(&crew, 9, |_| {});
        assert_eq!(hired, [1, 2, 4, LARGEST_BATCH, 8, 8, 8, 0, 0]);
        assert_eq!(crew.size(), 40, "no more than there may be");
    }

    #[test]
    fn the_first_look_hires_although_the_worker_waits_and_no_other_does() {
        let crew = crew(10);
        crew.hired();
        let hired = crew.idle(|| Ok::<_, ()>(hired(&crew, 4, |_| {})));
        assert_eq!(hired, Ok(vec![1, 0, 0, 0]));
    }

    #[cfg(any(feature = "direct", not(feature = "tiny-http")))]
    #[test]
    fn where_there_may_be_one_worker_nobody_looks_for_ever() {
        let crew = crew(1);
        crew.hired();
        let (mut hiring, now) = (Hiring::default(), Instant::now());
        let absent = crew.step_out();
        hiring.hear(&crew, now);
        drop(absent);
        let due = hiring.at().expect("a look");
        let hire = || unreachable!("there is no room");
        hiring
            .look(&crew, due, hire)
            .expect("no thread is asked for");
        assert_eq!(hiring.at(), None);
    }

    #[test]
    fn workers_that_get_much_done_are_not_joined_but_looked_at_until_they_stop() {
        let crew = crew(2 * cores::count() + 10);
        (0..2 * cores::count()).for_each(|_| crew.hired());
        let work = |many: usize| {
            for _ in 0..many {
                let _ = crew.idle(|| Err::<(), _>(()));
            }
        };
        let looks = hired(&crew, 8, |look| {
            if look < 5 {
                work(1_000_000);
            }
        });
        assert_eq!(looks, [0, 0, 0, 0, 0, 1, 2, 4]);
    }

    #[test]
    fn while_nothing_is_finished_workers_that_are_busy_at_once_are_joined_at_once() {
        let crew = crew(40);
        (0..cores::count() + 1).for_each(|_| crew.hired());
        let (mut hiring, began) = (Hiring::default(), Instant::now());
        let hire = || {
            crew.hired();
            Ok(())
        };
        hiring.hear(&crew, began);
        let due = hiring.at().expect("a look");
        hiring.look(&crew, due, hire).expect("threads");
        for hired in [2, 4, LARGEST_BATCH, LARGEST_BATCH] {
            let before = crew.size();
            hiring.hear(&crew, due);
            assert_eq!(hiring.at(), Some(due), "at once");
            hiring.look(&crew, due, hire).expect("threads");
            assert_eq!(crew.size() - before, hired);
        }
        let _ = crew.idle(|| Err::<(), _>(()));
        hiring.hear(&crew, due);
        assert!(hiring.at() > Some(due), "something was finished");
    }

    /// 60 handlers that wait 300 ms each, all at once on a cold instance, are to be answered within 345 ms: that leaves 45
    /// for the hires and for everything else. Here each worker takes work as soon as it is hired.
    #[test]
    fn sixty_requests_that_wait_have_a_worker_each_after_a_few_milliseconds_of_pauses() {
        let crew = crew(200);
        crew.hired();
        let (mut hiring, began) = (Hiring::default(), Instant::now());
        let mut now = began;
        hiring.hear(&crew, now);
        while crew.size() < 60 {
            now = hiring.at().expect("a look, as long as workers are wanted");
            let hire = || {
                crew.hired();
                Ok(())
            };
            hiring.look(&crew, now, hire).expect("threads");
        }
        let pauses = now - began;
        assert!(pauses <= Duration::from_millis(20), "{pauses:?}");
    }

    #[test]
    fn a_shortage_is_reported_and_tried_again_later() {
        let crew = crew(10);
        crew.hired();
        let (mut hiring, now) = (Hiring::default(), Instant::now());
        hiring.hear(&crew, now);
        let due = hiring.at().expect("a look");
        let none = || Err(io::ErrorKind::WouldBlock.into());
        assert!(hiring.look(&crew, now, none).is_ok(), "it is not due");
        assert!(hiring.look(&crew, due, none).is_err());
        let next = hiring.at().expect("another look");
        assert!(next - due > LONGEST_PAUSE);
        let hire = || {
            crew.hired();
            Ok(())
        };
        assert!(hiring.look(&crew, next, hire).is_ok());
        assert_eq!(crew.size(), 3, "what was to be hired by now");
        assert_eq!(hiring.at(), Some(next + PAUSE));
    }

    #[test]
    fn a_request_is_quick_by_the_time_of_a_worker_that_it_takes() {
        let whole = Duration::from_millis(4);
        assert!(is_quick(whole, 2, 100), "80 microseconds each");
        assert!(!is_quick(whole, 16, 100), "640 microseconds each");
        assert!(!is_quick(whole, 2, 0));
    }
}
