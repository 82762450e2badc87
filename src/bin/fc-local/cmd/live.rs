//! The functions' logs on stderr as they come, each line with the name of its function.
//!
//! A terminal that stands still must not keep a function from its answer: lines wait for it in a bounded queue, and what
//! finds no room there is counted and left out. The log files have every line.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::name::FunctionName;
use crate::output;
use crate::platform::log::Onlooker;

/// How many pieces may wait for a slow terminal, each of lines that came at once; with FC's longest lines 48 MB.
const PIECES_WAITING_MAX: usize = 1024;

/// For so long the end of the server waits until the last lines are shown.
const END_LIMIT: Duration = Duration::from_secs(1);

/// Shows logs until it is ended.
#[derive(Debug)]
pub(super) struct LiveLogs {
    lines: Arc<Mutex<Option<SyncSender<Vec<u8>>>>>,
    ended: Receiver<()>,
}

impl LiveLogs {
    /// Begins to show what the onlooker sees.
    pub(super) fn start() -> (Self, Onlooker) {
        let (sender, receiver) = sync_channel(PIECES_WAITING_MAX);
        let left_out = Arc::new(AtomicUsize::new(0));
        let (tell_end, ended) = sync_channel(1);
        let counted = Arc::clone(&left_out);
        thread::spawn(move || {
            show(&receiver, &counted);
            // Nobody waits any more if that took too long.
            let _ = tell_end.send(());
        });
        let lines = Arc::new(Mutex::new(Some(sender)));
        let queue = Arc::clone(&lines);
        let onlooker = Onlooker::new(move |name, lines| {
            let queue = queue.lock().unwrap_or_else(PoisonError::into_inner);
            let sent = queue
                .as_ref()
                .map(|queue| queue.try_send(shown(name, lines)));
            if matches!(sent, Some(Err(_))) {
                left_out.fetch_add(each(lines).count(), Ordering::Relaxed);
            }
        });
        (Self { lines, ended }, onlooker)
    }

    /// Shows what still waits, and no more.
    pub(super) fn end(self) {
        drop(
            self.lines
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        // A terminal that stands still does not keep fc-local.
        let _: Result<(), RecvTimeoutError> = self.ended.recv_timeout(END_LIMIT);
    }
}

fn show(lines: &Receiver<Vec<u8>>, left_out: &AtomicUsize) {
    while let Ok(line) = lines.recv() {
        let count = left_out.swap(0, Ordering::Relaxed);
        if count > 0 {
            output::say(&format!(
                "{count} lines of logs are not shown here; `fc-local logs` has them"
            ));
        }
        output::print_aside(&line);
    }
}

fn shown(name: &FunctionName, lines: &[u8]) -> Vec<u8> {
    let label = format!("{name} | ");
    let labelled = each(lines).flat_map(|line| [label.as_bytes(), line]);
    labelled.collect::<Vec<_>>().concat()
}

fn each(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    lines.split_inclusive(|byte| *byte == b'\n')
}
