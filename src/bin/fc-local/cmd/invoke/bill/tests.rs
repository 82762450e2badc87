//! What calls would cost, and how it is shown.

use super::{Bill, percentile};
use crate::platform::cold::ColdTimes;
use crate::platform::report::Usage;
use std::time::Duration;

fn usage(micros: u64) -> Usage {
    Usage {
        duration: Duration::from_micros(micros),
        memory_mb: 1.0,
    }
}

#[test]
fn a_percentile_is_the_nearest_rank() {
    let sorted: Vec<Usage> = (1..=10).map(usage).collect();
    let micros = |percent| percentile(&sorted, percent).map(|usage| usage.duration.as_micros());
    assert_eq!([50, 90, 100].map(micros), [Some(5), Some(9), Some(10)]);
    assert!(percentile(&[], 50).is_none());
    assert_eq!(
        percentile(&sorted[..1], 50).map(|usage| usage.duration.as_micros()),
        Some(1)
    );
}

#[test]
fn a_bill_rounds_each_call_up_and_keeps_the_cold_start_apart() {
    let cold = ColdTimes {
        start: Duration::from_micros(12_340),
        initialize: Some(Duration::from_micros(1_001)),
    };
    let mut bill = Bill::cold(cold, 512);
    for micros in [3_870, 900, 300, 1_100] {
        bill.add(usage(micros));
    }
    let expected = "cold start    process 12.34 ms, /initialize 1.00 ms (billed 2 ms), first call 3.87 ms (billed 4 ms)\n\
                    warm calls    3\n\
                    duration      p50 0.90 ms, p90 1.10 ms\n\
                    billed        p50 1 ms, p90 2 ms\n\
                    billed in all 10 ms at 512 MB: 0.005000 GB-seconds\n";
    assert_eq!(bill.to_string(), expected);
}

#[test]
fn a_bill_of_a_server_knows_no_start() {
    let mut bill = Bill::warm();
    for micros in [2_500, 1_000] {
        bill.add(usage(micros));
    }
    let expected = "first call    2.50 ms (billed 3 ms)\n\
                    warm calls    1\n\
                    duration      p50 1.00 ms, p90 1.00 ms\n\
                    billed        p50 1 ms, p90 1 ms\n\
                    billed in all 4 ms\n";
    assert_eq!(bill.to_string(), expected);
}

#[test]
fn a_bill_without_warm_calls_has_no_percentiles() {
    let cold = ColdTimes {
        start: Duration::from_millis(1),
        initialize: None,
    };
    let mut bill = Bill::cold(cold, 128);
    bill.add(usage(10));
    let text = bill.to_string();
    assert!(
        text.starts_with(
            "cold start    process 1.00 ms, first call 0.01 ms (billed 1 ms)\nbilled in all 1 ms"
        ),
        "{text}"
    );
}
