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
