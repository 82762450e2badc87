//! Reads case files.
//!
//! A case is a block of lines; an empty line ends it, `#` begins a comment. It has, in this order where order matters:
//!
//! ```text
//! case: A body of {v} is refused       the name, a sentence
//! ref: RFC 9112 §6.2                   what it is about
//! level: MUST                          or SHOULD, MAY
//! each: 5 | 6                          optional: one case for each of these, put for {v} everywhere
//! on: testbed BODY_LIMIT=9             optional: the program and its environment; else the bootstrap
//! alone: yes                           optional: no other case shares its process
//! only: direct                         optional: a rule of the direct server that the HTTP library does not have
//! send: byte by byte                   optional: or `split at 9`, `split everywhere`, `cut everywhere`
//! > GET / HTTP/1.1                     bytes and CRLF, in the language of `bytes.rs`
//! >> hello                             bytes without CRLF
//! -- await response                    or `half-close`, `reset`
//! response: 400|431 / 200 by a "hello" one line for each response, in alternatives, or `none`
//! then: closed                         or open, lingering, either, silent, gone, crashed
//! unanswered: a                        optional: whose handler may run although its response is not seen
//! tiny: W23 W34                        optional: this server deviates, for these reasons of `deviations.txt`; what
//! response: 200                        differs (`response`, `then`, `unanswered`) follows
//! unsound: yes                         optional, of a deviation only: the responses break rules that hold for all
//! ```
//!
//! An alternative is a status, then any of: `by a` (whose handler made it), `head` (it answers a HEAD), the body in
//! quotes, `name=value` or `name=*` (a header that must be there), `no:name` (one that must not).

use std::fs;
use std::path::Path;

use super::CAUSES;
use super::case::Case;
use super::draft::Draft;

/// Reads every case of the project.
pub(crate) fn load() -> Result<Vec<Case>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http");
    let read = |path: &Path| {
        fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
    };
    let causes: Vec<_> = CAUSES
        .lines()
        .filter_map(|line| line.split(' ').next())
        .collect();
    let mut files: Vec<_> = fs::read_dir(&folder)
        .map_err(|error| error.to_string())?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "case")
        })
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let topic = path.file_stem().unwrap_or_default().to_string_lossy();
        cases.extend(parse(&topic, &read(&path)?, &causes)?);
    }
    Ok(cases)
}

/// Reads the cases of one file; an error says where it is.
pub(crate) fn parse(topic: &str, text: &str, causes: &[&str]) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for (first, block) in blocks(text) {
        let variants: Vec<Option<&str>> = match value_of(&block, "each") {
            Some(values) => values
                .split(" | ")
                .map(|value| Some(value.trim()))
                .collect(),
            None => vec![None],
        };
        for variant in variants {
            let lines: Vec<_> = block
                .iter()
                .map(|(number, line)| match variant {
                    Some(value) => (*number, line.replace("{v}", value)),
                    None => (*number, (*line).to_owned()),
                })
                .collect();
            let case = Draft::read(&lines, causes)
                .and_then(|draft| draft.finish(topic, first))
                .map_err(|(number, error)| format!("{topic}.case:{number}: {error}"))?;
            cases.push(case);
        }
    }
    Ok(cases)
}

/// The blocks of a file, each with the number of its first line, its lines with theirs.
fn blocks(text: &str) -> Vec<(usize, Vec<(usize, &str)>)> {
    let mut blocks: Vec<(usize, Vec<(usize, &str)>)> = Vec::new();
    let mut inside = false;
    for (number, line) in (1..).zip(text.lines()) {
        match line {
            "" => inside = false,
            line if line.starts_with('#') => {}
            line if inside => blocks
                .last_mut()
                .expect("it was begun")
                .1
                .push((number, line)),
            line => {
                inside = true;
                blocks.push((number, vec![(number, line)]));
            }
        }
    }
    blocks
}

fn value_of<'a>(block: &[(usize, &'a str)], key: &str) -> Option<&'a str> {
    block
        .iter()
        .find_map(|(_, line)| line.strip_prefix(key)?.strip_prefix(": "))
}

#[cfg(test)]
mod tests {
    use super::super::case::{Case, Delivery, Level, Server, Step, Then};
    use super::parse;

    const SOUND: &str = "case: All is well\nref: RFC 9112 §2\nlevel: MUST\n> GET / HTTP/1.1\n>\nresponse: 200\nthen: open\n";

    fn read(text: &str) -> Result<Vec<Case>, String> {
        parse("topic", text, &["W1", "W2"])
    }

    /// The sound case with one text put for another.
    fn with(from: &str, to: &str) -> Result<Vec<Case>, String> {
        assert!(SOUND.contains(from), "{from}");
        read(&SOUND.replace(from, to))
    }

