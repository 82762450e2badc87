//! Where the code of a function lies.

use std::path::{Path, PathBuf};

use super::FunctionSpec;
use crate::project::package::BOOTSTRAP;

impl FunctionSpec {
    /// Where its package lies: a `CodeUri` may be the program itself.
    pub(crate) fn place(&self) -> PathBuf {
        let code = &self.code;
        let is_program = code.file_name().is_some_and(|name| name == BOOTSTRAP);
        match code.parent().filter(|_| is_program && code.is_file()) {
            Some(folder) => folder.to_owned(),
            None => code.clone(),
        }
    }

    /// Whether its package is this folder or file.
    pub(crate) fn lies_at(&self, other: &Path) -> bool {
        let place = self.place();
        let real = |path: &Path| path.canonicalize().ok();
        place == other || (real(&place).is_some() && real(&place) == real(other))
    }
}
