//! Code as a package, the other way round from `package`: what the tool would deploy whose file names the code, with its
//! mode bits and links. The same files give the same bytes.
//!
//! By hand on top of the crate `zip`, which writes entries and does not walk folders. It must not know what a function is.

mod devs;
mod error;
mod fun;
mod glob;
mod walk;
mod write;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub(crate) use error::PackError;

/// What is left out of a package, and who says so.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Rules {
    /// `fun`, by the `.funignore` of the folder in which the template lies.
    Fun { project: PathBuf },
    /// Serverless Devs, by each `.fcignore` in the code.
    ServerlessDevs,
}

impl Rules {
    /// The file of rules that lies outside of the code, whether it is there or not.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        match self {
            Self::Fun { project } => Some(project.join(fun::IGNORE_FILE)),
            Self::ServerlessDevs => None,
        }
    }
}

/// Code that is to be packed.
#[derive(Debug)]
pub(crate) struct Code<'a> {
    /// Where it lies: a folder or a file.
    pub(crate) place: &'a Path,
    /// Where the project has it, to which the rules apply: another folder where a build put the code elsewhere.
    pub(crate) named: &'a Path,
    pub(crate) rules: &'a Rules,
    /// A program that was built elsewhere, in the place of the `bootstrap` there, or of the one file that the code is; then
    /// nothing else need be there. What cargo built there is left out.
    pub(crate) program: Option<&'a Path>,
}

/// What goes into a package.
#[derive(Debug)]
struct Entry {
    /// Its path on the disk.
    path: PathBuf,
    /// Its name in the package, with `/` between folders.
    name: String,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    File { bytes: u64, mode: u32 },
    Folder,
    Link { goal: PathBuf },
}

/// Packs code as the tool would.
///
/// Nothing is compressed unless it would be too large otherwise: the package goes no further than this machine.
///
/// # Errors
///
/// The rules cannot be read or leave out the code itself, a link leads out of the code, it is larger than Function Compute
/// takes, or the disk refuses.
pub(crate) fn pack(code: &Code<'_>) -> Result<Vec<u8>, PackError> {
    write::zip(&entries(code)?)
}

/// Whether the package would have a file, or a link, of this name at its root.
///
/// # Errors
///
/// Those of [`pack`], except for what is too large.
pub(crate) fn has(code: &Code<'_>, name: &str) -> Result<bool, PackError> {
    let mut entries = entries(code)?.into_iter();
    Ok(entries.any(|entry| entry.name == name && !matches!(entry.kind, Kind::Folder)))
}

fn entries(code: &Code<'_>) -> Result<Vec<Entry>, PackError> {
    let mut entries = match (fs::metadata(code.place), code.program) {
        (Ok(metadata), _) if metadata.is_dir() => walk::folder(code)?,
        (Err(error), Some(program)) if error.kind() == io::ErrorKind::NotFound => {
            vec![walk::program(program)?]
        }
        (metadata, _) => {
            metadata.map_err(read_error(code.place))?;
            vec![walk::single(code)?]
        }
    };
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

fn read_error(path: &Path) -> impl FnOnce(io::Error) -> PackError + use<> {
    let path = path.to_owned();
    |error| PackError::Unreadable { path, error }
}

#[cfg(test)]
mod table;
#[cfg(test)]
mod tests;
