//! The variables that `${env(…)}` sees: those of this process, then those of `.env` files, as dotenv 16 and dotenv-expand 10
//! of Serverless Devs read them.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

/// The file of a folder that is read.
pub(super) const FILE: &str = ".env";

/// How often a value may name other variables before it counts as endless.
const EXPANSIONS_MAX: usize = 1000;

/// Variables by their names.
#[derive(Clone, Default)]
pub(super) struct Variables(BTreeMap<String, String>);

/// The values may be secrets.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Variables {
    /// Those of this process, without values that are not text.
    pub(super) fn of_process() -> Self {
        let variables = std::env::vars_os();
        let texts = variables.filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        Self(texts.collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Adds the variables of the `.env` file of a folder, if it has one; those that there are already stay.
    ///
    /// # Errors
    ///
    /// The file is there and cannot be read, or a value names itself.
    pub(super) fn add_file_of(&mut self, folder: &Path) -> Result<(), String> {
        let file = folder.join(FILE);
        if !file.is_file() {
            return Ok(());
        }
        let text = fs::read_to_string(&file)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        self.add(&text)
            .map_err(|why| format!("{}: {why}", file.display()))
    }

    fn add(&mut self, text: &str) -> Result<(), String> {
        let parsed = parse(text);
        for (name, value) in &parsed {
            self.0.entry(name.clone()).or_insert_with(|| value.clone());
        }
        for (name, _) in &parsed {
            let value = self.expanded(name)?;
            self.0.insert(name.clone(), value);
        }
        Ok(())
    }

    /// The value of a variable with the variables that it names, from the last to the first.
    fn expanded(&self, name: &str) -> Result<String, String> {
        let mut value = self.get(name).unwrap_or_default().to_owned();
        for _ in 0..EXPANSIONS_MAX {
            let Some((at, reference)) = last_reference(&value) else {
                return Ok(value.replace("\\$", "$"));
            };
            let found = self.get(reference.name).filter(|found| !found.is_empty());
            let inserted = found.unwrap_or(reference.default).to_owned();
            value.replace_range(at..at + reference.length, &inserted);
        }
        Err(format!("the value of {name} names itself"))
    }
}

/// `$NAME`, `${NAME}` or `${NAME:-default}`.
struct Reference<'a> {
    name: &'a str,
    default: &'a str,
    length: usize,
}

/// The last dollar sign without a backslash before it, if a name follows.
fn last_reference(value: &str) -> Option<(usize, Reference<'_>)> {
    let mut signs = value.rmatch_indices('$').map(|(at, _)| at);
    let at = signs.find(|at| !value[..*at].ends_with('\\'))?;
    let begin = at + 1 + usize::from(value[at + 1..].starts_with('{'));
    let name = leading(&value[begin..], |letter| {
        letter.is_ascii_alphanumeric() || letter == '_'
    });
    if name.is_empty() {
        return None;
    }
    let mut end = begin + name.len();
    let mut default = "";
    if let Some(rest) = value[end..].strip_prefix(":-") {
        default = leading(rest, |letter| letter != '}' && letter != '\\');
        end += ":-".len() + default.len();
    }
    end += usize::from(value[end..].starts_with('}'));
    let length = end - at;
    Some((
        at,
        Reference {
            name,
            default,
            length,
        },
    ))
}

/// The names and values of a `.env` file; lines that are none are no error, as for dotenv.
fn parse(text: &str) -> Vec<(String, String)> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let (mut found, mut rest) = (Vec::new(), text.as_str());
    while !rest.is_empty() {
        match entry(rest) {
            Some((name, value, length)) => {
                put(&mut found, name, value);
                rest = &rest[length..];
            }
            None => rest = rest.split_once('\n').map_or("", |(_, rest)| rest),
        }
    }
    found
}

/// A name that is there twice has its last value, at its first place.
fn put(found: &mut Vec<(String, String)>, name: &str, value: String) {
    match found.iter_mut().find(|(known, _)| known == name) {
        Some(known) => known.1 = value,
        None => found.push((name.to_owned(), value)),
    }
}

/// The entry that a text begins with: its name, its value, and how long it is.
fn entry(text: &str) -> Option<(&str, String, usize)> {
    let line = text.trim_start();
    let line = line
        .strip_prefix("export")
        .filter(|rest| rest.starts_with(char::is_whitespace))
        .map_or(line, str::trim_start);
    let name = leading(line, |letter| {
        letter.is_ascii_alphanumeric() || "_.-".contains(letter)
    });
    let rest = &line[name.len()..];
    let value = match rest.strip_prefix(':') {
        Some(value) => value.strip_prefix(char::is_whitespace)?,
        None => rest.trim_start().strip_prefix('=')?,
    };
    if name.is_empty() {
        return None;
    }
    let (value, rest) = value_of(value);
    Some((name, value, text.len() - rest.len()))
}

/// The value that a text begins with, and what is left after its line.
fn value_of(text: &str) -> (String, &str) {
    let after_blanks = text.trim_start();
    for mark in ['\'', '"', '`'] {
        let Some(inner) = after_blanks.strip_prefix(mark) else {
            continue;
        };
        if let Some(end) = closing(inner, mark) {
            let rest = &inner[end + mark.len_utf8()..];
            let after =
                rest.trim_start_matches(|letter: char| letter.is_whitespace() && letter != '\n');
            if after.is_empty() || after.starts_with(['#', '\n']) {
                let rest = after.split_once('\n').map_or("", |(_, rest)| rest);
                return (unquoted(&inner[..end], mark), rest);
            }
        }
    }
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let plain = line.split('#').next().unwrap_or_default().trim();
    (without_marks(plain), rest)
}

/// Where a quoted value ends; a backslash before a mark keeps it inside.
fn closing(inner: &str, mark: char) -> Option<usize> {
    let mut marks = inner.match_indices(mark).map(|(at, _)| at);
    marks.find(|at| !inner[..*at].ends_with('\\'))
}

fn unquoted(inner: &str, mark: char) -> String {
    match mark {
        '"' => inner.replace("\\n", "\n").replace("\\r", "\r"),
        _ => inner.to_owned(),
    }
}

fn without_marks(value: &str) -> String {
    for mark in ['\'', '"', '`'] {
        let inner = value
            .strip_prefix(mark)
            .and_then(|rest| rest.strip_suffix(mark));
        if let Some(inner) = inner {
            return unquoted(inner, mark);
        }
    }
    value.to_owned()
}

fn leading(text: &str, is_part: impl Fn(char) -> bool) -> &str {
    let end = text.find(|letter: char| !is_part(letter));
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests;