    #[test]
    fn every_part_of_a_case_is_read() {
        let text = "# A comment.\n\ncase: A name\nref: RFC 9110 §7.2\nlevel: SHOULD\non: testbed A=1 B=2\nalone: yes\n\
            > GET / HTTP/1.1\n>> tail\n-- await response\n-- half-close\n\
            response: 400|431 connection=close no:date / 200 by a head \"hi \"there\"\"\nresponse: 100 / none\nthen: closed\n\
            tiny: W1 W2\nthen: silent\nunanswered: a b\n";
        let cases = read(text).expect("it is sound");
        let case = &cases[0];
        assert_eq!((case.name.as_str(), case.line), ("A name", 3));
        assert_eq!(
            (case.level, case.alone, case.delivery),
            (Level::Should, true, Delivery::Whole)
        );
        assert_eq!(case.program.variables.len(), 2);
        assert_eq!(case.steps[0], Step::Send("GET / HTTP/1.1\\r\\n".into()));
        assert_eq!(case.steps[3], Step::HalfClose);
        let [first, second] = &case.expected.responses[..] else {
            panic!("{case:?}")
        };
        assert_eq!(first.alternatives[0].statuses, [400, 431]);
        assert_eq!(first.alternatives[0].without, ["date"]);
        let other = &first.alternatives[1];
        assert_eq!(
            (other.by, other.head, other.body.as_deref()),
            (Some('a'), true, Some("hi \"there\""))
        );
        assert!(second.optional && !first.optional);
        let deviation = case.deviation(Server::Tiny).expect("it has one");
        assert_eq!(
            (deviation.expected.then, deviation.causes.len()),
            (Then::Silent, 2)
        );
        assert_eq!(deviation.expected.responses, case.expected.responses);
        assert!(case.deviation(Server::Direct).is_none());
    }

    #[test]
    fn one_block_makes_a_case_for_each_value() {
        let cases = with("level: MUST", "level: MUST\neach: GET | PUT").expect("it is sound");
        assert_eq!(cases.len(), 2);
        let cases =
            with("case: All is well", "case: All is {v}\neach: well | fine").expect("it is sound");
        assert_eq!(cases[1].name, "All is fine");
    }

    /// What is changed of the sound case, into what, and what the error says; nothing where the case stays sound.
    const BAD: &[(&str, &str, &str)] = &[
        (
            "case: All is well\n",
            "",
            "topic.case:1: the case has no `case`",
        ),
        ("ref: RFC 9112 §2\n", "", "the case has no `ref`"),
        (
            "RFC 9112 §2",
            "RFC 2616",
            "topic.case:2: \"RFC 2616\" names no section",
        ),
        ("MUST", "must", "topic.case:3: \"must\" is no level"),
        (
            "level: MUST",
            "level: MUST\nlevel: MAY",
            "topic.case:4: `level` stands twice",
        ),
        (
            "> GET",
            ">GET",
            "topic.case:4: \">GET / HTTP/1.1\" is no step",
        ),
        ("> GET", "> \\q", "\\q is no escape"),
        ("response: 200\n", "", "the case has no `response`"),
        (
            "response: 200",
            "response: 20",
            "topic.case:6: \"20\" is no status",
        ),
        (
            "response: 200",
            "response: 200 soon",
            "\"soon\" says nothing about a response",
        ),
        (
            "response: 200",
            "response: 200 \"open",
            "the body has no closing",
        ),
        (
            "response: 200",
            "response: none / 100\nresponse: 200",
            "has one after it that may not",
        ),
        ("then: open\n", "", "the case has no `then`"),
        (
            "then: open",
            "then: ajar",
            "topic.case:7: \"ajar\" is no state of a connection",
        ),
        (
            "then: open",
            "then: open\ntiny: W3\nthen: closed",
            "topic.case:8: \"W3\" does not stand in deviations.txt",
        ),
        (
            "then: open",
            "then: open\ntiny: W1",
            "the deviation of tiny is none",
        ),
        (
            "then: open",
            "then: open\ndirect: W1\nthen: closed",
            "direct must hold what is a MUST",
        ),
        (
            "level: MUST",
            "level: MUST\nsend: slowly",
            "\"slowly\" is no way to send",
        ),
        (
            "level: MUST",
            "level: MUST\nsend: split at x",
            "\"split at x\" is no way to send",
        ),
        (">\n", ">\n-- half-close\n", ""),
        (
            "level: MUST",
            "level: MUST\non: bash",
            "\"bash\" is no program",
        ),
        (
            "level: MUST",
            "level: MUST\non: testbed A",
            "\"A\" is not NAME=value",
        ),
        (
            "level: MUST",
            "level: MUST\nalone: perhaps",
            "is no line of a case",
        ),
        (
            "level: MUST",
            "level: MUST\ncolour: red",
            "is no line of a case",
        ),
    ];

    #[test]
    fn a_bad_case_is_an_error_that_says_where_and_what() {
        for &(from, to, error) in BAD {
            match with(from, to) {
                Ok(_) => assert_eq!(error, "", "{to:?} was taken"),
                Err(message) => assert!(
                    !error.is_empty() && message.contains(error),
                    "{to:?}: {message}"
                ),
            }
        }
    }

    #[test]
    fn what_is_sent_in_parts_can_have_no_steps_between() {
        let text = SOUND.replace(">\n", ">\n-- half-close\n");
        let error = read(&text.replace("level: MUST", "level: MUST\nsend: byte by byte"));
        assert!(error.is_err_and(|error| error.contains("no steps between")));
    }
}
