//! The books of the requests: each that was asked has one end, and an end that is no response has a cause.
//!
//! They must not know what a request says, nor how a cause comes about.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::time::Instant;

use super::table::{Table, Tally};

/// What may cost others their responses, while it lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The server was killed, and there is none until the next one has started.
    ServerKilled,
    /// The server ends as it should: it takes no new request.
    ServerStopped,
    /// An instance of the server was killed.
    InstanceKilled,
    /// The disk is full.
    DiskFull,
}

const CAUSES: usize = 4;

/// How a request has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum End {
    /// With the whole response that belongs to it.
    Answered,
    /// Its own client has left it.
    Left,
    /// It was never sent: its connection was one to a server that had ended.
    Unsent,
    /// Without a whole response, which only one of these causes may bring about.
    Broken { how: String, by: &'static [Cause] },
    /// With a refusal of this kind, which only one of these causes may bring about.
    Refused {
        kind: &'static str,
        how: String,
        by: &'static [Cause],
    },
    /// With a refusal of this kind, for which the load is cause enough.
    Declined(&'static str),
    /// With something that is never right: silence, or what belongs to another.
    Wrong(String),
}

/// A request that has no end yet.
#[derive(Debug)]
pub(crate) struct Open {
    number: usize,
    /// How often each cause was over when it began.
    over: [u64; CAUSES],
}

impl Open {
    pub(crate) fn number(&self) -> usize {
        self.number
    }
}

/// How often a cause has begun, and how often it was over.
#[derive(Debug, Default)]
struct Mark {
    begun: AtomicU64,
    over: AtomicU64,
}

/// The row of whole responses.
const RESPONSES: &str = "responses";

/// The most lines about what is wrong that are kept: the first ones say what it is.
const LINES: usize = 20;

#[derive(Debug, Default)]
pub(crate) struct Book {
    asked: AtomicU64,
    marks: [Mark; CAUSES],
    declined: AtomicU64,
    ends: Tally,
    troubles: Tally,
    /// What was done last, and when: what is wrong mostly comes from it.
    last: Mutex<Option<(String, Instant)>>,
    wrong: Mutex<Vec<String>>,
}

impl Book {
    /// Begins a request, and gives it its number.
    pub(crate) fn open(&self) -> Open {
        let number = self.asked.fetch_add(1, SeqCst);
        Open {
            number: usize::try_from(number).expect("few requests"),
            over: std::array::from_fn(|cause| self.marks[cause].over.load(SeqCst)),
        }
    }

    /// Ends a request.
    #[allow(
        clippy::needless_pass_by_value,
        reason = "nobody is to end it a second time"
    )]
    pub(crate) fn close(&self, open: Open, end: End) {
        let (row, by, how) = match end {
            End::Answered => return self.ends.count(RESPONSES),
            End::Left => return self.ends.count("left by their own client"),
            End::Unsent => return self.ends.count("not sent, because the server had ended"),
            End::Declined(kind) => {
                self.declined.fetch_add(1, SeqCst);
                return self.ends.count(&format!("refused: {kind}"));
            }
            End::Broken { how, by } => ("broken connections".to_owned(), by, how),
            End::Refused { kind, how, by } => (format!("refused: {kind}"), by, how),
            End::Wrong(how) => ("wrong".to_owned(), &[][..], how),
        };
        let Open { number, over } = open;
        if !by.iter().any(|cause| self.has_begun(*cause, &over)) {
            self.note(format!(
                "request {number} has no response without a cause: {how}"
            ));
        }
        self.ends.count(&row);
    }

    /// A cause begins, before its first effect.
    pub(crate) fn begin(&self, cause: Cause) {
        self.marks[cause as usize].begun.fetch_add(1, SeqCst);
    }

    /// A cause is over: what begins from now on does not suffer from it.
    pub(crate) fn end(&self, cause: Cause) {
        self.marks[cause as usize].over.fetch_add(1, SeqCst);
    }

    /// Somebody is about to disturb.
    pub(crate) fn trouble(&self, name: &str) {
        self.troubles.count(name);
        let mut last = self.last.lock().expect("no panic while it is held");
        *last = Some((name.to_owned(), Instant::now()));
    }

    /// Something is wrong.
    pub(crate) fn note(&self, mut line: String) {
        let last = self.last.lock().expect("no panic while it is held");
        if let Some((name, since)) = last.as_ref() {
            line += &format!(
                " ({} ms after the last of: {name})",
                since.elapsed().as_millis()
            );
        }
        let mut wrong = self.wrong.lock().expect("no panic while it is held");
        if wrong.len() < LINES {
            wrong.push(line);
        }
    }

    /// The figures, and each line that does not balance.
    pub(crate) fn balance(&self, table: &mut Table) -> Vec<String> {
        let asked = self.asked.load(SeqCst);
        table.row("requests", asked);
        self.ends.show(table);
        self.troubles.show(table);
        let mut lines = self
            .wrong
            .lock()
            .expect("no panic while it was held")
            .clone();
        let (answered, declined) = (self.ends.of(RESPONSES), self.declined.load(SeqCst));
        if declined > answered {
            lines.push(format!(
                "the load cost {declined} requests their responses, and {answered} have theirs"
            ));
        }
        let ended = self.ends.total();
        if ended != asked {
            lines.push(format!("{asked} requests were asked, {ended} have an end"));
        }
        lines
    }

    /// Whether a cause lasts, or has begun, since so many of each were over.
    fn has_begun(&self, cause: Cause, over: &[u64; CAUSES]) -> bool {
        self.marks[cause as usize].begun.load(SeqCst) > over[cause as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::Table;
    use super::{Book, Cause, End};

    fn lines(book: &Book) -> Vec<String> {
        book.balance(&mut Table::default())
    }

    fn broken() -> End {
        End::Broken {
            how: "reset".to_owned(),
            by: &[Cause::ServerKilled],
        }
    }

    #[test]
    fn a_book_of_responses_and_of_clients_that_left_balances() {
        let book = Book::default();
        for end in [End::Answered, End::Left, End::Declined("429")] {
            book.close(book.open(), end);
        }
        assert_eq!(lines(&book), Vec::<String>::new());
    }

    #[test]
    fn a_server_that_declines_more_than_it_answers_does_not_balance() {
        let book = Book::default();
        for end in [End::Answered, End::Declined("429"), End::Declined("503")] {
            book.close(book.open(), end);
        }
        assert_eq!(lines(&book).len(), 1, "{:?}", lines(&book));
    }

    #[test]
    fn a_request_without_an_end_is_named() {
        let book = Book::default();
        let _ = book.open();
        assert_eq!(lines(&book), ["1 requests were asked, 0 have an end"]);
    }

    #[test]
    fn what_is_never_right_is_named_whatever_else_happens() {
        let book = Book::default();
        book.begin(Cause::ServerKilled);
        book.close(
            book.open(),
            End::Wrong("the response of another".to_owned()),
        );
        let lines = lines(&book);
        assert!(lines[0].ends_with("the response of another"), "{lines:?}");
    }

    #[test]
    fn a_broken_connection_needs_a_cause_that_lasts_while_it_is_open() {
        let book = Book::default();
        let before = book.open();
        book.begin(Cause::ServerKilled);
        book.close(before, broken());
        let during = book.open();
        book.end(Cause::ServerKilled);
        book.close(during, broken());
        assert_eq!(lines(&book), Vec::<String>::new());
        let other = End::Broken {
            how: "reset".to_owned(),
            by: &[Cause::DiskFull],
        };
        for end in [broken(), other] {
            book.close(book.open(), end);
        }
        assert_eq!(lines(&book).len(), 2, "{:?}", lines(&book));
    }
}
