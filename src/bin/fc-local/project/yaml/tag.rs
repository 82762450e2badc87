//! Tags: YAML's own types by their names, and nothing else.
//!
//! It must not know the texts of those types.

use yaml_rust2::parser::Tag;

use super::{Dialect, Yaml, plain};

/// The prefix of YAML's own tags, which are written `!!int`.
const OWN_TAGS: &str = "tag:yaml.org,2002:";
/// The tag that makes a text of a scalar.
const PLAIN_TAG: &str = "!";

/// A scalar with a tag.
pub(super) fn scalar(text: String, tag: &Tag, dialect: Dialect) -> Result<Yaml, String> {
    let kind = match own_kind(tag) {
        None if is_plain(tag) => return Ok(Yaml::Text(text)),
        kind => kind.ok_or_else(|| unknown(tag))?,
    };
    match plain::tagged(&text, kind, dialect) {
        Ok(Some(value)) => Ok(value),
        // The value itself may be a secret.
        Ok(None) => Err(format!("the value is no {kind}, as its tag says")),
        Err(()) => Err(unknown(tag)),
    }
}

/// Refuses the tag of a list or a mapping, `kind`, that is not its own.
pub(super) fn check(tag: Option<&Tag>, kind: &str) -> Result<(), String> {
    match tag {
        Some(tag) if own_kind(tag) != Some(kind) && !is_plain(tag) => Err(unknown(tag)),
        _ => Ok(()),
    }
}

/// The name of one of YAML's own types.
fn own_kind(tag: &Tag) -> Option<&str> {
    match tag.handle.as_str() {
        OWN_TAGS => Some(&tag.suffix),
        // Written in full, as in `!<tag:yaml.org,2002:int>`.
        "" => tag.suffix.strip_prefix(OWN_TAGS),
        _ => None,
    }
}

fn is_plain(tag: &Tag) -> bool {
    tag.handle.is_empty() && tag.suffix == PLAIN_TAG
}

fn unknown(tag: &Tag) -> String {
    let name = match tag.handle.as_str() {
        OWN_TAGS => format!("!!{}", tag.suffix),
        handle => format!("{handle}{}", tag.suffix),
    };
    format!(
        "the tag {name} is not resolved when a template is read; write the value that is meant in its place"
    )
}
