use super::super::bell::{Ear, Ring, bell};
use super::{Crew, DEFAULT_WORKERS, MOST_THREADS};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was rung, if anything.
fn heard(ear: &Ear) -> Option<Ring> {
    ear.hear(Some(Instant::now() + Duration::from_millis(1)))
}

#[test]
fn only_the_last_idle_worker_rings_for_another_and_only_once() {
    let (bell, ear) = bell().expect("a pair of sockets");
    let crew = Crew::new(3, bell);
    crew.hired();
    let work = || Ok::<(), ()>(());
    assert!(crew.idle(|| crew.idle(work)).is_ok());
    assert!(crew.idle(work).is_ok());
    assert_eq!(ear.hear(Some(Instant::now() + PATIENCE)), Some(Ring::Hire));
    assert_eq!(heard(&ear), None, "the first ring was not heard yet");
    let hears = || Err::<(), _>(crew.hears_ring());
    assert_eq!(crew.idle(hears), Err(false), "one is idle");
    crew.hired();
    assert_eq!(heard(&ear), None, "no work, no ring");
    assert!(crew.idle(work).is_ok());
    assert_eq!(ear.hear(Some(Instant::now() + PATIENCE)), Some(Ring::Hire));
    assert!(crew.hears_ring(), "none is idle");
    assert!(crew.idle(work).is_ok());
    assert_eq!(heard(&ear), None, "who hears it knows");
    crew.hired();
    assert_eq!(heard(&ear), None, "there may be three");
    assert!(!crew.hears_ring());
}

#[test]
fn whatever_comes_up_until_the_bell_is_heard_rings_it_once() {
    let (bell, ear) = bell().expect("a pair of sockets");
    let crew = Crew::new(1, bell);
    // More than the bell could carry.
    for _ in 0..10_000 {
        crew.ask_for_look();
    }
    assert_eq!(ear.hear(Some(Instant::now() + PATIENCE)), Some(Ring::Look));
    assert_eq!(heard(&ear), None);
    crew.hears_look();
    crew.ask_for_look();
    assert_eq!(ear.hear(Some(Instant::now() + PATIENCE)), Some(Ring::Look));
}

#[test]
fn late_responses_and_their_connections_leave_threads_to_workers_and_handlers() {
    /// What an instance may have (contract §4.4).
    const OF_THE_INSTANCE: usize = 1024;
    const OF_THE_HANDLERS: usize = 256;
    let crew = Arc::new(Crew::new(
        DEFAULT_WORKERS,
        bell().expect("a pair of sockets").0,
    ));
    let mut late = Vec::new();
    while crew.has_threads() {
        late.push(crew.begin());
    }
    let both = 2 * late.len();
    assert!(!late.is_empty() && both + DEFAULT_WORKERS <= MOST_THREADS);
    // All workers wait for clients besides, each of which has a connection.
    assert!(both + 2 * DEFAULT_WORKERS <= OF_THE_INSTANCE - OF_THE_HANDLERS);
    let refused = crew.read();
    late.pop();
    assert!(!crew.has_threads(), "a refusal counts as well");
    drop(refused);
    assert!(crew.has_threads());
}

#[test]
fn a_request_is_in_flight_until_it_is_dropped_even_by_a_panic() {
    let crew = Arc::new(Crew::new(1, bell().expect("a pair of sockets").0));
    let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let _request = crew.begin();
        assert_eq!(crew.in_flight(), 1);
        std::panic::resume_unwind(Box::new("a panic without the hook's words"));
    }));
    assert!(caught.is_err());
    assert_eq!(crew.in_flight(), 0);
}
