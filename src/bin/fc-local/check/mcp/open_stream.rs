//! A stream that is read as long as somebody wants, where a request has no response for long.
//!
//! It judges nothing.

use std::time::{Duration, Instant};

use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::timeout;

use super::ask::Ask;
use super::caller::Caller;
use super::reply::{EVENTS, Reply};
use crate::check::client::{NoResponse, Wire};
use crate::facts::limit;

/// What has come of a reply so far. Its connection is closed when this is dropped.
pub(super) struct OpenStream {
    pub(super) reply: Reply,
    incoming: Incoming,
    _wire: Wire,
}

impl OpenStream {
    /// Asks on its own connection, and reads the head.
    pub(super) async fn open(caller: &Caller, ask: &Ask) -> Result<Self, NoResponse> {
        let mut wire = caller.connect().await?;
        let opened = caller.open_on(&mut wire, ask).await?;
        let (head, incoming) = opened.response.into_parts();
        let reply = Reply {
            status: head.status.as_u16(),
            headers: head.headers,
            body: Vec::new(),
            ended: false,
            head_after: Duration::ZERO,
            after: Duration::ZERO,
        };
        Ok(Self {
            reply,
            incoming,
            _wire: wire,
        })
    }

    pub(super) fn is_stream(&self) -> bool {
        self.reply.status == 200 && self.reply.kind() == EVENTS
    }

    /// Reads until this holds, the reply has ended, or so much time has passed.
    pub(super) async fn read(&mut self, patience: Duration, is_enough: fn(&Reply) -> bool) {
        let until = Instant::now() + patience;
        while !is_enough(&self.reply) && !self.reply.ended {
            let left = until.saturating_duration_since(Instant::now());
            let Ok(frame) = timeout(left, self.incoming.frame()).await else {
                return;
            };
            let data = frame
                .and_then(Result::ok)
                .and_then(|it| it.into_data().ok());
            // A broken connection is an end, too; trailers are none that matters.
            self.reply.ended = data.is_none();
            self.reply.body.extend(data.unwrap_or_default());
            self.reply.ended |= self.reply.body.len() > limit::RESPONSE_BODY_BYTES;
        }
    }
}
