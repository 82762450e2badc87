//! Owns what a server is asked, one request after the other, and whether it was answered. Knows no socket.

use fastrand::Rng;

use crate::agent::invoke_request;
use crate::events::{Events, Handler};
use crate::http::{Answer, BadAnswer};
use crate::mcp;

/// A request, and what is right as its answer.
#[derive(Debug, Clone)]
pub struct Question {
    request: Vec<u8>,
    right: Right,
}

#[derive(Debug, Clone)]
enum Right {
    /// The event itself.
    Same(Vec<u8>),
    /// The result of a message.
    Mcp(mcp::Right),
}

impl Question {
    /// An event that is to come back.
    pub fn echo(event: Vec<u8>) -> Self {
        Self {
            request: invoke_request(&event),
            right: Right::Same(event),
        }
    }

    /// What is sent.
    pub fn request(&self) -> &[u8] {
        &self.request
    }

    /// That this is the answer.
    ///
    /// # Errors
    /// When it is another one.
    pub fn check(&self, answer: &Answer) -> Result<(), BadAnswer> {
        match &self.right {
            Right::Same(event) => answer.verify(event),
            Right::Mcp(right) => right.check(answer),
        }
    }
}

impl From<mcp::Asked> for Question {
    fn from((request, right): mcp::Asked) -> Self {
        Self {
            request,
            right: Right::Mcp(right),
        }
    }
}

/// The questions of a measurement, each of which is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Questions {
    /// Events.
    Events(Events),
    /// The list of tools.
    List,
    /// Calls of a tool.
    Calls,
}

impl Questions {
    /// Events of so many bytes that are to come back.
    pub fn echo(bytes: usize) -> Self {
        Self::Events(Events::echo(bytes))
    }

    /// What a server with this handler is asked; `steps` burn the time of one that does.
    pub fn of(handler: Handler, bytes: usize, steps: u64) -> Self {
        match handler {
            Handler::Tool => Self::Calls,
            _ => Self::Events(Events::work(handler, bytes, steps)),
        }
    }

    /// The next one.
    pub fn next(&self, rng: &mut Rng) -> Question {
        match self {
            Self::Events(events) => Question::echo(events.next(rng)),
            Self::List => mcp::list(rng).into(),
            Self::Calls => mcp::forecast(rng).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_answered_by_itself_alone() {
        let question = Questions::echo(20).next(&mut Rng::with_seed(1));
        let answer = |body: &[u8]| Answer {
            status: 200,
            body: body.to_vec(),
            keep_alive: true,
        };
        let event = &question.request()[question.request().len() - 20..];
        assert_eq!(question.check(&answer(event)), Ok(()));
        assert!(question.check(&answer(b"other")).unwrap_err().is_wrong());
    }

    #[test]
    fn a_tool_is_called_and_other_handlers_get_events() {
        assert_eq!(Questions::of(Handler::Tool, 9, 1), Questions::Calls);
        assert_eq!(Questions::of(Handler::Echo, 9, 1), Questions::echo(9));
    }
}
