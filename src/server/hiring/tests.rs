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
