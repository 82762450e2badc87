//! A cron expression: second, minute, hour, day of the month, month, day of the week.

use std::ops::RangeInclusive;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tz::datetime::FoundDateTimeKind;
use tz::{DateTime, TimeZone, UtcDateTime};

/// What goes before the fields to name a time zone.
const ZONE: &str = "CRON_TZ=";

const DAY_SECONDS: i64 = 86_400;

/// How far ahead a time is looked for: February the 29th comes every eight years at the latest.
const DAYS_AHEAD: i64 = 8 * 366;

const MONTHS: [&str; 12] = [
    "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC",
];
/// From 0, which 7 is as well.
const DAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

/// The times of the calendar at which a timer fires.
#[derive(Debug, Clone)]
pub(crate) struct Cron {
    second: u8,
    minutes: Field,
    hours: Field,
    month_days: Field,
    months: Field,
    week_days: Field,
    zone: TimeZone,
}

/// The values of a field.
#[derive(Debug, Clone, Copy)]
struct Field {
    /// A bit for each value.
    values: u64,
    /// Whether it says nothing: `*` or `?`.
    is_any: bool,
}

/// A name for each value, from this value on.
#[derive(Clone, Copy)]
struct Kind {
    what: &'static str,
    range: (u8, u8),
    names: &'static [&'static str],
    first_name: u8,
}

impl Cron {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (zone, fields) = match text.strip_prefix(ZONE) {
            Some(rest) => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
            None => ("", text),
        };
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let [second, minute, hour, month_day, month, week_day] = fields[..] else {
            return Err(format!(
                "'{text}' is not a cron expression: it has six fields, second, minute, hour, day of the month, month and day \
                 of the week, as in '0 30 8 * * MON-FRI'"
            ));
        };
        let second = second.parse().ok().filter(|second| *second < 60);
        let second = second.ok_or_else(|| {
            "the second of a cron expression is one number from 0 to 59: a timer fires at most once a minute".to_owned()
        })?;
        let number = |what, first, last| Kind {
            what,
            range: (first, last),
            names: &[],
            first_name: 0,
        };
        let months = Kind {
            names: &MONTHS,
            first_name: 1,
            ..number("month", 1, 12)
        };
        let week_days = Kind {
            names: &DAYS,
            ..number("day of the week", 0, 7)
        };
        Ok(Self {
            second,
            minutes: Field::parse(minute, number("minute", 0, 59))?,
            hours: Field::parse(hour, number("hour", 0, 23))?,
            month_days: Field::parse(month_day, number("day of the month", 1, 31))?,
            months: Field::parse(month, months)?,
            week_days: Field::parse(week_day, week_days)?.with_both_sundays(),
            zone: zone_of(zone)?,
        })
    }

    pub(super) fn next(&self, after: SystemTime) -> Option<SystemTime> {
        let after = after.duration_since(UNIX_EPOCH).ok()?.as_secs();
        let after = i64::try_from(after).ok()?;
        let local = DateTime::from_timespec(after, 0, self.zone.as_ref()).ok()?;
        let offset = i64::from(local.local_time_type().ut_offset());
        // A change of the zone's offset may bring the day before back.
        let today = (after + offset).div_euclid(DAY_SECONDS) - 1;
        let mut days = today..today + DAYS_AHEAD;
        let next = days.find_map(|day| self.first_of(day, after))?;
        Some(UNIX_EPOCH + Duration::from_secs(u64::try_from(next).ok()?))
    }

    /// The first time of a day of the calendar, by its number since 1970, that is later than this.
    fn first_of(&self, day: i64, after: i64) -> Option<i64> {
        let date = UtcDateTime::from_timespec(day * DAY_SECONDS, 0).ok()?;
        if !self.has_day(&date) {
            return None;
        }
        let hours = self.hours.within(0..=23);
        let times = hours.flat_map(|hour| {
            let minutes = self.minutes.within(0..=59);
            minutes.map(move |minute| (hour, minute))
        });
        times
            .flat_map(|(hour, minute)| self.moments(&date, hour, minute))
            .filter(|moment| *moment > after)
            .min()
    }

    /// As cron does: where both days say something, either is enough.
    fn has_day(&self, date: &UtcDateTime) -> bool {
        let month_day = self.month_days.has(date.month_day());
        let week_day = self.week_days.has(date.week_day());
        let is_day = if self.month_days.is_any || self.week_days.is_any {
            month_day && week_day
        } else {
            month_day || week_day
        };
        self.months.has(date.month()) && is_day
    }

    /// A time of the clock as seconds since 1970: none where the clock leaps over it, the first where it comes twice.
    fn moments(&self, date: &UtcDateTime, hour: u8, minute: u8) -> Option<i64> {
        let (year, month, day) = (date.year(), date.month(), date.month_day());
        let zone = self.zone.as_ref();
        let found = DateTime::find(year, month, day, hour, minute, self.second, 0, zone).ok()?;
        let found = found.into_inner().into_iter();
        let real = found.filter_map(|kind| match kind {
            FoundDateTimeKind::Normal(time) => Some(time.unix_time()),
            FoundDateTimeKind::Skipped { .. } => None,
        });
        real.min()
    }
}

