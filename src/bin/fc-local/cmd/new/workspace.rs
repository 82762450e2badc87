//! The workspace around a new project: found before the project is made, and joined after it.
//!
//! Whether a project is a member is for cargo to say, since patterns and exceptions decide it too; the manifest is changed
//! only where cargo asks for that, and is as it was if cargo does not take it.

use std::fs;
use std::path::{Path, PathBuf};

use toml_edit::{Array, DocumentMut, Item, Value};

use crate::cargo::{self, MANIFEST};

/// A manifest with `[workspace]` above the folder that a project is made in.
#[derive(Debug)]
pub(super) struct Workspace {
    manifest: PathBuf,
    text: String,
}

/// How a new project stands to the workspace around it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Joined {
    /// It was a member by a pattern, or is kept out by an exception.
    AsItIs,
    /// It is in the list of members now.
    Added(PathBuf),
    /// The user has to add it, with this line.
    ByHand { manifest: PathBuf, line: String },
}

impl Workspace {
    /// The nearest one around a folder.
    pub(super) fn around(folder: &Path) -> Option<Self> {
        folder.ancestors().find_map(|around| {
            let manifest = around.join(MANIFEST);
            let text = fs::read_to_string(&manifest).ok()?;
            let document: DocumentMut = text.parse().ok()?;
            let has_workspace = document.get("workspace").is_some_and(Item::is_table_like);
            has_workspace.then_some(Self { manifest, text })
        })
    }

    /// Makes the project in a folder a member, if cargo says that it has to be one.
    pub(super) fn join(&self, project: &Path) -> Joined {
        let own = project.join(MANIFEST);
        if cargo::metadata(&own).is_ok() {
            return Joined::AsItIs;
        }
        let member = self.member(project);
        let added = self.with_member(&member);
        if added.is_some_and(|text| fs::write(&self.manifest, text).is_ok()) {
            if cargo::metadata(&own).is_ok() {
                return Joined::Added(self.manifest.clone());
            }
            // What cargo does not like about it may have been there before. If it cannot be put back, cargo says so.
            let _ = fs::write(&self.manifest, &self.text);
        }
        Joined::ByHand {
            manifest: self.manifest.clone(),
            line: format!("members = [{member:?}]"),
        }
    }

    /// The project's folder as the list of members has it.
    fn member(&self, project: &Path) -> String {
        let root = self.manifest.parent().unwrap_or(Path::new("/"));
        let inner = project.strip_prefix(root).unwrap_or(project);
        inner.display().to_string()
    }

    /// The manifest with one member more, and the rest as it is.
    fn with_member(&self, member: &str) -> Option<String> {
        let mut document: DocumentMut = self.text.parse().ok()?;
        let workspace = document.get_mut("workspace")?.as_table_like_mut()?;
        let members = workspace
            .entry("members")
            .or_insert(Item::Value(Array::new().into()));
        let members = members.as_array_mut()?;
        let mut new = Value::from(member);
        if let Some(last) = members.iter().last() {
            new.decor_mut().set_prefix(place_of(last));
        }
        members.push_formatted(new);
        Some(document.to_string())
    }
}

/// What stands before a value of a list, without its comment: a space, or a new line with its indentation.
fn place_of(value: &Value) -> String {
    let prefix = value
        .decor()
        .prefix()
        .and_then(|prefix| prefix.as_str())
        .unwrap_or(" ");
    match prefix.rsplit_once('\n') {
        Some((_, indentation)) => format!("\n{indentation}"),
        // The first of a list has nothing before it.
        None => " ".to_owned(),
    }
}

#[cfg(test)]
mod tests;
