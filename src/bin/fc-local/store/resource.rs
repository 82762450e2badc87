//! What a request creates and another reads back, and the code that a function has.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::spec::{Fields, Spec};

/// Anything that was created by a request and can be read back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Resource<S> {
    pub(crate) spec: S,
    pub(crate) id: String,
    pub(crate) created: String,
    pub(crate) modified: String,
    /// Counts the changes, so that instances of an older version can be recognized.
    pub(crate) revision: u64,
}

/// A stored code package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodeRef {
    /// Its digest, which names its file.
    pub(crate) sha256: String,
    /// Its checksum as the API shows it, in decimal digits: CRC-64 with the polynomial of ECMA-182, as xz computes it. Empty in
    /// the state of an older fc-local, until that is opened.
    #[serde(default)]
    pub(crate) crc64: String,
    pub(crate) size: u64,
}

impl<S: Spec> Resource<S> {
    /// A resource as it was just asked for.
    pub(crate) fn new(spec: S) -> Self {
        let now = now();
        Self {
            spec,
            id: uuid::Uuid::new_v4().to_string(),
            created: now.clone(),
            modified: now,
            revision: 0,
        }
    }

    /// Replaces the fields that the change names and keeps the others.
    ///
    /// # Errors
    ///
    /// The change would be refused; then nothing is changed.
    pub(crate) fn change(&mut self, change: Fields) -> Result<(), String> {
        self.spec = self.spec.changed(change)?;
        self.touch();
        Ok(())
    }

    /// Replaces all fields, if they differ; says whether they did.
    pub(crate) fn replace(&mut self, spec: S) -> bool {
        let differs = self.spec != spec;
        if differs {
            self.spec = spec;
            self.touch();
        }
        differs
    }

    /// Marks a change of something that is not among the fields.
    pub(crate) fn touch(&mut self) {
        self.modified = now();
        self.revision += 1;
    }
}

/// The present as the API writes times.
fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}
