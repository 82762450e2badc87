//! The links of a page and what they can lead to, as far as the pages of this project use Markdown.
//!
//! Owns the reading. It must not know any page.

use std::collections::{BTreeMap, BTreeSet};

/// A link, by where its target stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// In the link: the target itself.
    Inline(String),
    /// In a definition: its label.
    Label(String),
}

/// The links of a page, pictures included, outside of its code.
pub(crate) fn links(page: &str) -> Vec<Link> {
    let text: Vec<_> = (prose(page).into_iter())
        .filter(|line| definition(line).is_none())
        .collect();
    let text = text.join("\n");
    let mut rest = text.as_str();
    let mut found = Vec::new();
    while let Some(at) = rest.find(['`', '[']) {
        rest = match &rest[at..] {
            code if code.starts_with('`') => after_span(code),
            link => after_link(&link[1..], &mut found),
        };
    }
    found
}

/// What follows a span of code.
fn after_span(code: &str) -> &str {
    let rest = code.trim_start_matches('`');
    let mark = &code[..code.len() - rest.len()];
    rest.split_once(mark).map_or("", |(_, after)| after)
}

/// Adds the link whose text begins here, and returns what follows it.
fn after_link<'a>(link: &'a str, found: &mut Vec<Link>) -> &'a str {
    let Some(end) = link.find(']') else { return "" };
    let (text, after) = (&link[..end], &link[end + 1..]);
    let ends = [('(', ')'), ('[', ']')];
    for (open, close) in ends {
        let Some((target, rest)) = after
            .strip_prefix(open)
            .and_then(|rest| rest.split_once(close))
        else {
            continue;
        };
        found.push(match open {
            '(' => Link::Inline(target.to_owned()),
            _ => Link::Label(label(target)),
        });
        return rest;
    }
    found.push(Link::Label(label(text)));
    after
}

/// The definitions of a page: each label with its target.
pub(crate) fn definitions(page: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for line in prose(page) {
        if let Some((name, target)) = definition(line) {
            let before = found.insert(label(name), target.to_owned());
            assert_eq!(before, None, "[{name}] is defined twice");
        }
    }
    found
}

fn definition(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix('[')?.split_once("]: ")
}

/// A label as Markdown compares it: without its case, and with one space where a line ends.
fn label(text: &str) -> String {
    let words: Vec<_> = text.split_whitespace().map(str::to_lowercase).collect();
    words.join(" ")
}

/// What an anchor can name in a page: the ids that it sets, and its headings. A repository and `rustdoc` turn a heading
/// into an anchor in the same way.
pub(crate) fn headings(page: &str) -> BTreeSet<String> {
    let lines = prose(page).into_iter();
    let headings = lines.filter_map(|line| {
        let text = line.trim_start_matches('#');
        let text = text.strip_prefix(' ').filter(|_| line.starts_with('#'))?;
        Some(slug(text))
    });
    let ids = page.split("<a id=\"").skip(1);
    let ids = ids.filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
    headings.chain(ids).collect()
}

fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter_map(|c| match c {
        ' ' => Some('-'),
        '-' | '_' => Some(c),
        c if c.is_alphanumeric() => Some(c.to_ascii_lowercase()),
        _ => None,
    });
    kept.collect()
}

/// The lines outside of code blocks, which may stand in a list.
fn prose(page: &str) -> Vec<&str> {
    let mut is_code = false;
    let lines = page.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::{Link, definitions, headings, links};

    fn label(text: &str) -> Link {
        Link::Label(text.to_owned())
    }

    #[test]
    fn links_are_found_in_each_form_and_not_in_code() {
        let page = "See [a](b.md#c), ![p](p.svg), [`Run`], [its\nend][b] and `[no]`, ``[`no]``.\n\n```text\n[no](no)\n```\n\n[`Run`]: r.rs\n";
        let inline = |target: &str| Link::Inline(target.to_owned());
        assert_eq!(
            links(page),
            [
                inline("b.md#c"),
                inline("p.svg"),
                label("`run`"),
                label("b")
            ]
        );
        assert_eq!(links("[two\nlines]"), [label("two lines")]);
    }

    #[test]
    fn definitions_are_compared_without_case() {
        let defined = definitions("[`A::b`]: ../a.rs\n[it 4]: it.md#4\n");
        let defined: Vec<_> = defined.into_iter().collect();
        let pair = |label: &str, target: &str| (label.to_owned(), target.to_owned());
        assert_eq!(
            defined,
            [pair("`a::b`", "../a.rs"), pair("it 4", "it.md#4")]
        );
    }

    #[test]
    fn headings_and_ids_are_anchors() {
        let page = "# A `C` compiler, for musl\n## <a id=\"4.1\"></a>4.1 Port\n```sh\n# no\n```\n";
        let found = headings(page);
        for anchor in ["a-c-compiler-for-musl", "4.1"] {
            assert!(found.contains(anchor), "{anchor}: {found:?}");
        }
        assert!(!found.contains("no"));
    }
}
