//! The configured health check of a new instance: a `GET` that has to succeed before the first call.
//!
//! What the request carries is not known ([contract §1.3](crate::check::sections::SECTIONS#1.3)); here it has no header of the
//! platform. It must not know how an instance is started, nor what is done with one that fails.

use std::fmt;
use std::net::SocketAddr;

use hyper::Request;
use hyper::header::HOST;
use tokio::time::{Instant, sleep, timeout};

use crate::function::HealthCheck;
use crate::platform::body::BoxError;
use crate::platform::connections::{Connections, Outgoing};

/// The statuses of a healthy instance.
const SOUND: std::ops::Range<u16> = 200..400;

/// An instance that is not healthy.
#[derive(Debug)]
pub(crate) struct Unhealthy {
    path: String,
    /// How many checks in a row have failed; none if the time ran out before.
    failures: u64,
    last: String,
}

impl fmt::Display for Unhealthy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, failures, last) = (&self.path, self.failures, &self.last);
        write!(
            f,
            "GET {path} failed {failures} times in a row, at last with {last}"
        )
    }
}

impl std::error::Error for Unhealthy {}

/// Checks until the instance is healthy, or is not, or the time is over.
pub(super) async fn wait(
    check: &HealthCheck,
    address: SocketAddr,
    deadline: Instant,
) -> Result<(), Unhealthy> {
    sleep(check.initial_delay).await;
    let (mut successes, mut failures) = (0, 0);
    loop {
        let last = match ask(check, address).await {
            Ok(()) => {
                (successes, failures) = (successes + 1, 0);
                String::new()
            }
            Err(error) => {
                (successes, failures) = (0, failures + 1);
                error.to_string()
            }
        };
        if successes >= check.successes {
            return Ok(());
        }
        let is_late = Instant::now() + check.period > deadline;
        if failures >= check.failures || is_late {
            return Err(Unhealthy {
                path: check.path.clone(),
                failures,
                last,
            });
        }
        sleep(check.period).await;
    }
}

/// One check, over its own connection.
async fn ask(check: &HealthCheck, address: SocketAddr) -> Result<(), BoxError> {
    let request = Request::get(&check.path).header(HOST, address.to_string());
    let (parts, ()) = request.body(())?.into_parts();
    let connections = Connections::to(address);
    let sending = connections.send(Outgoing::without_body(&parts));
    let sent = timeout(check.timeout, sending).await;
    let seconds = check.timeout.as_secs();
    let (head, _) = sent.map_err(|_| format!("no response in {seconds} s"))??;
    let status = head.status;
    if SOUND.contains(&status.as_u16()) {
        Ok(())
    } else {
        Err(format!("the status {status}").into())
    }
}
