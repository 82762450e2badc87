//! The start: the port, and where it can be reached from ([contract §4.1](crate::check::sections::SECTIONS#4.1),
//! [§4.2](crate::check::sections::SECTIONS#4.2)).

use std::net::Ipv4Addr;
use std::time::Instant;

use crate::check::bench::Bench;
use crate::check::row::Outcome;
use crate::check::specs::{ALL_INTERFACES, PORT};
use crate::platform::spawn::StartError;

/// Whether it started, so that the rest can be tried.
pub(in crate::check) async fn judge(bench: &mut Bench<'_>) -> bool {
    let began = Instant::now();
    match bench.start().await {
        Ok(()) => {
            bench.record(&PORT, listens(began));
            bench.record(&ALL_INTERFACES, Outcome::pass("accepted on 127.0.0.2"));
            true
        }
        Err(StartError::LoopbackOnly { .. }) => only_loopback(bench).await,
        Err(error) => {
            bench.record(&PORT, Outcome::fail(error.to_string()));
            false
        }
    }
}

/// Goes on where the server is, so that the other rows are judged all the same.
async fn only_loopback(bench: &mut Bench<'_>) -> bool {
    let refused = "refused on 127.0.0.2, accepted on 127.0.0.1: it has to bind 0.0.0.0; the rows below ask 127.0.0.1";
    bench.record(&ALL_INTERFACES, Outcome::fail(refused));
    bench.target = Ipv4Addr::LOCALHOST;
    let began = Instant::now();
    let started = bench.start().await;
    let outcome = started.as_ref().map_or_else(
        |error| Outcome::fail(error.to_string()),
        |()| listens(began),
    );
    bench.record(&PORT, outcome);
    started.is_ok()
}

fn listens(began: Instant) -> Outcome {
    Outcome::pass(format!("after {} ms", began.elapsed().as_millis()))
}
