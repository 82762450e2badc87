//! When a request was signed: a signature that is old or from the future is refused, so that none can be used for ever.

use std::time::{Duration, SystemTime};

use super::refusal::Refusal;

/// How far the date of a signed request may be off, of both generations and the package store
/// ([contract §3.3](crate::check::sections::SECTIONS#3.3)).
const SKEW: Duration = Duration::from_secs(15 * 60);

/// Checks the date of a signed request, as HTTP or as ISO 8601 writes it.
pub(super) fn check(date: &str) -> Result<(), Refusal> {
    check_at(date, SystemTime::now())
}

fn check_at(date: &str, now: SystemTime) -> Result<(), Refusal> {
    let time = read(date).ok_or_else(|| Refusal::NoDate(date.to_owned()))?;
    let off = now
        .duration_since(time)
        .unwrap_or_else(|later| later.duration());
    if off <= SKEW {
        return Ok(());
    }
    Err(Refusal::OtherTime {
        date: date.to_owned(),
        now,
    })
}

fn read(date: &str) -> Option<SystemTime> {
    let iso = || humantime::parse_rfc3339(date).ok();
    httpdate::parse_http_date(date).ok().or_else(iso)
}

#[cfg(test)]
mod tests;
