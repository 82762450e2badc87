//! What `--ignore` names: a name without a slash in every folder, anything else as a path from here.
//!
//! It knows nothing of what is watched.

use std::path::{Component, Path, PathBuf};

use glob::{MatchOptions, Pattern};

use super::watched::real;

/// A star does not go from one folder into another.
const OPTIONS: MatchOptions = MatchOptions {
    case_sensitive: true,
    require_literal_separator: true,
    require_literal_leading_dot: false,
};

/// What makes a part of a path more than a name.
const WILD: [char; 3] = ['*', '?', '['];

/// Files and folders whose changes start no build.
#[derive(Debug, Clone, Default)]
pub(super) struct Ignored {
    names: Vec<Pattern>,
    paths: Vec<Pattern>,
}

impl Ignored {
    /// Reads patterns; a relative path begins at the folder that `fc-local` runs in.
    pub(super) fn of(patterns: &[String]) -> Result<Self, String> {
        let mut ignored = Self::default();
        for given in patterns {
            let refused = |error| format!("--ignore {given} is not a path or pattern: {error}");
            let path = given.trim_end_matches('/');
            if path.contains('/') {
                ignored
                    .paths
                    .push(absolute(Path::new(path)).map_err(refused)?);
            } else {
                ignored.names.push(Pattern::new(path).map_err(refused)?);
            }
        }
        Ok(ignored)
    }

    /// Whether the name of a file or folder is one of them.
    pub(super) fn has_name(&self, name: &str) -> bool {
        self.names
            .iter()
            .any(|pattern| pattern.matches_with(name, OPTIONS))
    }

    /// Whether a path, or a folder around it, is one of them.
    pub(super) fn has_path(&self, path: &Path) -> bool {
        let is_it = |part| {
            self.paths
                .iter()
                .any(|pattern| pattern.matches_path_with(part, OPTIONS))
        };
        path.ancestors().any(is_it)
    }
}

/// A pattern of absolute paths. What comes before its first wild part is a folder, whose own name is no pattern.
fn absolute(path: &Path) -> Result<Pattern, glob::PatternError> {
    let is_wild = |part: &Component<'_>| part.as_os_str().to_string_lossy().contains(WILD);
    let plain: PathBuf = path
        .components()
        .take_while(|part| !is_wild(part))
        .collect();
    let wild: PathBuf = path
        .components()
        .skip_while(|part| !is_wild(part))
        .collect();
    let plain = Pattern::escape(&real(&Path::new(".").join(plain)).to_string_lossy());
    // Joined to nothing it would get a slash at its end.
    let parts = Path::new(&plain).components().chain(wild.components());
    Pattern::new(&parts.collect::<PathBuf>().to_string_lossy())
}

#[cfg(test)]
mod tests;
