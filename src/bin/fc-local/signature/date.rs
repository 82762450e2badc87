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
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{Refusal, check_at};

    #[test]
    fn a_date_may_be_15_minutes_off_on_either_side_and_no_second_more() {
        // 2026-01-01T00:00:00Z
        let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
        for (date, fits) in [
            ("Thu, 01 Jan 2026 00:15:00 GMT", true),
            ("Thu, 01 Jan 2026 00:15:01 GMT", false),
            ("2025-12-31T23:45:00Z", true),
            ("2025-12-31T23:44:59Z", false),
            ("2020-01-01T00:00:00Z", false),
        ] {
            assert_eq!(check_at(date, now).is_ok(), fits, "{date}");
        }
        let said = check_at("2020-01-01T00:00:00Z", now).expect_err("refused");
        assert!(
            said.to_string().contains("'2020-01-01T00:00:00Z'")
                && said.to_string().contains("'Thu, 01 Jan 2026 00:00:00 GMT'"),
            "both clocks: {said}"
        );
        let none = check_at("yesterday", now);
        assert_eq!(none, Err(Refusal::NoDate("yesterday".to_owned())));
    }
}
