//! The heartbeat of a stream: what is sent while its closure has nothing to say.
//!
//! Owns the two threads of such a stream, one that works and one that writes. It must not know what either of them writes.

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::call::StreamWriter;
use crate::client::Client;
use crate::error::Error;
use crate::panics::guard;
use crate::scope::Scope;
use crate::sink::Sink;
use crate::thread;

/// A shorter period would keep a core busy.
const SHORTEST_PERIOD: Duration = Duration::from_millis(1);

/// How much is gathered before it is sent without having been flushed.
const PIECE_BYTES: usize = 8 * 1024;

/// How many bytes may wait before the closure has to wait for the client.
const MOST_BYTES: usize = 64 * 1024;

/// The same stream, which sends `filler` whenever nothing else was sent for a period.
pub(super) fn with_heartbeat(
    write: StreamWriter,
    period: Duration,
    filler: Vec<u8>,
) -> StreamWriter {
    let period = period.max(SHORTEST_PERIOD);
    Box::new(move |out| beat(write, out, period, &filler))
}

/// Runs the closure on another thread: this one has the connection, which cannot be handed over, and the clock.
fn beat(
    write: StreamWriter,
    out: &mut dyn Write,
    period: Duration,
    filler: &[u8],
) -> Result<(), Error> {
    let table = Arc::new(Table::default());
    let client = Client::current();
    let (worker, request_id) = ((Arc::clone(&table), client.clone()), Scope::request_id());
    thread::lend(Box::new(move || {
        let (table, client) = worker;
        let _scope = request_id.map(Scope::enter);
        let mut gathered = Vec::new();
        let mut gather = |bytes: Option<&[u8]>| {
            gathered.extend_from_slice(bytes.unwrap_or_default());
            let is_partial = bytes.is_some();
            if is_partial && gathered.len() < PIECE_BYTES {
                return Ok(());
            }
            table.lay(&mut gathered, is_partial)
        };
        let worked = client.scope(|| guard(|| write(&mut Sink(&mut gather))));
        table.end(gathered, worked);
    }))?;
    let mut relay = Relay {
        table: &table,
        out,
        client: &client,
        failed: None,
    };
    let worked = relay.run(period, filler);
    // Whatever the closure returned when the client left: what counts is that it left.
    match relay.failed {
        Some(kind) if worked.is_ok() => Err(io::Error::from(kind).into()),
        _ => worked,
    }
}

/// What the working thread passes to the writing thread, which takes all of it at once: the output of a quick closure
/// is sent in one piece, and its thread never waits. Two channels and a scoped thread of the standard library, each of
/// which is compiled anew for its types and in three forms, took 41,464 bytes of the file more and 21,210 of the zip.
#[derive(Default)]
struct Table {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// What is to be sent.
    bytes: Vec<u8>,
    /// Whether they are to be sent at once.
    flushes: bool,
    /// Whether they end in the middle of something: without a flush.
    is_partial: bool,
    /// Why nothing can be sent any more.
    failed: Option<ErrorKind>,
    /// How the closure has ended.
    worked: Option<Result<(), Error>>,
}

/// What the writing thread takes.
struct Taken {
    bytes: Vec<u8>,
    flushes: bool,
    is_partial: bool,
    /// Whether the closure has ended.
    is_last: bool,
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds bytes, once there is room for them.
    fn lay(&self, bytes: &mut Vec<u8>, is_partial: bool) -> io::Result<()> {
        let is_full = |state: &mut State| state.bytes.len() >= MOST_BYTES && state.failed.is_none();
        let waited = self.changed.wait_while(self.lock(), is_full);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        if let Some(kind) = state.failed {
            return Err(kind.into());
        }
        state.bytes.append(bytes);
        state.flushes |= !is_partial;
        state.is_partial = is_partial;
        drop(state);
        self.changed.notify_one();
        Ok(())
    }

    /// The closure has ended, and this is what it has not flushed. The server of the stream flushes it.
    fn end(&self, mut bytes: Vec<u8>, worked: Result<(), Error>) {
        let mut state = self.lock();
        if worked.is_ok() {
            state.bytes.append(&mut bytes);
        }
        state.worked = Some(worked);
        drop(state);
        self.changed.notify_one();
    }

    /// Nothing can be sent any more. `meanwhile` marks the client as gone under the same lock, so that a closure never
    /// sees one without the other.
    fn fail(&self, kind: ErrorKind, meanwhile: &mut dyn FnMut()) {
        let mut state = self.lock();
        state.failed = Some(kind);
        meanwhile();
        drop(state);
        self.changed.notify_one();
    }

    /// Takes everything that is there, or waits this long for something; after that, nothing.
    fn take(&self, patience: Duration) -> Taken {
        let is_empty =
            |state: &mut State| state.bytes.is_empty() && !state.flushes && state.worked.is_none();
        let waited = (self.changed).wait_timeout_while(self.lock(), patience, is_empty);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let taken = Taken {
            bytes: std::mem::take(&mut state.bytes),
            flushes: std::mem::take(&mut state.flushes),
            is_partial: state.is_partial,
            is_last: state.worked.is_some(),
        };
        drop(state);
        if taken.bytes.len() >= MOST_BYTES {
            self.changed.notify_one();
        }
        taken
    }
}

/// The end of the thread that writes.
struct Relay<'a> {
    table: &'a Table,
    out: &'a mut dyn Write,
    client: &'a Client,
    failed: Option<ErrorKind>,
}

impl Drop for Relay<'_> {
    /// Where writing has panicked, the other thread may wait for it.
    fn drop(&mut self) {
        self.table.fail(ErrorKind::BrokenPipe, &mut || ());
    }
}

impl Relay<'_> {
    /// Sends what comes until the other thread is done, and the filler meanwhile.
    fn run(&mut self, period: Duration, filler: &[u8]) -> Result<(), Error> {
        let mut is_whole = true;
        loop {
            let taken = self.table.take(self.patience(is_whole, period));
            is_whole = !taken.is_partial;
            let is_silent = taken.bytes.is_empty() && !taken.flushes;
            if is_silent && !taken.is_last {
                self.send(filler, true);
            } else {
                self.send(&taken.bytes, taken.flushes);
            }
            if taken.is_last {
                return self.table.lock().worked.take().unwrap_or(Ok(()));
            }
        }
    }

    /// How long the stream may be silent: nothing may stand in the middle of what the closure has not flushed, and a client
    /// that has left hears nothing.
    fn patience(&self, is_whole: bool, period: Duration) -> Duration {
        if is_whole && self.failed.is_none() {
            period
        } else {
            Duration::MAX
        }
    }

    fn send(&mut self, bytes: &[u8], flushes: bool) {
        if self.failed.is_some() {
            return;
        }
        let mut written = self.out.write_all(bytes);
        if written.is_ok() && flushes {
            written = self.out.flush();
        }
        if let Err(error) = written {
            self.failed = Some(error.kind());
            self.table.fail(error.kind(), &mut || self.client.cut());
        }
    }
}

#[cfg(test)]
mod tests;
