//! Owns where files are: those of this folder, and the way from one to another.

use std::path::{Path, PathBuf};

/// This folder: where the manifest, the peers and the published result are.
pub const HOME: &str = env!("CARGO_MANIFEST_DIR");

/// A file of this folder.
pub fn home(name: &str) -> PathBuf {
    Path::new(HOME).join(name)
}

/// A path from the root.
///
/// # Errors
/// When there is no current folder.
pub fn absolute(path: &Path) -> Result<PathBuf, String> {
    std::path::absolute(path).map_err(|e| format!("{}: {e}", path.display()))
}

/// The way from a file to another, as a link in the first one has it.
///
/// # Errors
/// When one of them is not there.
pub fn relative(from: &Path, to: &Path) -> Result<String, String> {
    let real = |path: &Path| {
        path.canonicalize()
            .map_err(|e| format!("{}: {e}", path.display()))
    };
    let (from, to) = (real(from)?, real(to)?);
    let folder: Vec<_> = from.parent().unwrap_or(&from).components().collect();
    let target: Vec<_> = to.components().collect();
    let shared = folder
        .iter()
        .zip(&target)
        .take_while(|(a, b)| a == b)
        .count();
    let up = folder[shared..].iter().map(|_| "..".to_owned());
    let down = target[shared..]
        .iter()
        .map(|c| c.as_os_str().to_string_lossy().into_owned());
    Ok(up.chain(down).collect::<Vec<_>>().join("/"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_link_goes_up_and_down_between_two_files() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join("musl/compare")).unwrap();
        for file in ["README.md", "musl/NOTE.md", "musl/compare/result.svg"] {
            fs::write(root.join(file), "").unwrap();
        }
        let to = root.join("musl/compare/result.svg");
        let link = |from: &str| relative(&root.join(from), &to).unwrap();
        assert_eq!(link("README.md"), "musl/compare/result.svg");
        assert_eq!(link("musl/NOTE.md"), "compare/result.svg");
        let back = relative(&to, &root.join("README.md")).unwrap();
        assert_eq!(back, "../../README.md");
    }
}
