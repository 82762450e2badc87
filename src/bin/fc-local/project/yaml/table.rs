//! The table of what the tools make of YAML, for the test that reads it here and the one that asks the tools.
//!
//! It must not know either reader.

use serde_json::{Value, json};

const PLAIN: &str = include_str!("plain.tsv");
const DOCUMENTS: &str = include_str!("documents.txt");

/// The text before the JSON of a tool, in [`DOCUMENTS`].
const SEEN: &str = "-- ";
/// In the place of a tool's JSON: it does not take the document.
const REFUSED: &str = "refused";

/// A document, and what is made of it; `None` is nothing, as it is refused.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) text: String,
    pub(crate) fun: Option<Value>,
    pub(crate) s: Option<Value>,
    /// Whether fc-local refuses it although the tools do not.
    pub(crate) refused_here: bool,
}

/// All cases, the plain values as the one value of a mapping.
pub(crate) fn cases() -> Vec<Case> {
    let rows = PLAIN.lines().filter(|line| !line.starts_with("# "));
    let documents = DOCUMENTS.split("\n== ").skip(1);
    rows.map(plain).chain(documents.map(document)).collect()
}

fn plain(row: &str) -> Case {
    let cells: Vec<&str> = row.split('\t').collect();
    let read = |json: &str| seen(json).map(|value| json!({ "key": value }));
    let cell = |index: usize| cells.get(index).copied().filter(|cell| !cell.is_empty());
    let fun = cell(1).unwrap_or_else(|| panic!("{row:?} says nothing of fun"));
    Case {
        text: format!("key: {}\n", cells[0]),
        fun: read(fun),
        s: read(cell(2).unwrap_or(fun)),
        refused_here: cell(3) == Some(REFUSED),
    }
}

fn document(part: &str) -> Case {
    let (_, rest) = part.split_once('\n').expect("a name");
    let (text, after) = rest.split_at(rest.find(SEEN).expect("what is seen"));
    let said = |tool: &str| {
        let mut lines = after.lines().filter_map(|line| line.strip_prefix(SEEN));
        lines.find_map(|line| line.strip_prefix(tool)?.strip_prefix(' '))
    };
    let fun = said("fun").unwrap_or_else(|| panic!("{part:?} says nothing of fun"));
    Case {
        text: text.replace("\\r", "\r").replace("\\ufeff", "\u{feff}"),
        fun: seen(fun),
        s: seen(said("s").unwrap_or(fun)),
        refused_here: said("fc-local") == Some(REFUSED),
    }
}

fn seen(json: &str) -> Option<Value> {
    (json != REFUSED)
        .then(|| serde_json::from_str(json).unwrap_or_else(|error| panic!("{json}: {error}")))
}
