//! The sections of the contract that the rows cite, with their titles.
//!
//! The contract is the page `guide::contract` in the documentation of `fc-runtime`. This is a copy of its headings, because
//! the tool shares no code with the library; a test of the repository compares both.

/// Makes the list, and the page of it that the documentation of the tool links to.
macro_rules! sections {
    ($(($number:literal, $title:literal),)*) => {
        /// Number and title, in the order of the page.
        ///
        $(#[doc = concat!(
            "- <a id=\"", $number, "\"></a>[§", $number, " ", $title,
            "](https://docs.rs/fc-runtime/latest/fc_runtime/guide/contract/#", $number, ")",
        )])*
        pub(crate) const SECTIONS: &[(&str, &str)] = &[$(($number, $title)),*];
    };
}

sections! {
    ("0", "The model on one page"),
    ("1", "Endpoints and dispatch"),
    ("1.1", "The five calls"),
    ("1.2", "The dispatch rule"),
    ("1.3", "FC 2.0 and FC 3.0"),
    ("2", "Request headers"),
    ("2.1", "What the mock sends"),
    ("2.2", "HTTP calls in a header"),
    ("3", "Responses and errors"),
    ("3.1", "What to answer"),
    ("3.2", "Error JSON"),
    ("3.3", "What callers see"),
    ("3.4", "Failed starts"),
    ("4", "Requirements on the server"),
    ("4.1", "Connections"),
    ("4.2", "The port"),
    ("4.3", "Environment variables"),
    ("4.4", "Limits"),
    ("4.5", "Freeze, cancel, stop"),
    ("5", "Logs"),
    ("5.1", "Marker lines"),
    ("5.2", "Message format"),
    ("5.3", "Logs on the platform"),
    ("6", "What the tools print"),
    ("7", "Event payloads"),
    ("8", "What other runtimes offer"),
    ("8.1", "lambda_runtime for Rust"),
    ("8.2", "golang-runtime"),
    ("8.3", "The Go SDK"),
    ("8.4", "The least to offer"),
    ("9", "Conflicts"),
    ("10", "Not known"),
}

/// What a row cites, with the title of the section that stands first: `§1.1 The five calls, §3.1` for `§1.1, §3.1`.
/// What is no section of the contract, such as `MCP transports`, stays as it is.
pub(super) fn titled(cited: &str) -> String {
    if !cited.starts_with('§') {
        return cited.to_owned();
    }
    let number = number(cited);
    let (first, rest) = cited.split_at('§'.len_utf8() + number.len());
    let rest = rest.trim_start_matches([',', ' ']);
    let separator = if rest.is_empty() { "" } else { ", " };
    format!("{first} {}{separator}{rest}", title(number))
}

/// Number and title of each section of the contract that a row cites.
pub(super) fn cited(cited: &str) -> impl Iterator<Item = (&str, &'static str)> {
    let cited = if cited.starts_with('§') { cited } else { "" };
    let numbers = cited.split('§').skip(1).map(number);
    numbers.map(|number| (number, title(number)))
}

/// The number that a citation begins with.
fn number(cited: &str) -> &str {
    let cited = cited.trim_start_matches('§');
    let end = cited.find(|char: char| !char.is_ascii_digit() && char != '.');
    &cited[..end.unwrap_or(cited.len())]
}

/// The title of a section; one that does not exist has none.
fn title(number: &str) -> &'static str {
    let section = SECTIONS.iter().find(|section| section.0 == number);
    section.map_or("", |section| section.1)
}

#[cfg(test)]
mod tests {
    use super::{cited, titled};
    use crate::check::specs;

    #[test]
    fn the_section_that_stands_first_has_its_title() {
        assert_eq!(titled("§5.1"), "§5.1 Marker lines");
        assert_eq!(titled("§1.1, §3.1"), "§1.1 The five calls, §3.1");
        assert_eq!(titled("§4.4 K6"), "§4.4 Limits, K6");
        assert_eq!(titled("fc3 §4"), "fc3 §4");
        assert_eq!(cited("fc3 §4").count(), 0);
    }

    #[test]
    fn every_section_that_a_row_cites_has_a_title() {
        for spec in specs::ALL {
            let cited: Vec<_> = cited(spec.contract).collect();
            assert!(!cited.is_empty(), "{} cites none", spec.name);
            for (number, title) in cited {
                assert!(!title.is_empty(), "{} cites {number}", spec.name);
            }
        }
    }
}
