//! `Timestamp`, a moment as the lines of a log write it: UTC, to the millisecond.
//!
//! Owns the calendar arithmetic, so that no date library is linked for it. It must not know who prints the time.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const SECONDS_PER_DAY: u64 = 86_400;

/// A moment that displays as `2026-11-23T08:01:02.345Z` (RFC 3339).
///
/// Moments before 1970 display as the start of 1970, which only a clock that was never set shows.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use fc_runtime::Timestamp;
///
/// let moment = Timestamp::from(UNIX_EPOCH + Duration::from_millis(1_795_420_862_345));
/// assert_eq!(moment.to_string(), "2026-11-23T08:01:02.345Z");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(SystemTime);

impl Timestamp {
    /// This moment by the wall clock.
    pub fn now() -> Self {
        Self(wall_clock())
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(time)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, hour, minute, second, millis) = parts(self.0);
        let (year, month, day) = civil_date(days);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z"
        )
    }
}

/// A moment that displays as `Mon, 23 Nov 2026 08:01:02 GMT`, the form of the `Date` header (RFC 9110 §5.6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HttpDate(SystemTime);

impl HttpDate {
    /// This moment by the wall clock.
    pub(crate) fn now() -> Self {
        Self(wall_clock())
    }
}

impl fmt::Display for HttpDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, hour, minute, second, _) = parts(self.0);
        let (year, month, day) = civil_date(days);
        let (weekday, month) = (nth(&WEEKDAYS, days % 7), nth(&MONTHS, month - 1));
        write!(
            f,
            "{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT"
        )
    }
}

/// The clock that may jump while an instance is frozen: fit for showing, and for nothing that is reckoned.
#[allow(
    clippy::disallowed_methods,
    reason = "what is made of it can be shown and compared, no more"
)]
fn wall_clock() -> SystemTime {
    SystemTime::now()
}

fn nth(names: &[&'static str], index: u64) -> &'static str {
    usize::try_from(index)
        .ok()
        .and_then(|index| names.get(index))
        .copied()
        .unwrap_or_default()
}

/// The day of the week, from that of the epoch on.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Days since the epoch, then hour, minute, second and millisecond of that day.
fn parts(time: SystemTime) -> (u64, u64, u64, u64, u32) {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let (seconds, second) = (
        since_epoch.as_secs(),
        since_epoch.as_secs() % SECONDS_PER_DAY,
    );
    (
        seconds / SECONDS_PER_DAY,
        second / 3600,
        second / 60 % 60,
        second % 60,
        since_epoch.subsec_millis(),
    )
}

/// Year, month and day of the day that lies `days` after 1970-01-01 in the Gregorian calendar.
///
/// Counting in years that begin in March puts the leap day last, which makes every month's start a plain formula.
fn civil_date(days: u64) -> (u64, u64, u64) {
    const DAYS_PER_ERA: u64 = 146_097; // 400 years
    const MARCH_OF_YEAR_0_TO_1970: u64 = 719_468;
    let days = days + MARCH_OF_YEAR_0_TO_1970;
    let (era, day_of_era) = (days / DAYS_PER_ERA, days % DAYS_PER_ERA);
    let leap_days = day_of_era / 1_460 + day_of_era / 146_096;
    let year_of_era = (day_of_era + day_of_era / 36_524 - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{HttpDate, SECONDS_PER_DAY, Timestamp, civil_date};
    use std::time::{Duration, UNIX_EPOCH};

    fn shown(seconds: u64, millis: u64) -> String {
        Timestamp::from(UNIX_EPOCH + Duration::from_millis(seconds * 1000 + millis)).to_string()
    }

    #[test]
    fn known_moments_read_as_the_calendar_has_them() {
        assert_eq!(shown(0, 0), "1970-01-01T00:00:00.000Z");
        assert_eq!(shown(951_782_399, 999), "2000-02-28T23:59:59.999Z");
        assert_eq!(shown(951_782_400, 7), "2000-02-29T00:00:00.007Z");
        assert_eq!(shown(4_107_542_399, 0), "2100-02-28T23:59:59.000Z");
        assert_eq!(shown(4_107_542_400, 0), "2100-03-01T00:00:00.000Z");
    }

    #[test]
    fn every_day_of_five_centuries_follows_the_one_before() {
        let length = |year: u64, month| match month {
            2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        let mut expected = (1970, 1, 1);
        for day in 0..500 * 365 {
            assert_eq!(civil_date(day), expected, "day {day}");
            expected = match expected {
                (year, 12, 31) => (year + 1, 1, 1),
                (year, month, day) if day == length(year, month) => (year, month + 1, 1),
                (year, month, day) => (year, month, day + 1),
            };
        }
    }

    #[test]
    fn the_date_of_an_answer_has_its_weekday() {
        let shown = |seconds| HttpDate(UNIX_EPOCH + Duration::from_secs(seconds)).to_string();
        assert_eq!(shown(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(shown(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(shown(1_795_420_862), "Mon, 23 Nov 2026 08:01:02 GMT");
    }

    #[test]
    fn a_clock_before_1970_still_has_a_time() {
        let before = UNIX_EPOCH - Duration::from_secs(SECONDS_PER_DAY);
        assert_eq!(
            Timestamp::from(before).to_string(),
            "1970-01-01T00:00:00.000Z"
        );
    }
}
