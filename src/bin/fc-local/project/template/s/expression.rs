//! An expression of s.yaml, what stands between `${` and `}`, as Serverless Devs parses it: a path of keys, a call, or a
//! literal.
//!
//! It must not know what a name means. Serverless Devs hands the text to JavaScript; the rest of that language is refused.

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// A path of keys: `vars.a.b`.
    Path(Vec<String>),
    /// A call: `env('NAME', 'default')`.
    Call {
        name: String,
        arguments: Vec<Expression>,
    },
    Text(String),
    Number(f64),
    Boolean(bool),
}

/// A part of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Part<'a> {
    Plain(&'a str),
    /// An expression with its marks, and what stands between them.
    Marked {
        source: &'a str,
        code: &'a str,
    },
}

/// What an expression begins and ends with.
const OPEN: &str = "${";
const CLOSE: char = '}';

/// Splits a text at its expressions; one without an end is plain text.
pub(super) fn split(text: &str) -> Vec<Part<'_>> {
    let (mut parts, mut rest) = (Vec::new(), text);
    while let Some(begin) = rest.find(OPEN) {
        let Some(length) = rest[begin..].find(CLOSE) else {
            break;
        };
        let end = begin + length + CLOSE.len_utf8();
        if begin > 0 {
            parts.push(Part::Plain(&rest[..begin]));
        }
        let source = &rest[begin..end];
        let code = &source[OPEN.len()..source.len() - CLOSE.len_utf8()];
        parts.push(Part::Marked { source, code });
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        parts.push(Part::Plain(rest));
    }
    parts
}

/// Whether a text has an expression in it.
pub(super) fn is_in(text: &str) -> bool {
    let parts = split(text);
    parts.iter().any(|part| matches!(part, Part::Marked { .. }))
}

/// Parses what stands between the marks; `None` for what only JavaScript could evaluate.
///
/// Without a quoted text in it, all between a call's parentheses is its one argument: `env(HOME)` is `env('HOME')`. The
/// parts of a path are taken as they stand, blanks too.
pub(super) fn parse(code: &str) -> Option<Expression> {
    if let Some((name, inner)) = bare_call(code) {
        return Some(Expression::Call {
            name: name.trim().to_owned(),
            arguments: vec![Expression::Text(inner.to_owned())],
        });
    }
    let is_call = code.contains('(');
    if !is_call && code.contains('.') && !code.trim_start().starts_with(['\'', '"']) {
        let mut keys: Vec<String> = code.split('.').map(str::to_owned).collect();
        keys[0] = keys[0].trim().to_owned();
        return Some(Expression::Path(keys));
    }
    let mut parser = Parser { rest: code };
    let expression = parser.expression()?;
    parser.rest.trim().is_empty().then_some(expression)
}

/// The name and the one argument of a call that quotes nothing.
fn bare_call(code: &str) -> Option<(&str, &str)> {
    let (name, rest) = code.split_once('(')?;
    let inner = rest.trim_end().strip_suffix(')')?;
    let quoted = |mark: char| {
        let (first, last) = (code.find(mark), code.rfind(mark));
        first
            .zip(last)
            .is_some_and(|(first, last)| last > first + 1)
    };
    let is_bare = !quoted('\'') && !quoted('"') && !inner.is_empty();
    (is_bare && is_name(name.trim())).then_some((name, inner))
}

fn is_name(text: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_$.".contains(letter);
    !text.is_empty() && text.chars().all(is_part)
}

/// What is left to be parsed.
struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn expression(&mut self) -> Option<Expression> {
        self.rest = self.rest.trim_start();
        match self.rest.chars().next()? {
            mark @ ('\'' | '"') => self.text(mark),
            letter if letter.is_ascii_digit() || letter == '-' => self.number(),
            _ => self.named(),
        }
    }

    /// A text in quotes, with JavaScript's escapes of one letter.
    fn text(&mut self, mark: char) -> Option<Expression> {
        let mut text = String::new();
        let mut letters = self.rest.char_indices().skip(1);
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => text.push(match letters.next()?.1 {
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'x' | 'u' | '0' | '\n' => return None,
                    other => other,
                }),
                _ if letter == mark => {
                    self.rest = &self.rest[at + mark.len_utf8()..];
                    return Some(Expression::Text(text));
                }
                _ => text.push(letter),
            }
        }
        None
    }

    fn number(&mut self) -> Option<Expression> {
        let end = self
            .rest
            .find(|letter: char| !"0123456789.-".contains(letter));
        let (number, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        number.parse().ok().map(Expression::Number)
    }

    /// A call, a path, or `true` and `false`.
    fn named(&mut self) -> Option<Expression> {
        let is_part = |letter: char| letter.is_ascii_alphanumeric() || "_$.".contains(letter);
        let end = self.rest.find(|letter: char| !is_part(letter));
        let (name, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if name.is_empty() {
            return None;
        }
        let name = name.to_owned();
        self.rest = rest.trim_start();
        if let Some(rest) = self.rest.strip_prefix('(') {
            self.rest = rest;
            let arguments = self.arguments()?;
            return Some(Expression::Call { name, arguments });
        }
        Some(match name.as_str() {
            "true" => Expression::Boolean(true),
            "false" => Expression::Boolean(false),
            _ => Expression::Path(name.split('.').map(str::to_owned).collect()),
        })
    }

    fn arguments(&mut self) -> Option<Vec<Expression>> {
        let mut arguments = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                return Some(arguments);
            }
            arguments.push(self.expression()?);
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix(',') {
                self.rest = rest;
            } else if !self.rest.starts_with(')') {
                return None;
            }
        }
    }
}

#[cfg(test)]
mod tests;
