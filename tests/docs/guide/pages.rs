//! The pages with numbered sections that the code cites: their sections, and what a citation of them looks like.
//!
//! Owns how a heading, an anchor and a citation are written. It must not know which of them the project has.

use std::collections::BTreeSet;

/// The sign of a section; written so, because this file would else be read as one that cites.
pub(crate) const SIGN: char = '\u{a7}';

/// Number and title of each section, in the order of the page.
pub(crate) fn sections(page: &str) -> Vec<(&str, &str)> {
    let headings = without_code(page)
        .filter(|line| line.starts_with('#'))
        .map(|line| line.trim_start_matches('#').trim_start());
    headings
        .filter_map(|heading| {
            let heading = heading.split_once("</a>").map_or(heading, |(_, rest)| rest);
            let (number, title) = heading.split_once(' ')?;
            is_number(number).then_some((number, title))
        })
        .collect()
}

/// The ids of the anchors that a page sets, in its order.
pub(crate) fn anchors(page: &str) -> Vec<&str> {
    let anchors = page.match_indices("<a id=\"");
    anchors
        .filter_map(|(at, mark)| {
            let (id, _) = page[at + mark.len()..].split_once('"')?;
            Some(id)
        })
        .collect()
}

/// The lines outside of code blocks.
fn without_code(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// Whether this is the number of a section, like `4.1`.
pub(crate) fn is_number(text: &str) -> bool {
    text.split('.')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
}

/// One section that a text cites.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Citation {
    /// The word before the sign, such as `contract`; empty where there is none.
    pub(crate) page: String,
    /// `4.1`, or `K7` for a conflict.
    pub(crate) section: String,
}

/// Every citation of a file, whether it stands in a comment, in text or in a link.
///
/// The word may stand at the end of the line before, and counts for all sections that follow it in one list:
/// `contract §3.1, §3.2 and §9 K2`.
pub(crate) fn citations(text: &str) -> Vec<Citation> {
    let text = plain(text);
    let (mut found, mut page, mut end) = (Vec::<Citation>::new(), String::new(), 0);
    for (at, sign) in text.match_indices(SIGN) {
        let before = text[end..at].trim_end();
        if end == 0 || !is_list(before) {
            page = word_before(before);
        }
        let rest = &text[at + sign.len()..];
        let number = leading(rest, |byte| byte.is_ascii_digit() || byte == b'.');
        end = at + sign.len() + number.len();
        if number.is_empty() {
            continue; // the sign alone, as in code that looks for it
        }
        let mut cite = |section: &str| {
            found.push(Citation {
                page: page.clone(),
                section: section.to_owned(),
            });
        };
        cite(number.trim_end_matches('.'));
        for conflict in conflicts(&text[end..]) {
            cite(conflict);
        }
    }
    found
}

/// The text in one line, without the marks of comments and links.
fn plain(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("//").unwrap_or(line);
        line.trim_start_matches(['/', '!', '#', '*', '>']).trim()
    });
    let mut rest = lines.collect::<Vec<_>>().join(" ");
    let mut plain = String::new();
    while let Some((label, target)) = rest.split_once("](") {
        plain.push_str(label);
        rest = target.split_once(')').map_or("", |(_, rest)| rest).into();
    }
    without_texts(&(plain + &rest)).replace(['[', ']'], "")
}

/// Of each link `[text][label]` the label alone: it names the page too.
fn without_texts(text: &str) -> String {
    let mut parts = text.split("][").peekable();
    let mut labels = String::new();
    while let Some(part) = parts.next() {
        let text = parts.peek().and(part.rfind('['));
        labels += &part[..text.unwrap_or(part.len())];
    }
    labels
}

/// Whether only the words of a list stand between two citations.
fn is_list(between: &str) -> bool {
    let words = between.split([' ', ',', ';']);
    words
        .filter(|word| !word.is_empty())
        .all(|word| ["and", "or", "to", "the"].contains(&word) || is_conflict(word))
}

/// The word that a citation begins with; of an RFC that is its number.
fn word_before(text: &str) -> String {
    let word = text.rsplit([' ', '(', '"', '`', '|']).next();
    word.unwrap_or_default().to_owned()
}

/// The conflicts named right after a section: ` K2`, `, K7`.
fn conflicts(mut rest: &str) -> Vec<&str> {
    let mut found = Vec::new();
    loop {
        rest = rest.trim_start_matches(',').trim_start();
        let word = leading(rest, |byte| byte.is_ascii_alphanumeric());
        if !is_conflict(word) {
            return found;
        }
        found.push(word);
        rest = &rest[word.len()..];
    }
}

fn is_conflict(word: &str) -> bool {
    word.strip_prefix('K').is_some_and(is_number)
}

fn leading(text: &str, is_part: impl Fn(u8) -> bool) -> &str {
    let length = text.bytes().take_while(|&byte| is_part(byte)).count();
    &text[..length]
}

