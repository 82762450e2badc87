//! stderr apart from the threads that serve: a terminal that stands still, or a pipe that nobody reads, must not keep a call from
//! its response.
//!
//! What is written waits for its turn in a bounded queue, and what finds no room there is counted and left out. It must not know
//! what is written.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How many pieces of logs may wait, each of lines that came at once; with FC's longest lines 48 MB.
const LOGS_WAITING_MAX: usize = 1024;

/// How many lines of progress and how many messages may wait. Each request is progress, and must leave room for what has to be
/// known.
const PROGRESS_WAITING_MAX: usize = 1024;
const MESSAGES_WAITING_MAX: usize = 4096;

/// For so long the end of the server waits until the last lines are shown.
const END_LIMIT: Duration = Duration::from_secs(1);

/// Where what is written goes while a server runs.
static QUEUE: Mutex<Option<Queue>> = Mutex::new(None);

static LOGS: Room = Room::new(
    LOGS_WAITING_MAX,
    "lines of logs are not shown here; `fc-local logs` has them",
);
static PROGRESS: Room = Room::new(PROGRESS_WAITING_MAX, "lines of progress are not shown here");
static MESSAGES: Room = Room::new(MESSAGES_WAITING_MAX, "messages are not shown here");

/// How much of a kind waits, and how many lines of it were left out.
struct Room {
    most: usize,
    /// What is said of those lines.
    said: &'static str,
    waiting: AtomicUsize,
    left_out: AtomicUsize,
}

type Queue = Sender<Piece>;

enum Piece {
    Lines(Vec<u8>, &'static Room),
    Last(SyncSender<()>),
}

/// Has stderr written apart until it is dropped.
#[derive(Debug)]
pub(crate) struct Apart(());

impl Apart {
    pub(crate) fn begin() -> Self {
        let (queue, pieces) = channel();
        thread::spawn(move || show(&pieces));
        *lock() = Some(queue);
        Self(())
    }
}

impl Drop for Apart {
    /// Waits for what still waits, but not for a terminal that stands still: then nothing more is written.
    fn drop(&mut self) {
        let (tell, shown) = sync_channel(1);
        let queue = lock().clone();
        let asked = queue.map(|queue| queue.send(Piece::Last(tell)));
        if !matches!(asked, Some(Ok(()))) || shown.recv_timeout(END_LIMIT).is_ok() {
            *lock() = None;
        }
    }
}

/// Writes a message.
pub(super) fn message(line: String) {
    MESSAGES.put(line.into_bytes());
}

/// Writes a line of progress.
pub(super) fn progress(line: String) {
    PROGRESS.put(line.into_bytes());
}

/// Writes lines of logs.
pub(crate) fn logs(lines: Vec<u8>) {
    LOGS.put(lines);
}

impl Room {
    const fn new(most: usize, said: &'static str) -> Self {
        Self {
            most,
            said,
            waiting: AtomicUsize::new(0),
            left_out: AtomicUsize::new(0),
        }
    }

    /// Writes lines: at once, unless a server runs.
    fn put(&'static self, lines: Vec<u8>) {
        let queue = lock();
        let Some(queue) = &*queue else {
            return write(&lines);
        };
        if self.waiting.load(Ordering::Relaxed) >= self.most {
            let count = lines.split_inclusive(|byte| *byte == b'\n').count();
            self.left_out.fetch_add(count, Ordering::Relaxed);
            return;
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        // The thread that writes ends after all who could write.
        let _ = queue.send(Piece::Lines(lines, self));
    }

    fn say_left_out(&self) {
        let count = self.left_out.swap(0, Ordering::Relaxed);
        if count > 0 {
            write(format!("fc-local: {count} {}\n", self.said).as_bytes());
        }
    }
}

fn show(pieces: &Receiver<Piece>) {
    while let Ok(piece) = pieces.recv() {
        for room in [&LOGS, &PROGRESS, &MESSAGES] {
            room.say_left_out();
        }
        match piece {
            Piece::Lines(lines, room) => {
                room.waiting.fetch_sub(1, Ordering::Relaxed);
                write(&lines);
            }
            Piece::Last(tell) => {
                // Nobody waits any more if that took too long.
                let _ = tell.send(());
                return;
            }
        }
    }
}

/// Writes bytes at once.
pub(super) fn write(bytes: &[u8]) {
    // Nothing is left to do about a closed stderr.
    let _ = io::stderr().lock().write_all(bytes);
}

fn lock() -> MutexGuard<'static, Option<Queue>> {
    // It is replaced as a whole.
    QUEUE.lock().unwrap_or_else(PoisonError::into_inner)
}
