//! What the options of `fc-local invoke` ask for, call by call, and which body each must have.
//!
//! It makes no call.

use hyper::StatusCode;
use hyper::http::request;

use crate::cmd::invoke::args::InvokeArgs;
use crate::cmd::invoke::error::InvokeError;
use crate::cmd::invoke::input;
use crate::platform::agent::Payload;

/// The first status that says that the client is wrong, and that the server is.
const CLIENT_ERROR: u16 = 400;
const SERVER_ERROR: u16 = 500;

/// A call as it was asked for.
#[derive(Debug, Clone)]
pub(in crate::cmd::invoke) struct Job {
    /// How messages name it, and its answer.
    pub(super) name: String,
    answer: String,
    pub(super) request: Request,
    /// The body that must come.
    expected: Option<String>,
    /// The least status that is wrong.
    wrong_from: u16,
}

#[derive(Debug, Clone)]
pub(super) enum Request {
    Event(Payload),
    Http(Box<request::Parts>, Payload),
}

/// The calls of one round: the events, then the HTTP requests.
pub(in crate::cmd::invoke) fn jobs(args: &InvokeArgs) -> Result<Vec<Job>, InvokeError> {
    let events = input::events(args)?;
    let requests = input::http_requests(args)?;
    let expected = input::expectations(args, events.len())?;
    let many = events.len() > 1;
    let event_jobs = events.into_iter().enumerate().map(|(index, event)| {
        let name = match event.origin.filter(|_| many) {
            None if !many => "the event call".to_owned(),
            None => format!("event call {}", index + 1),
            Some(origin) => format!("event call {} ({origin})", index + 1),
        };
        let answer = if many {
            format!("the result of {name}")
        } else {
            "the event result".to_owned()
        };
        Job {
            name,
            answer,
            request: Request::Event(event.payload),
            expected: expected.event(index),
            wrong_from: SERVER_ERROR,
        }
    });
    let http_jobs = requests
        .into_iter()
        .enumerate()
        .map(|(index, (head, body))| Job {
            name: format!("{} {}", head.method, head.uri),
            answer: format!("the response to {} {}", head.method, head.uri),
            request: Request::Http(Box::new(head), body),
            expected: expected.http(index),
            wrong_from: if args.fail {
                CLIENT_ERROR
            } else {
                SERVER_ERROR
            },
        });
    Ok(event_jobs.chain(http_jobs).collect())
}

impl Job {
    /// What is wrong with the status of a response.
    pub(super) fn wrong_status(&self, status: StatusCode) -> Option<String> {
        let is_wrong = status.as_u16() >= self.wrong_from;
        is_wrong.then(|| format!("{} was answered with {status}", self.name))
    }

    /// What is wrong with the body that came.
    pub(super) fn wrong_text(&self, body: &[u8]) -> Option<String> {
        let expected = self.expected.as_ref()?;
        (expected.as_bytes() != body).then(|| {
            let (answer, found) = (&self.answer, String::from_utf8_lossy(body));
            format!("{answer} is {found:?}, not {expected:?}")
        })
    }
}
