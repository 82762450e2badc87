//! The code that an instance runs, and what becomes of it after the instance.
//!
//! It must not know where the code comes from.

use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tokio::runtime::Handle;

/// The unpacked code of an instance.
#[derive(Debug)]
pub(crate) enum Code {
    /// A folder of the developer's, used in place.
    Folder(PathBuf),
    /// A scratch folder, gone with the instance.
    Unpacked(Scratch),
}

/// A scratch folder, which is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Scratch(Option<TempDir>);

impl Code {
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Folder(path) => path,
            // It is there until the drop.
            Self::Unpacked(Scratch(folder)) => folder.as_ref().map_or(Path::new(""), TempDir::path),
        }
    }
}

impl From<TempDir> for Code {
    fn from(folder: TempDir) -> Self {
        Self::Unpacked(Scratch(Some(folder)))
    }
}

impl Drop for Scratch {
    /// Has another thread remove the folder, which may have thousands of files: the calls of other instances wait for this one.
    fn drop(&mut self) {
        let folder = self.0.take();
        if let Ok(runtime) = Handle::try_current() {
            // A runtime that ends drops it at once.
            runtime.spawn_blocking(move || drop(folder));
        }
    }
}

#[cfg(test)]
mod tests;
