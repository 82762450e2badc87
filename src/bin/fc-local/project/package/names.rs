//! The names of a package: whether a file system can have all of them side by side.
//!
//! It is asked when a package is uploaded, so that none is taken that cannot be unpacked.

use std::collections::HashSet;
use std::io::{Read, Seek};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use zip::ZipArchive;

use super::{PackageError, inner_path};

/// The longest name of a file, without its folders, that file systems take (`NAME_MAX`).
const PART_BYTES: usize = 255;

/// Refuses a place that is named twice, a file that is a folder as well, and a part of a name that is too long.
pub(super) fn check<R: Read + Seek>(archive: &mut ZipArchive<R>) -> Result<(), PackageError> {
    let mut places = Places::default();
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(PackageError::NotAZip)?;
        let path = inner_path(&entry)?;
        check_parts(&path)?;
        if entry.is_dir() {
            places.add_folder(&path);
        } else {
            places.add_file(path, entry.is_symlink())?;
        }
    }
    places.check()
}

fn check_parts(path: &Path) -> Result<(), PackageError> {
    let too_long = path.iter().any(|part| part.as_bytes().len() > PART_BYTES);
    if too_long {
        return Err(PackageError::LongName {
            entry: path.display().to_string(),
            limit_bytes: PART_BYTES,
        });
    }
    Ok(())
}

#[derive(Default)]
struct Places {
    files: HashSet<PathBuf>,
    links: HashSet<PathBuf>,
    folders: HashSet<PathBuf>,
}

impl Places {
    fn add_folder(&mut self, path: &Path) {
        for folder in path.ancestors() {
            // Then those above it are known too.
            if !self.folders.insert(folder.to_owned()) {
                return;
            }
        }
    }

    fn add_file(&mut self, path: PathBuf, is_link: bool) -> Result<(), PackageError> {
        // Without a name it would be in the place of the package's own folder.
        let folder = path.parent().ok_or_else(|| clash(&path))?;
        self.add_folder(folder);
        let (own, others) = if is_link {
            (&mut self.links, &self.files)
        } else {
            (&mut self.files, &self.links)
        };
        if others.contains(&path) || own.contains(&path) {
            return Err(clash(&path));
        }
        own.insert(path);
        Ok(())
    }

    /// What lies below a link is refused where the link is created, whatever it leads to.
    fn check(&self) -> Result<(), PackageError> {
        let both = self.files.intersection(&self.folders).next();
        both.map_or(Ok(()), |path| Err(clash(path)))
    }
}

fn clash(path: &Path) -> PackageError {
    PackageError::Clashes {
        entry: path.display().to_string(),
    }
}
