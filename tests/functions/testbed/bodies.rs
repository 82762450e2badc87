//! The bodies of known length, and the work that goes on while its client may leave.

use std::io::Cursor;
use std::time::Duration;

use fc_runtime::http::{Content, Request, Response, ServerEvents};
use fc_runtime::{Client, Error, log};

use super::turnstile::NEXT;

/// How soon a silent stream beats: a test waits for the beats, and for nothing that has to come before them.
const SOON: Duration = Duration::from_millis(10);

/// The response of the one segment of a path, if it is one of these.
pub(crate) fn response(name: &str, request: &Request) -> Option<Result<Response, Error>> {
    Some(match name {
        "content" => content(request),
        "short" => Ok(Response::sized(&b"half"[..], 8)),
        "sized-failure" => Ok(Response::sized(Broken, 8)),
        "sized-and-empty" => Ok(Response::sized(&b"whole"[..], 5).with_status(204)),
        "silent" => Ok(Response::events(|events| {
            NEXT.wait_for(1);
            Ok(events.data("over")?)
        })
        .with_heartbeat(SOON, ServerEvents::COMMENT)),
        "until-the-client-leaves" => Ok(Response::stream(|out| {
            write!(out, "begun")?;
            out.flush()?;
            wait_for_end(&Client::current());
            log::info!("the work is left");
            Ok(())
        })
        .with_heartbeat(SOON, "\n")),
        "work-until-the-client-leaves" => {
            log::info!("the work is begun");
            wait_for_end(&Client::current());
            log::info!("the work is left");
            Ok(Response::new(204))
        }
        _ => return None,
    })
}

fn content(request: &Request) -> Result<Response, Error> {
    let content = Content::new(Cursor::new("0123456789"))?.with_etag("\"v1\"")?;
    content.answer(request)
}

fn wait_for_end(client: &Client) {
    while !client.has_left() {
        std::thread::yield_now();
    }
}

/// A source that fails before its first byte.
struct Broken;

impl std::io::Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
        Err(std::io::Error::other("dried up"))
    }
}
