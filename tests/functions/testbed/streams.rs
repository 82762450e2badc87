//! The streams: whole ones, those that wait for the test, and those that break off.

use std::io::Read;

use fc_runtime::Error;
use fc_runtime::http::Response;

use super::panics::Bomb;
use super::turnstile::NEXT;

/// The responses that are streams, by the one segment of their path, and what lets one of them go on.
pub(crate) fn response(name: &str) -> Result<Response, Error> {
    Ok(match name {
        "stream" => Response::stream(|out| {
            for number in 1..=3 {
                writeln!(out, "event {number}")?;
                out.flush()?;
            }
            Ok(())
        }),
        "server-sent-events" => Response::stream(|out| {
            for number in 1..=6 {
                NEXT.wait_for(number);
                write!(out, "data: {number}\n\n")?;
                out.flush()?;
            }
            Ok(())
        })
        .with_header("Content-Type", "text/event-stream")?,
        "next" => {
            NEXT.allow();
            Response::new(204)
        }
        "reader" => Response::reader(std::io::repeat(b'r').take(100_000)),
        // A status that is the client's changes nothing in a stream.
        "early-failure" => {
            Response::stream(|_| Err(Error::new("Early", "nothing yet").with_status(400)))
        }
        "early-panic" => Response::stream(|_| panic!("nothing yet")),
        "no-content-stream" => Response::stream(|out| Ok(write!(out, "unseen")?)).with_status(204),
        "broken-stream" => Response::stream(|out| {
            write!(out, "half")?;
            out.flush()?;
            Err(Error::new("Broken", "the source has dried up"))
        }),
        "panic-in-stream" => Response::stream(|out| {
            write!(out, "half")?;
            out.flush()?;
            panic!("the source has burst")
        }),
        "bomb-in-stream" => {
            let bomb = Bomb;
            Response::stream(move |out| {
                let _bomb = &bomb;
                Ok(write!(out, "whole")?)
            })
        }
        _ => Response::new(404),
    })
}