/// A time zone of the machine's database; UTC without a name.
fn zone_of(name: &str) -> Result<TimeZone, String> {
    // The library takes more than names, such as paths.
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "/_+-".contains(letter);
    if name.is_empty() || name == "UTC" {
        return Ok(TimeZone::utc());
    }
    let zone = TimeZone::from_posix_tz(name).ok();
    zone.filter(|_| name.chars().all(is_name) && !name.starts_with('/'))
        .ok_or_else(|| {
            format!(
                "the time zone '{name}' is not known: it has a name such as Asia/Shanghai, and the package tzdata of this \
                 machine has to have it"
            )
        })
}

impl Field {
    fn parse(text: &str, kind: Kind) -> Result<Self, String> {
        let mut values = 0;
        for part in text.split(',') {
            let part = part_of(part, kind).ok_or_else(|| {
                let (first, last) = kind.range;
                format!(
                    "'{text}' is not valid as the {} of a cron expression: it has numbers from {first} to {last}, with , - * /",
                    kind.what
                )
            })?;
            values |= part;
        }
        Ok(Self {
            values,
            is_any: text == "*" || text == "?",
        })
    }

    fn has(self, value: u8) -> bool {
        self.values & (1 << value) != 0
    }

    fn within(self, range: RangeInclusive<u8>) -> impl Iterator<Item = u8> {
        range.filter(move |value| self.has(*value))
    }

    fn with_both_sundays(mut self) -> Self {
        if self.has(7) {
            self.values |= 1;
        }
        self
    }
}

/// The bits of one part between commas: `*`, `5`, `1-5`, each with a step after `/`.
fn part_of(text: &str, kind: Kind) -> Option<u64> {
    let (range, step) = match text.split_once('/') {
        Some((range, step)) => (range, step.parse().ok().filter(|step| *step > 0)?),
        None => (text, 1),
    };
    let (first, last) = match (range, range.split_once('-')) {
        ("*" | "?", _) => kind.range,
        (_, Some((first, last))) => (value_of(first, kind)?, value_of(last, kind)?),
        // With a step, one number is where it begins.
        (one, None) if text.contains('/') => (value_of(one, kind)?, kind.range.1),
        (one, None) => (value_of(one, kind)?, value_of(one, kind)?),
    };
    let is_sound = kind.range.0 <= first && first <= last && last <= kind.range.1;
    let bits = (first..=last)
        .step_by(step)
        .fold(0, |bits, value| bits | 1 << value);
    is_sound.then_some(bits)
}

fn value_of(text: &str, kind: Kind) -> Option<u8> {
    let named = kind.names.iter().zip(kind.first_name..);
    let named = named.filter(|(name, _)| name.eq_ignore_ascii_case(text));
    named
        .map(|(_, value)| value)
        .next()
        .or_else(|| text.parse().ok())
}
