//! What nobody writes by hand: what cargo, package managers and editors put beside the sources.
//!
//! The rules are written by hand: what cargo fills is known by its marks, a manifest beside it or a `CACHEDIR.TAG` in it, and
//! no list of ignored files of a project names what a build writes elsewhere.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::real;
use crate::cargo::MANIFEST;

/// A folder that is never a source, wherever it lies.
pub(super) const MODULES: &str = "node_modules";

/// The folder that cargo fills unless another is set.
const CARGO_TARGET: &str = "target";
const CARGO_TARGET_VARIABLE: &str = "CARGO_TARGET_DIR";

/// The file by which a folder says that a program made it and can make it again, and that this program was cargo.
const CACHE_TAG: &str = "CACHEDIR.TAG";
pub(super) const CACHE_SIGNATURE: &str = "Signature: 8a477f597d28d172789f06886806bc55";
const CACHE_OF_CARGO: &str = "created by cargo";

/// What vim writes to find out whether it may write.
const VIM_PROBE: &str = "4913";
/// How names end that editors give to what they write beside a file: of backups, of the IDEs of `JetBrains`, of many others.
const EDITORS_ENDS: [&str; 5] = ["~", "___jb_tmp___", "___jb_old___", ".tmp", ".swp"];
/// And how they go on, with a number.
const EDITORS_MIDDLE: &str = ".tmp.";

/// Whether an editor gives such a name to what it writes for itself.
pub(super) fn is_editors(name: &str) -> bool {
    name == VIM_PROBE
        || EDITORS_ENDS.iter().any(|end| name.ends_with(end))
        || name.contains(EDITORS_MIDDLE)
        // Emacs saves so what is not saved yet.
        || (name.starts_with('#') && name.ends_with('#'))
}

pub(super) fn build_folder_of_variable() -> Option<PathBuf> {
    let folder = std::env::var_os(CARGO_TARGET_VARIABLE).filter(|folder| !folder.is_empty())?;
    Some(real(Path::new(&folder)))
}

/// Whether cargo builds there: by its place, which is known also while there is nothing, or by what cargo leaves in it.
pub(super) fn is_build_folder(path: &Path) -> bool {
    let beside_manifest = || path.with_file_name(MANIFEST).is_file();
    (path.file_name() == Some(OsStr::new(CARGO_TARGET)) && beside_manifest())
        || fs::read_to_string(path.join(CACHE_TAG))
            .is_ok_and(|tag| tag.starts_with(CACHE_SIGNATURE) && tag.contains(CACHE_OF_CARGO))
}
