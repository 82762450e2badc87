//! How a call is shown: as `fun invoke` shows it to people; to a pipe the result alone, and the rest on stderr.

use std::io::{self, IsTerminal};

use hyper::body::Bytes;
use hyper::http::response;

use crate::output::{self, GREEN, YELLOW, paint};
use crate::platform::log::CallLog;

/// Where results and the rest go.
#[derive(Debug, Clone, Copy)]
pub(super) struct View {
    /// The result goes to stdout, everything else to stderr.
    split: bool,
    /// Whether titles are coloured where they go.
    colour: bool,
    /// Whether each result has its own line; a single one in a pipe stays as it is, byte for byte.
    lines: bool,
}

/// A call as it is shown: log and titles, then what the function returned.
#[derive(Debug, Default)]
pub(super) struct Shown {
    notes: Vec<u8>,
    result: Option<Bytes>,
}

impl View {
    /// The view that the options ask for, of so many calls.
    pub(super) fn of(quiet: bool, calls: usize) -> Self {
        let people = io::stdout().is_terminal();
        let split = quiet || !people;
        Self {
            split,
            colour: if split {
                io::stderr().is_terminal()
            } else {
                people
            },
            lines: people || calls > 1,
        }
    }

    /// An event's log and result.
    pub(super) fn event(self, log: &[u8], body: &Bytes) -> Shown {
        let mut shown = self.log(log);
        self.add_title(&mut shown.notes);
        shown.result = Some(body.clone());
        shown
    }

    /// The log of an HTTP call, and its answer under the same title: status line, headers, body.
    pub(super) fn http(self, log: &[u8], head: &response::Parts, body: &Bytes) -> Shown {
        let mut shown = self.log(log);
        let notes = &mut shown.notes;
        self.add_title(notes);
        notes.extend_from_slice(status_line(head).as_bytes());
        for (name, value) in &head.headers {
            notes.extend_from_slice(format!("{name}: ").as_bytes());
            notes.extend_from_slice(value.as_bytes());
            notes.push(b'\n');
        }
        notes.push(b'\n');
        shown.result = Some(body.clone());
        shown
    }

    /// A log alone ([contract §6](crate::check::sections::SECTIONS#6)).
    pub(super) fn log(self, log: &[u8]) -> Shown {
        self.titled_log("invoke", log)
    }

    /// What was logged before the first call, where that has its own log.
    pub(super) fn start(self, log: &[u8]) -> Shown {
        self.titled_log("start", log)
    }

    /// Shows one.
    pub(super) fn print(self, shown: &Shown) -> io::Result<()> {
        if self.split {
            output::print_aside(&shown.notes);
        } else {
            output::print(&shown.notes)?;
        }
        let Some(result) = &shown.result else {
            return Ok(());
        };
        output::print(result)?;
        if self.lines {
            output::print(b"\n")?;
        }
        Ok(())
    }

    /// Shows what is no result.
    pub(super) fn print_note(self, text: &str) -> io::Result<()> {
        self.print(&Shown {
            notes: text.as_bytes().to_vec(),
            result: None,
        })
    }

    fn titled_log(self, what: &str, log: &[u8]) -> Shown {
        let title = |edge: &str| {
            let text = format!("========= FC {what} Logs {edge} =========");
            paint(&text, YELLOW, self.colour)
        };
        let mut notes = format!("{}\n", title("begin")).into_bytes();
        notes.extend_from_slice(log);
        notes.extend_from_slice(format!("\n{}\n\n", title("end")).as_bytes());
        Shown {
            notes,
            result: None,
        }
    }

    fn add_title(self, notes: &mut Vec<u8>) {
        let title = paint("FC Invoke Result:", GREEN, self.colour);
        notes.extend_from_slice(format!("{title}\n").as_bytes());
    }
}

/// A log as it is shown: with a word on what was not kept of it.
pub(super) fn whole(log: CallLog) -> Vec<u8> {
    if log.dropped_bytes == 0 {
        return log.tail;
    }
    let note = format!(
        "fc-local: {} bytes of log before this are not shown\n",
        log.dropped_bytes
    );
    [note.into_bytes(), log.tail].concat()
}

/// The status with its usual words, whether the function wrote any or not.
fn status_line(head: &response::Parts) -> String {
    let words = head
        .status
        .canonical_reason()
        .map(|words| format!(" {words}"));
    format!(
        "{:?} {}{}\n",
        head.version,
        head.status.as_u16(),
        words.unwrap_or_default()
    )
}
