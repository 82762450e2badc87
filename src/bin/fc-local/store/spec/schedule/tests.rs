//! When timers fire.

use std::time::SystemTime;

use super::Schedule;

fn time(text: &str) -> SystemTime {
    humantime::parse_rfc3339(text).expect("a time")
}

fn next(schedule: &str, after: &str) -> Option<String> {
    let schedule = Schedule::parse(schedule).unwrap_or_else(|why| panic!("{schedule}: {why}"));
    let next = schedule.next(time(after))?;
    Some(humantime::format_rfc3339_seconds(next).to_string())
}

#[test]
fn an_interval_is_counted_from_the_time_before() {
    for (schedule, expected) in [
        ("@every 1m", "2026-01-02T03:05:05Z"),
        ("@every 1h30m", "2026-01-02T04:34:05Z"),
        ("@every 1.5h", "2026-01-02T04:34:05Z"),
        (" @every  90s ", "2026-01-02T03:05:35Z"),
    ] {
        let next = next(schedule, "2026-01-02T03:04:05Z");
        assert_eq!(next.as_deref(), Some(expected), "{schedule}");
    }
}

/// 2026-01-02 is a Friday.
#[test]
fn a_cron_expression_is_in_utc_unless_it_names_a_zone() {
    for (schedule, expected) in [
        ("0 0 4 * * *", "2026-01-02T04:00:00Z"),
        ("0 4 3 * * *", "2026-01-03T03:04:00Z"),
        ("6 4 3 * * *", "2026-01-02T03:04:06Z"),
        ("0 0/20 * * * *", "2026-01-02T03:20:00Z"),
        ("0 */20 4-6 * * *", "2026-01-02T04:00:00Z"),
        ("0 26,29,33 * * * *", "2026-01-02T03:26:00Z"),
        ("0 30 8 ? * MON-FRI", "2026-01-02T08:30:00Z"),
        ("0 30 2 ? * mon-fri", "2026-01-05T02:30:00Z"),
        ("0 0 0 * * 7", "2026-01-04T00:00:00Z"),
        ("0 0 0 * * 0", "2026-01-04T00:00:00Z"),
        ("0 0 4 1 * ?", "2026-02-01T04:00:00Z"),
        ("0 0 4 ? JAN,APR *", "2026-01-02T04:00:00Z"),
        ("0 0 4 29 2 ?", "2028-02-29T04:00:00Z"),
        // Either day is enough where both are given: the 31st, or a Sunday.
        ("0 0 4 31 * SUN", "2026-01-04T04:00:00Z"),
        ("CRON_TZ=Asia/Shanghai 0 0 4 1 * *", "2026-01-31T20:00:00Z"),
        ("CRON_TZ=Asia/Shanghai 0 5 11 * * *", "2026-01-02T03:05:00Z"),
        ("CRON_TZ=UTC 0 0 4 * * *", "2026-01-02T04:00:00Z"),
    ] {
        let next = next(schedule, "2026-01-02T03:04:05Z");
        assert_eq!(next.as_deref(), Some(expected), "{schedule}");
    }
    assert_eq!(next("0 0 4 31 2 ?", "2026-01-02T03:04:05Z"), None);
}

/// In Berlin the clock leaps from 2 to 3 on 2026-03-29, and comes back from 3 to 2 on 2026-10-25.
#[test]
fn a_time_that_the_clock_leaps_over_is_left_out_and_one_that_comes_twice_counts_once() {
    let schedule = "CRON_TZ=Europe/Berlin 0 30 2 * * *";
    for (after, expected) in [
        ("2026-03-28T01:30:00Z", "2026-03-30T00:30:00Z"),
        ("2026-10-24T23:00:00Z", "2026-10-25T00:30:00Z"),
        ("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
    ] {
        assert_eq!(next(schedule, after).as_deref(), Some(expected), "{after}");
    }
}

#[test]
fn what_is_no_schedule_is_refused_with_what_it_may_be() {
    for (schedule, why) in [
        (
            "@every 30s",
            "'@every 30s' is too short: a timer fires at most once a minute",
        ),
        (
            "@every five",
            "'@every five' is not an interval: write '@every 5m' or '@every 1h30m'",
        ),
        ("@every", "'@every ' is not an interval"),
        ("@every 5", "'@every 5' is not an interval"),
        (
            "@every 99999999999999h",
            "'@every 99999999999999h' is not an interval",
        ),
        (
            "0 4 * * *",
            "'0 4 * * *' is not a cron expression: it has six fields",
        ),
        (
            "* * * * * *",
            "the second of a cron expression is one number from 0 to 59",
        ),
        (
            "0 60 * * * *",
            "'60' is not valid as the minute of a cron expression: it has numbers from 0 to 59",
        ),
        ("0 0 5-1 * * *", "'5-1' is not valid as the hour"),
        ("0 0 0 0 * *", "'0' is not valid as the day of the month"),
        ("0 0 0 * XYZ *", "'XYZ' is not valid as the month"),
        ("0 0/0 0 * * *", "'0/0' is not valid as the minute"),
        ("0 0 0 ? * L", "'L' is not valid as the day of the week"),
        (
            "CRON_TZ=Asia/Nowhere 0 0 4 * * *",
            "the time zone 'Asia/Nowhere' is not known",
        ),
        (
            "CRON_TZ=/etc/passwd 0 0 4 * * *",
            "the time zone '/etc/passwd' is not known",
        ),
        (
            "CRON_TZ=Asia/Shanghai",
            "'CRON_TZ=Asia/Shanghai' is not a cron expression",
        ),
    ] {
        let refused = Schedule::parse(schedule).expect_err(schedule);
        assert!(refused.starts_with(why), "{schedule}: {refused}");
    }
}