/// The links of a text whose label cites a section, and the definitions of such links: the section, and the target.
pub(crate) fn links(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for (mark, end) in [("](", ')'), ("]: ", '\n')] {
        for (at, _) in text.match_indices(mark) {
            let label = text[..at].rsplit('[').next().unwrap_or_default();
            let target = text[at + mark.len()..].split(end).next();
            let cited = citations(label).pop().map(|citation| citation.section);
            found.extend(cited.map(|section| (section, target.unwrap_or_default().to_owned())));
        }
    }
    found
}

/// The numbers that a list of sections lacks or has twice: each counts on from the one before on its level.
pub(crate) fn out_of_order(sections: &[(&str, &str)]) -> BTreeSet<String> {
    let mut expected = BTreeSet::new();
    let mut wrong = BTreeSet::new();
    for (number, _) in sections {
        if !expected.is_empty() && !expected.contains(*number) {
            wrong.insert((*number).to_owned());
        }
        expected = next_of(number);
    }
    wrong
}

/// What may follow a section: its first part, or the next on its level or on one above.
fn next_of(number: &str) -> BTreeSet<String> {
    let mut next = BTreeSet::from([format!("{number}.1")]);
    let mut parts: Vec<u32> = (number.split('.'))
        .filter_map(|part| part.parse().ok())
        .collect();
    while let Some(last) = parts.pop() {
        let above: String = parts.iter().map(|part| format!("{part}.")).collect();
        next.insert(format!("{above}{}", last + 1));
    }
    next
}

#[cfg(test)]
mod tests {
    use super::{SIGN, citations, links, out_of_order, sections};

    fn cited(text: &str) -> Vec<String> {
        citations(&text.replace('$', &SIGN.to_string()))
            .into_iter()
            .map(|citation| format!("{} {}", citation.page, citation.section))
            .collect()
    }

    #[test]
    fn a_citation_has_the_word_before_it_also_across_lines_and_in_a_list() {
        assert_eq!(cited("/// so (contract $4.1)."), ["contract 4.1"]);
        assert_eq!(
            cited("//! (contract\n//! $3.1, $3.2)"),
            ["contract 3.1", "contract 3.2"]
        );
        assert_eq!(
            cited("// contract $9 K2 and $4.1, K7; fun-cli $3."),
            [
                "contract 9",
                "contract K2",
                "contract 4.1",
                "contract K7",
                "fun-cli 3"
            ]
        );
        assert_eq!(
            cited("RFC 9112 $6.3, then contract $1 to $3."),
            ["9112 6.3", "contract 1", "contract 3"]
        );
    }

    #[test]
    fn a_citation_may_be_a_link_and_one_without_a_word_has_no_page() {
        assert_eq!(
            cited(
                "([contract $4.1](crate::guide::contract#4.1), [$4.2](crate::guide::contract#4.2))"
            ),
            ["contract 4.1", "contract 4.2"]
        );
        assert_eq!(
            cited("([contract $4.1], [$4.2][contract $4.2])\n\n[contract $4.1]: contract.md#4.1\n"),
            ["contract 4.1", "contract 4.2", "contract 4.1"]
        );
        assert_eq!(cited("send it once ($6.1)"), [" 6.1"]);
        assert_eq!(
            cited("the words come between contract $1 and others, see $2"),
            ["contract 1", "see 2"]
        );
    }

    #[test]
    fn a_link_has_the_section_of_its_label() {
        let text = "[contract $4.1](crate::guide::contract#4.1) [other](x)\n[contract $4.2]: contract.md#4.2\n"
            .replace('$', &SIGN.to_string());
        assert_eq!(
            links(&text),
            [
                ("4.1".to_owned(), "crate::guide::contract#4.1".to_owned()),
                ("4.2".to_owned(), "contract.md#4.2".to_owned())
            ]
        );
    }

    #[test]
    fn headings_are_sections_outside_of_code() {
        let page = "# <a id=\"4\"></a>4 Server\n```text\n# 5 no\n```\n## 4.1 Port\n# Other\n";
        assert_eq!(sections(page), [("4", "Server"), ("4.1", "Port")]);
    }

    #[test]
    fn a_section_that_is_missing_or_stands_twice_is_found() {
        let numbers = |numbers: &[&'static str]| {
            let sections: Vec<_> = numbers.iter().map(|&number| (number, "")).collect();
            out_of_order(&sections).into_iter().collect::<Vec<_>>()
        };
        assert!(numbers(&["0", "1", "1.1", "1.2", "2", "2.1", "3"]).is_empty());
        assert_eq!(numbers(&["0", "2"]), ["2"]);
        assert_eq!(numbers(&["1", "1.1", "1.1"]), ["1.1"]);
        assert_eq!(numbers(&["1", "1.2"]), ["1.2"]);
    }
}
