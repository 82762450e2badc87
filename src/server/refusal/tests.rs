//! The page of errors shows the table of the refusals: all of it, and no row that is not there.

use std::collections::BTreeSet;

use super::{Limit, Refusal, TABLE};
use crate::call::Body;
use crate::limits::Limits;

const PAGE: &str = include_str!("../../guide/errors.md");

/// The sections of the page about statuses that a handler's way answers with, after the request was taken.
const OF_CALLS: [u16; 3] = [404, 405, 500];

/// The part of the page about a status.
fn section(status: u16) -> &'static str {
    let (_, rest) = PAGE
        .split_once(&format!("\n## {status}\n"))
        .unwrap_or_else(|| panic!("errors.md has no section {status}"));
    let end = rest.find("\n#").unwrap_or(rest.len());
    &rest[..end]
}

/// The lines of a section's table, without its head.
fn rows(section: &str) -> Vec<&str> {
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.collect()
}

/// The statuses that are refused with, and the rows of each.
fn of_status(status: u16) -> Vec<&'static (&'static Refusal, &'static str)> {
    let of_it = TABLE.iter().filter(|row| row.0.status() == status);
    of_it.collect()
}

fn statuses() -> BTreeSet<u16> {
    TABLE.iter().map(|row| row.0.status()).collect()
}

#[test]
fn every_status_has_its_section_and_no_other_has() {
    let sections: BTreeSet<u16> = (PAGE.lines())
        .filter_map(|line| line.strip_prefix("## ")?.parse().ok())
        .collect();
    let expected: BTreeSet<u16> = statuses().into_iter().chain(OF_CALLS).collect();
    assert_eq!(sections, expected, "errors.md and the table");
}

/// Those that have several rows show them as a table, each with what its reader can do.
#[test]
fn the_tables_of_the_page_are_the_rows_in_their_order() {
    let mut tables = 0;
    for status in statuses() {
        let shown = rows(section(status));
        if shown.is_empty() {
            continue;
        }
        let expected: Vec<_> = of_status(status)
            .iter()
            .map(|(refusal, cure)| format!("| `{}` |{cure} |", refusal.message))
            .collect();
        assert_eq!(shown, expected, "the table of {status} in errors.md");
        tables += 1;
    }
    assert_eq!(tables, 2, "400 and 501 have one");
}

/// What a response says stands on the page word for word, but for its number, and so does the setting that changes it.
#[test]
fn every_section_says_what_its_responses_say() {
    for (refusal, _) in TABLE {
        let (status, error_type) = refusal.kind.words();
        let section = section(status);
        let quotes = |words: &str| {
            assert!(
                section.contains(&format!("`{words}`")),
                "the section {status} of errors.md does not name {words:?}"
            );
        };
        quotes(error_type);
        quotes(refusal.message);
        if let Some(limit) = refusal.limit {
            let (_, unit, setting) = limit.words(&Limits::default());
            quotes(&format!("{unit}; {setting} raises that"));
        }
    }
}

#[test]
fn a_response_has_the_limit_that_is_kept_and_the_setting_that_raises_it() {
    let limits = Limits {
        body_bytes: 7,
        head_bytes: 8,
        headers: 9,
        ..Limits::default()
    };
    let said = |refusal: &Refusal| {
        let reply = refusal.reply(&limits);
        let Body::Bytes(body) = reply.body else {
            panic!("a refusal comes in one piece");
        };
        assert_eq!(reply.status, refusal.status());
        String::from_utf8(body).expect("JSON")
    };
    for (limit, words) in [
        (Limit::Body, " 7 bytes; Runtime::body_limit raises that\""),
        (Limit::Head, " 8 bytes; Runtime::head_limit raises that\""),
        (
            Limit::Headers,
            " 9 headers; Runtime::header_count raises that\"",
        ),
    ] {
        let over = TABLE.iter().filter(|row| row.0.limit == Some(limit));
        let said: Vec<_> = over.map(|row| said(row.0)).collect();
        assert!(!said.is_empty(), "{limit:?}");
        assert!(said.iter().all(|said| said.contains(words)), "{said:?}");
    }
    assert!(said(&super::CUT_OFF).starts_with(r#"{"errorMessage":"the request breaks off","#));
}

#[test]
fn only_a_lack_that_may_pass_says_when_to_come_again() {
    for (refusal, _) in TABLE {
        let reply = refusal.reply(&Limits::default());
        let again = reply.headers.get("retry-after");
        assert_eq!(again.is_some(), refusal.status() == 503, "{refusal:?}");
    }
}
