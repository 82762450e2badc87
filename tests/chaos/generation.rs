//! One instance after another: how each starts, freezes and ends, and what its log must have.
//!
//! It must not know when that is done, nor who asks.

use std::fs::File;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::common::{Cause, Place, Stage};
use crate::plan;
use crate::support::{Instance, Sample, binary};

/// How an instance is started: with the memory of a small function, and a stop that waits no longer for clients that read
/// slowly than a test wants to. A development build has glibc's allocator, which keeps large blocks unless it is given the size
/// above which it does not.
const VARIABLES: [(&str, &str); 3] = [
    ("FC_FUNCTION_MEMORY_SIZE", "512"),
    ("STOP_GRACE_MS", "2000"),
    ("MALLOC_MMAP_THRESHOLD_", "131072"),
];

/// What a log has of each call.
const BEGIN: &str = "FC Invoke Start RequestId: ";
const END: &str = "FC Invoke End RequestId: ";

pub(crate) struct Generation {
    instance: Instance,
    pub(crate) place: Arc<Place>,
    /// Whether its log goes where it can be read.
    is_logged: bool,
}

impl Generation {
    /// Starts an instance, with a stdout on which there is no space for a single byte unless it is logged.
    pub(crate) fn start(is_logged: bool) -> Self {
        let full = || {
            Stdio::from(
                File::options()
                    .write(true)
                    .open("/dev/full")
                    .expect("it is there"),
            )
        };
        let instance = if is_logged {
            Instance::start("testbed", &VARIABLES)
        } else {
            Instance::start_unseen(Command::new(binary("testbed")), full, &VARIABLES)
        };
        Self {
            place: Place::new(instance.address()),
            instance,
            is_logged,
        }
    }

    pub(crate) fn sample(&self) -> Sample {
        Sample::take(self.instance.pid())
    }

    /// Freezes it as the platform does: between two calls, after its hook.
    pub(crate) fn freeze(&self, stage: &Stage, length: Duration) {
        let _closed = stage.close_gate();
        let hook = self.instance.call("GET", "/pre-freeze", "freeze", b"");
        if hook.status != 200 {
            stage
                .book
                .note(format!("pre-freeze was answered with {}", hook.status));
        }
        self.stall(length);
    }

    /// Takes its processors away for a while, whatever it is doing.
    pub(crate) fn stall(&self, length: Duration) {
        self.instance.signal("-STOP");
        thread::sleep(length);
        self.instance.signal("-CONT");
    }

    /// Kills it, and has another one take its place.
    pub(crate) fn kill(self, stage: &Stage, next: impl FnOnce() -> Self) -> Self {
        stage.book.begin(Cause::ServerKilled);
        self.place.end();
        self.instance.signal("-KILL");
        let (place, is_logged) = (self.place, self.is_logged);
        let (_, lines) = self.instance.wait();
        let next = next();
        stage.move_to(Arc::clone(&next.place));
        stage.book.end(Cause::ServerKilled);
        if is_logged {
            check_answered(stage, &place.answered(), &lines);
        }
        next
    }

    /// Stops it under load as a platform may, and has another one take its place.
    pub(crate) fn replace(self, stage: &Stage, next: impl FnOnce() -> Self) -> Self {
        stage.book.begin(Cause::ServerStopped);
        self.stop(stage);
        let next = next();
        stage.move_to(Arc::clone(&next.place));
        stage.book.end(Cause::ServerStopped);
        next
    }

    /// Stops it, and checks that it ends well and has nothing left to do.
    pub(crate) fn stop(self, stage: &Stage) {
        self.place.end();
        self.instance.signal("-TERM");
        let errors = self.instance.errors();
        let (place, is_logged) = (self.place, self.is_logged);
        let (status, lines) = self.instance.wait();
        if !status.success() {
            stage
                .book
                .note(format!("an instance stopped with {status}: {errors}"));
        }
        if is_logged {
            let counts =
                [BEGIN, END].map(|mark| lines.iter().filter(|line| line.starts_with(mark)).count());
            if counts[0] != counts[1] {
                stage.book.note(format!(
                    "a stopped instance began {} calls and ended {}",
                    counts[0], counts[1]
                ));
            }
            check_answered(stage, &place.answered(), &lines);
        }
    }
}

/// Checks that each call with a whole response has begun once and ended once, in the log as well.
fn check_answered(stage: &Stage, answered: &[usize], lines: &[String]) {
    let most = answered.iter().max().map_or(0, |most| most + 1);
    let mut counts = vec![[0_u8; 2]; most];
    for line in lines {
        for (index, mark) in [BEGIN, END].into_iter().enumerate() {
            let number = line.strip_prefix(mark).and_then(plan::number_of);
            if let Some(count) = number.and_then(|number| counts.get_mut(number)) {
                count[index] += 1;
            }
        }
    }
    let wrong = answered.iter().filter(|number| counts[**number] != [1, 1]);
    for number in wrong {
        let [begun, ended] = counts[*number];
        stage.book.note(format!(
            "request {number} has its response, and the log {begun} begins and {ended} ends of it"
        ));
    }
}
