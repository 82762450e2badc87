//! When a timer trigger fires: `@every 5m`, or a cron expression of six fields, with `CRON_TZ=…` before it for another time
//! zone than UTC.
//!
//! It must not know what is fired, nor which time it is.

mod cron;

use std::time::{Duration, SystemTime};

use cron::Cron;

/// What an interval begins with.
const EVERY: &str = "@every";

/// A timer fires at most once a minute.
const INTERVAL_LEAST: Duration = Duration::from_secs(60);

/// The units of an interval, each with its seconds.
const UNITS: [(char, f64); 3] = [('h', 3600.0), ('m', 60.0), ('s', 1.0)];

/// The longest interval in seconds: a century, so that no sum of times overflows.
const INTERVAL_SECONDS_MAX: f64 = 100.0 * 366.0 * 86_400.0;

/// When a timer fires.
#[derive(Debug, Clone)]
pub(crate) enum Schedule {
    /// Again and again after this time.
    Every(Duration),
    /// At these times of the calendar.
    Calendar(Box<Cron>),
}

impl Schedule {
    /// Reads a `cronExpression`.
    ///
    /// # Errors
    ///
    /// A sentence that names what is wrong, and what it may be.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        match text.trim().strip_prefix(EVERY) {
            Some(interval) => interval_of(interval.trim()).map(Self::Every),
            None => Cron::parse(text.trim()).map(|cron| Self::Calendar(Box::new(cron))),
        }
    }

    /// The first time after this one; none if there is no such time, as on the 31st of February.
    pub(crate) fn next(&self, after: SystemTime) -> Option<SystemTime> {
        match self {
            Self::Every(interval) => after.checked_add(*interval),
            Self::Calendar(cron) => cron.next(after),
        }
    }
}

fn interval_of(text: &str) -> Result<Duration, String> {
    let wrong =
        || format!("'{EVERY} {text}' is not an interval: write '{EVERY} 5m' or '{EVERY} 1h30m'");
    let (mut seconds, mut rest) = (0.0, text);
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.');
        let end = end.ok_or_else(wrong)?;
        let number: f64 = rest[..end].parse().map_err(|_| wrong())?;
        let unit = rest[end..].chars().next().ok_or_else(wrong)?;
        let (_, scale) = UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .ok_or_else(wrong)?;
        seconds += number * scale;
        rest = &rest[end + unit.len_utf8()..];
    }
    if seconds > INTERVAL_SECONDS_MAX || text.is_empty() {
        return Err(wrong());
    }
    let interval = Duration::from_secs_f64(seconds);
    if interval < INTERVAL_LEAST {
        Err(format!(
            "'{EVERY} {text}' is too short: a timer fires at most once a minute"
        ))
    } else {
        Ok(interval)
    }
}

#[cfg(test)]
mod tests;
