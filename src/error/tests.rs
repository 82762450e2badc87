use super::{Error, short_name};

#[derive(Debug)]
struct OutOfStock(std::num::ParseIntError);

impl std::fmt::Display for OutOfStock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("nothing left")
    }
}

impl std::error::Error for OutOfStock {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn the_json_names_message_type_and_causes() {
    let cause = "x".parse::<u8>().expect_err("x is not a number");
    let error = Error::from(OutOfStock(cause));
    assert_eq!(
        error.to_json(),
        r#"{"errorMessage":"nothing left","errorType":"OutOfStock","stackTrace":["caused by: invalid digit found in string"]}"#
    );
}

#[test]
fn a_panic_has_its_place() {
    let error = Error::panicked("boom", Some("src/x.rs:1:2".into()));
    assert_eq!(
        error.to_json(),
        r#"{"errorMessage":"boom","errorType":"Panic","stackTrace":["at src/x.rs:1:2"]}"#
    );
}

#[test]
fn a_build_without_locations_has_no_place() {
    let error = Error::panicked("boom", Some("<redacted>:0:0".into()));
    assert!(error.stack_trace().is_empty());
}

#[test]
fn every_text_is_escaped() {
    let json = Error::new("A\"B", "line\n\u{1}\\").to_json();
    assert_eq!(
        json,
        r#"{"errorMessage":"line\n\u0001\\","errorType":"A\"B","stackTrace":[]}"#
    );
}

#[test]
fn types_named_error_keep_the_module_that_distinguishes_them() {
    assert_eq!(
        short_name("core::num::error::ParseIntError"),
        "ParseIntError"
    );
    assert_eq!(short_name("std::io::error::Error"), "io::Error");
    assert_eq!(short_name("serde_json::error::Error"), "serde_json::Error");
    assert_eq!(short_name("my::Wrong<alloc::string::String>"), "Wrong");
    assert_eq!(short_name("Error"), "Error");
}

#[test]
fn a_failure_has_a_status_of_a_failure_or_none() {
    let error = || Error::new("E", "why").with_status(400);
    for (status, taken) in [(400, true), (599, true), (399, false), (600, false)] {
        let is = error().with_status(status).status();
        assert_eq!(is, taken.then_some(status), "{status}");
    }
    assert_eq!(error().with_type("F").status(), Some(400));
    assert_eq!(Error::from(std::fmt::Error).status(), None);
}

#[test]
fn a_parse_error_of_json_does_not_quote_the_json() {
    let parsed = serde_json::from_str::<u32>("\"planted\"");
    let error = Error::from(parsed.expect_err("a text is not a number"));
    assert_eq!(
        error.message(),
        "invalid type: string, expected u32 at line 1 column 9"
    );
}

#[test]
fn errors_travel_between_threads() {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Error>();
}
