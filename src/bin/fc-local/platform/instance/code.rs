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
mod tests {
    use std::sync::mpsc;

    use tokio::runtime::Builder;

    use super::Code;

    #[test]
    fn unpacked_code_is_removed_by_another_thread() {
        let mut runtime = Builder::new_current_thread();
        let runtime = runtime.max_blocking_threads(1).build().expect("a runtime");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        runtime.block_on(async {
            let (finish, finished) = mpsc::channel::<()>();
            let busy = tokio::task::spawn_blocking(move || finished.recv());
            drop(Code::from(folder));
            assert!(path.is_dir(), "it was removed by the thread that serves");
            drop(finish);
            assert!(busy.await.expect("done").is_err());
            // One after the other, on the only other thread.
            tokio::task::spawn_blocking(|| {}).await.expect("done");
            assert!(!path.exists(), "it stays");
        });
    }

    #[test]
    fn unpacked_code_is_removed_without_a_runtime_too() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_owned();
        drop(Code::from(folder));
        assert!(!path.exists());
    }
}
