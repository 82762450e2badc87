//! YAML as the tools read it whose files these are: template.yml as `fun` does, s.yaml as Serverless Devs does.
//!
//! Owns what a document means: scalars, merges, anchors, keys. It must not know what a template is. The syntax is
//! `yaml-rust2`'s, of which only the events are used: its values, like those of the crates that read YAML into types, are
//! not the ones that either tool sees.

mod mapping;
mod number;
mod plain;
mod tag;
mod tree;
mod typed;

use std::fmt;
use std::ops::Index;

use yaml_rust2::ScanError;

pub(crate) use number::as_javascript_prints;
pub(crate) use typed::{Ordered, read};

/// Whose YAML it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Of `fun` 3.6.24, which has js-yaml 3.15 in its lock file: YAML 1.1 without its many booleans.
    Fun,
    /// Of Serverless Devs 3.1.10, whose program contains js-yaml 4.1: YAML 1.2, with dates, merges and `_` in numbers.
    // Only templates are read so far.
    #[allow(dead_code)]
    ServerlessDevs,
}

/// A value of a document, as JavaScript has it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Yaml {
    Null,
    Boolean(bool),
    /// JavaScript has no other numbers; those that do not fit are rounded, as they are for the tools.
    Number(f64),
    Text(String),
    /// A date that is not quoted, as it is written: an object to both tools, and no text.
    Date(String),
    List(Vec<Yaml>),
    /// In the order of the file.
    Map(Vec<(String, Yaml)>),
}

/// A document that the tool would refuse, or that cannot be shown as JSON.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum YamlError {
    /// It is not YAML.
    Syntax(ScanError),
    /// It is YAML, but the tool does not take it.
    Refused { line: usize, why: String },
}

/// Reads the one document of a text. An empty text is [`Yaml::Null`].
///
/// # Errors
///
/// It is no YAML, or has what the tool refuses: a key twice, an unknown tag, a second document, a merge of what is no
/// mapping. And what no template needs: lists and mappings as keys, aliases that contain themselves, and more values than
/// a template could have.
pub(crate) fn parse(text: &str, dialect: Dialect) -> Result<Yaml, YamlError> {
    // Both tools drop the mark with which some editors begin a file.
    tree::build(text.strip_prefix('\u{feff}').unwrap_or(text), dialect)
}

impl Yaml {
    /// The value of a key; `None` also if this is no mapping.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let mut entries = self.entries();
        entries
            .find(|(name, _)| *name == key)
            .map(|(_, value)| value)
    }

    /// The entries of a mapping, in the order of the file; none if this is no mapping.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match self {
            Self::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The items of a list; none if this is no list.
    pub(crate) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            _ => &[],
        }
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        matches!(self, Self::Map(_))
    }
}

/// The value of a key, and null where there is none.
impl Index<&str> for Yaml {
    type Output = Self;

    fn index(&self, key: &str) -> &Self {
        self.get(key).unwrap_or(&Self::Null)
    }
}

impl fmt::Display for YamlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => write!(f, "it is not YAML: {error}"),
            Self::Refused { line, why } => write!(f, "line {line}: {why}"),
        }
    }
}

impl std::error::Error for YamlError {}

impl From<ScanError> for YamlError {
    fn from(error: ScanError) -> Self {
        Self::Syntax(error)
    }
}

#[cfg(test)]
mod table;
#[cfg(test)]
mod tests;
