//! The memory and the descriptors of the instance, looked at a hundred times on the way.

use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Sample;

/// How long to wait for connections to be closed that no client has any more: far above what it takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often to look whether they are.
const TICK: Duration = Duration::from_millis(1);

/// How many times it is looked at.
const SAMPLES: usize = 100;
/// The samples of the first tenth are the warm-up: the workers start, and each of them serves its first large body.
const WARM_UP: usize = SAMPLES / 10;
/// How much more memory the median of the last tenth may take than that of the tenth after the warm-up, in KiB, and
/// how much more the highest sample after the warm-up than the highest of it. Each connection has bodies of up to
/// 300 KiB under way at any moment, and a few have one of 5 MB, so that no two samples are the same.
const MEDIAN_GROWTH_KIB: usize = 16 * 1024;
const PEAK_GROWTH_KIB: usize = 32 * 1024;
/// How many descriptors more there may be at once than there were in the warm-up: a connection that its client has
/// closed is open on the other side for a moment longer.
const SPARE_FDS: usize = 16;

/// Looks at an instance as its requests are answered.
pub(crate) struct Watch {
    pid: u32,
    requests: usize,
    before: Sample,
    samples: Mutex<Vec<Sample>>,
}

impl Watch {
    pub(crate) fn start(pid: u32, requests: usize) -> Self {
        assert!(requests >= SAMPLES, "too few requests to show anything");
        Self {
            pid,
            requests,
            before: Sample::take(pid),
            samples: Mutex::default(),
        }
    }

    /// So many requests have their response.
    pub(crate) fn report(&self, done: usize) {
        if done % (self.requests / SAMPLES) == 0 {
            let mut samples = self.samples.lock().expect("no panic while it is held");
            samples.push(Sample::take(self.pid));
        }
    }

    /// Returns what was seen, holds it against the bounds, and waits until no connection is open any more.
    pub(crate) fn check(&self) {
        let samples = self.samples.lock().expect("no panic while it was held");
        println!("before: {:?}", self.before);
        for percent in [1, 10, 20, 50, 90, 100] {
            println!(
                "{percent:3} %: {:?}",
                samples[percent * samples.len() / 100 - 1]
            );
        }
        let (warm_up, run) = samples.split_at(WARM_UP);
        check_memory(warm_up, run);
        let most = |samples: &[Sample]| {
            samples
                .iter()
                .map(|sample| sample.fds)
                .max()
                .expect("samples")
        };
        let (early, late) = (most(warm_up), most(run));
        assert!(
            late <= early + SPARE_FDS,
            "{early} descriptors at first, then {late}"
        );
        self.wait_until_closed();
    }

    /// Once every client has gone, nothing of its connections is left.
    fn wait_until_closed(&self) {
        let until = Instant::now() + PATIENCE;
        loop {
            let now = Sample::take(self.pid);
            if now.fds <= self.before.fds {
                println!("after:  {now:?}");
                return;
            }
            assert!(
                Instant::now() < until,
                "descriptors stay open: {now:?} after {:?}",
                self.before
            );
            thread::sleep(TICK);
        }
    }
}

fn check_memory(warm_up: &[Sample], run: &[Sample]) {
    let sorted = |samples: &[Sample]| {
        let mut sizes: Vec<_> = samples.iter().map(|sample| sample.rss_kib).collect();
        sizes.sort_unstable();
        sizes
    };
    let median = |samples: &[Sample]| sorted(samples)[samples.len() / 2];
    let peak = |samples: &[Sample]| sorted(samples)[samples.len() - 1];
    let (early, late) = (median(&run[..WARM_UP]), median(&run[run.len() - WARM_UP..]));
    println!("memory: median of the second tenth {early} KiB, of the last {late} KiB");
    println!(
        "memory: peak of the first tenth {} KiB, of the others {} KiB",
        peak(warm_up),
        peak(run)
    );
    assert!(late <= early + MEDIAN_GROWTH_KIB, "the memory grows");
    assert!(
        peak(run) <= peak(warm_up) + PEAK_GROWTH_KIB,
        "the memory peaks later"
    );
}
