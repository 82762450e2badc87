//! Reads the single values of a case file.
//!
//! Owns the words of the format that `parse` says. It must not know how lines make a case.

use super::case::{Delivery, Level, Program, ResponseForm, ResponseRule, Step, Then};

pub(crate) fn step(line: &str) -> Result<Option<Step>, String> {
    Ok(Some(match line {
        ">" => Step::Send(r"\r\n".into()),
        "-- await response" => Step::AwaitResponse,
        "-- half-close" => Step::HalfClose,
        "-- reset" => Step::Reset,
        _ => match (line.strip_prefix("> "), line.strip_prefix(">> ")) {
            (Some(text), _) => Step::Send(format!(r"{text}\r\n")),
            (_, Some(text)) => Step::Send(text.to_owned()),
            _ if line.starts_with(['>', '-']) => return Err(format!("{line:?} is no step")),
            _ => return Ok(None),
        },
    }))
}

pub(crate) fn reference(value: &str) -> Result<String, String> {
    let sources = ["RFC 9110 §", "RFC 9112 §", "contract §"];
    if sources.iter().any(|source| value.starts_with(source)) {
        Ok(value.to_owned())
    } else {
        Err(format!("{value:?} names no section of {sources:?}"))
    }
}

pub(crate) fn level(value: &str) -> Result<Level, String> {
    Level::ALL
        .into_iter()
        .find(|level| level.name() == value)
        .ok_or_else(|| format!("{value:?} is no level: MUST, SHOULD or MAY"))
}

pub(crate) fn bootstrap() -> Program {
    Program {
        name: "bootstrap".into(),
        variables: Vec::new(),
    }
}

pub(crate) fn program(value: &str) -> Result<Program, String> {
    let mut words = value.split(' ');
    let name = words.next().unwrap_or_default().to_owned();
    if !["bootstrap", "testbed"].contains(&name.as_str()) {
        return Err(format!("{name:?} is no program: bootstrap or testbed"));
    }
    let variables = words
        .map(|word| {
            let (name, value) = word
                .split_once('=')
                .ok_or_else(|| format!("{word:?} is not NAME=value"))?;
            Ok((name.to_owned(), value.to_owned()))
        })
        .collect::<Result<_, String>>()?;
    Ok(Program { name, variables })
}

pub(crate) fn delivery(value: &str) -> Result<Delivery, String> {
    Ok(match value {
        "byte by byte" => Delivery::ByteByByte,
        "split everywhere" => Delivery::SplitEverywhere,
        "cut everywhere" => Delivery::CutEverywhere,
        _ => Delivery::SplitAt(
            value
                .strip_prefix("split at ")
                .and_then(|at| at.parse().ok())
                .ok_or_else(|| format!("{value:?} is no way to send"))?,
        ),
    })
}

pub(crate) fn then(value: &str) -> Result<Then, String> {
    const ALL: [Then; 7] = [
        Then::Open,
        Then::Closed,
        Then::Lingering,
        Then::Either,
        Then::Silent,
        Then::Gone,
        Then::Crashed,
    ];
    ALL.into_iter()
        .find(|then| then.to_string() == value)
        .ok_or_else(|| format!("{value:?} is no state of a connection"))
}

pub(crate) fn rule(value: &str) -> Result<ResponseRule, String> {
    let mut rule = ResponseRule {
        alternatives: Vec::new(),
        optional: false,
    };
    for alternative in alternatives(value) {
        match alternative {
            "none" => rule.optional = true,
            text => rule.alternatives.push(form(text)?),
        }
    }
    Ok(rule)
}

/// What stands between the ` / ` that a status or `none` follows: a body may hold others.
fn alternatives(value: &str) -> Vec<&str> {
    const BETWEEN: &str = " / ";
    let mut alternatives = Vec::new();
    let mut first = 0;
    for (at, _) in value.match_indices(BETWEEN) {
        let next = at + BETWEEN.len();
        let rest = &value[next..];
        if rest == "none" || rest.starts_with(|mark: char| mark.is_ascii_digit()) {
            alternatives.push(&value[first..at]);
            first = next;
        }
    }
    alternatives.push(&value[first..]);
    alternatives
}

fn form(text: &str) -> Result<ResponseForm, String> {
    let (text, body) = match text.split_once(" \"") {
        Some((text, body)) => {
            let body = body.strip_suffix('"').ok_or("the body has no closing \"")?;
            (text, Some(body.to_owned()))
        }
        None => (text, None),
    };
    let mut words = text.split(' ');
    let mut form = ResponseForm {
        statuses: statuses(words.next().unwrap_or_default())?,
        body,
        ..ResponseForm::default()
    };
    while let Some(word) = words.next() {
        match (word, word.split_once('='), word.strip_prefix("no:")) {
            ("head", ..) => form.head = true,
            ("by", ..) => {
                let letter = words.next().and_then(|word| word.chars().next());
                form.by = Some(letter.ok_or("`by` names no one")?);
            }
            (_, Some((name, value)), _) => form.with.push((name.into(), value.into())),
            (_, _, Some(name)) => form.without.push(name.into()),
            _ => return Err(format!("{word:?} says nothing about a response")),
        }
    }
    Ok(form)
}

fn statuses(text: &str) -> Result<Vec<u16>, String> {
    text.split('|')
        .map(|status| match status.parse() {
            Ok(status @ 100..=599) => Ok(status),
            _ => Err(format!("{status:?} is no status")),
        })
        .collect()
}
