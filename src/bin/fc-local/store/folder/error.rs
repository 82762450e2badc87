//! Why a data folder cannot be used, and what to do about it.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::store::state::FORMAT;

/// A data folder that cannot be used.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// Another fc-local has it.
    InUse(PathBuf),
    /// The state file is damaged.
    Damaged { file: PathBuf, why: String },
    /// The state file is that of another version.
    OtherFormat { file: PathBuf, format: u32 },
    /// The disk does not give the state file.
    Unreadable { file: PathBuf, error: io::Error },
    /// The disk refused.
    Io { path: PathBuf, error: io::Error },
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InUse(folder) => write!(
                f,
                "the data folder {} is in use by another fc-local; stop it, or name another folder with --data",
                folder.display()
            ),
            Self::Damaged { file, why } => write!(
                f,
                "{} is damaged: {why}; repair it, or start fc-local, which moves it aside and starts empty",
                file.display()
            ),
            Self::OtherFormat { file, format } => write!(
                f,
                "{} has the format {format}, and this fc-local reads {FORMAT}; update fc-local, or name another folder \
                 with --data",
                file.display()
            ),
            Self::Unreadable { file, error } => write!(
                f,
                "cannot read {}: {error}; make it readable for you, or name another folder with --data",
                file.display()
            ),
            Self::Io { path, error } => write!(
                f,
                "cannot write {}: {error}; nothing that was stored before is lost: {}name another folder with --data",
                path.display(),
                cure(error.kind())
            ),
        }
    }
}

/// What helps besides another folder.
fn cure(error: io::ErrorKind) -> &'static str {
    match error {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "free some space, or ",
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "make it writable for you, or "
        }
        _ => "",
    }
}

impl std::error::Error for StoreError {}

#[cfg(test)]
mod tests;
