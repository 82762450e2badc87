//! `Timestamp`, a moment as the lines of a log write it: UTC, to the millisecond.
//!
//! Owns the calendar arithmetic, so that no date library is linked for it. It must not know who prints the time.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::digits;

const SECONDS_PER_DAY: u64 = 86_400;

/// The last millisecond of the year 9999, after the epoch.
const LAST_MOMENT: Duration = Duration::from_millis(253_402_300_799_999);

/// A moment that displays as `2026-11-23T08:01:02.345Z` (RFC 3339).
///
/// Moments before 1970, which only a clock that was never set shows, display as the start of 1970. Moments after 9999,
/// for which RFC 3339 has no form, display as the end of that year.
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

    /// The displayed text, which is ASCII.
    pub(crate) fn bytes(self) -> [u8; 24] {
        let (days, hour, minute, second, millis) = parts(self.0);
        let (year, month, day) = civil_date(days);
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let places = [
            (0, 4, year),
            (5, 2, month),
            (8, 2, day),
            (11, 2, hour),
            (14, 2, minute),
            (17, 2, second),
            (20, 3, millis.into()),
        ];
        fill(&mut text, &places);
        text
    }
}

impl From<SystemTime> for Timestamp {
    fn from(time: SystemTime) -> Self {
        Self(time)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(text_of(&self.bytes()))
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

    /// Another moment.
    pub(crate) fn of(time: SystemTime) -> Self {
        Self(time)
    }

    /// What stands in the header: ASCII.
    pub(crate) fn bytes(self) -> [u8; 29] {
        let (days, hour, minute, second, _) = parts(self.0);
        let (year, month, day) = civil_date(days);
        let mut text = *b"---, 00 --- 0000 00:00:00 GMT";
        text[..3].copy_from_slice(nth(&WEEKDAYS, days % 7));
        text[8..11].copy_from_slice(nth(&MONTHS, month - 1));
        let places = [
            (5, 2, day),
            (12, 4, year),
            (17, 2, hour),
            (20, 2, minute),
            (23, 2, second),
        ];
        fill(&mut text, &places);
        text
    }
}

/// Writes numbers into a text: where each begins, how many digits it has, and the number.
fn fill(text: &mut [u8], places: &[(usize, usize, u64)]) {
    for (at, length, number) in places {
        digits::put(&mut text[*at..][..*length], *number);
    }
}

/// Text that is ASCII.
pub(crate) fn text_of(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

/// The clock that may jump while an instance is frozen: fit for showing, and for nothing that is reckoned.
#[allow(
    clippy::disallowed_methods,
    reason = "what is made of it can be shown and compared, no more"
)]
fn wall_clock() -> SystemTime {
    SystemTime::now()
}

fn nth(names: &'static [[u8; 3]], index: u64) -> &'static [u8; 3] {
    let index = usize::try_from(index).ok();
    // No day of a week and no month is beyond its list.
    index.and_then(|index| names.get(index)).unwrap_or(b"   ")
}

/// The day of the week, from that of the epoch on.
static WEEKDAYS: [[u8; 3]; 7] = [
    *b"Thu", *b"Fri", *b"Sat", *b"Sun", *b"Mon", *b"Tue", *b"Wed",
];
static MONTHS: [[u8; 3]; 12] = [
    *b"Jan", *b"Feb", *b"Mar", *b"Apr", *b"May", *b"Jun", *b"Jul", *b"Aug", *b"Sep", *b"Oct",
    *b"Nov", *b"Dec",
];

/// Days since the epoch, then hour, minute, second and millisecond of that day.
fn parts(time: SystemTime) -> (u64, u64, u64, u64, u32) {
    let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    let since_epoch = since_epoch.min(LAST_MOMENT);
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
    use super::{HttpDate, SECONDS_PER_DAY, Timestamp, civil_date, text_of};
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
    fn the_date_of_a_response_has_its_weekday() {
        let shown = |seconds| {
            let date = HttpDate(UNIX_EPOCH + Duration::from_secs(seconds));
            text_of(&date.bytes()).to_owned()
        };
        assert_eq!(shown(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(shown(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(shown(1_795_420_862), "Mon, 23 Nov 2026 08:01:02 GMT");
    }

    #[test]
    fn a_clock_beyond_the_year_9999_shows_its_end() {
        assert_eq!(shown(253_402_300_799, 998), "9999-12-31T23:59:59.998Z");
        for late in [253_402_300_800, u64::MAX >> 12] {
            assert_eq!(shown(late, 0), "9999-12-31T23:59:59.999Z");
        }
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
