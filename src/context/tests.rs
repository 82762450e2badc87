use super::{Context, Limit};
use crate::Headers;
use std::time::{Duration, Instant};

#[test]
fn empty_and_broken_headers_count_as_absent() {
    let ctx = Context::builder()
        .function_name("")
        .header("x-fc-function-memory", "lots")
        .header("x-fc-retry-count", "-1")
        .build();
    assert_eq!(
        (ctx.function_name(), ctx.memory_mb(), ctx.retry_count()),
        (None, None, None)
    );
    assert_eq!((ctx.request_id(), ctx.credentials().is_none()), ("", true));
}

#[test]
fn the_deadline_is_the_arrival_plus_the_time_out() {
    let arrived = Instant::now();
    let fields = || {
        let mut fields = Headers::new();
        fields.push("X-Fc-Function-Timeout", b"3");
        fields.push("X-Fc-Initialization-Timeout", b"20");
        fields
    };
    let deadline = |limit| Context::new(fields(), arrived, limit).deadline();
    assert_eq!(
        deadline(Limit::Function),
        Some(arrived + Duration::from_secs(3))
    );
    assert_eq!(
        deadline(Limit::Initializer),
        Some(arrived + Duration::from_secs(20))
    );
    assert_eq!(deadline(Limit::Unknown), None);
}

#[test]
fn a_deadline_that_passed_leaves_nothing() {
    let mut fields = Headers::new();
    fields.push("x-fc-function-timeout", b"0");
    let ctx = Context::new(fields, Instant::now(), Limit::Function);
    assert_eq!(ctx.remaining(), Some(Duration::ZERO));
    assert_eq!(Context::default().remaining(), None);
}

#[test]
fn debug_shows_no_secret_of_the_role() {
    let ctx = Context::builder()
        .credentials("planted-id", "planted-secret", "planted-token")
        .build();
    let credentials = ctx.credentials().expect("credentials were set");
    assert_eq!(credentials.security_token(), Some("planted-token"));
    assert!(
        !format!(
            "{ctx:?} {credentials:?} {:#?}",
            Context::builder().credentials("planted", "", "")
        )
        .contains("planted")
    );
}
