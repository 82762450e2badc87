//! What counts as a change: sources, and packages that nobody builds here.
//!
//! It knows no watcher and no build.

mod made;

use std::path::{Path, PathBuf};

use self::made::{MODULES, build_folder_of_variable, is_build_folder, is_editors};
use super::ignored::Ignored;
use crate::cargo::Sources;

/// What a change asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// A build.
    Source,
    /// That a package is taken as it is now.
    Package,
}

/// What is watched, by absolute paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Watched {
    /// What the user named.
    named: Sources,
    /// What cargo named.
    of_programs: Sources,
    packages: Vec<PathBuf>,
    ignored: Ignored,
    /// Where cargo puts what it builds.
    build_folders: Vec<PathBuf>,
}

impl Watched {
    /// Files, and folders with all that is in them, less what is to be ignored.
    pub(super) fn of(paths: &[PathBuf], ignored: Ignored) -> Result<Self, String> {
        let mut watched = Self {
            build_folders: build_folder_of_variable().into_iter().collect(),
            ignored,
            ..Self::default()
        };
        for path in paths {
            let absolute = path.canonicalize().map_err(|error| {
                format!(
                    "cannot watch {}: {error}; correct --watch or --template",
                    path.display()
                )
            })?;
            if absolute.is_dir() {
                watched.named.folders.push(absolute);
            } else {
                watched.named.files.push(absolute);
            }
        }
        Ok(watched)
    }

    /// Watches these packages from now on, be they there already or not, and no others.
    pub(super) fn set_packages(&mut self, packages: &[PathBuf]) {
        self.packages = packages.iter().map(|package| real(package)).collect();
        // A link is watched as well as what it leads to.
        let ends = packages.iter().flat_map(|package| package.canonicalize());
        self.packages.extend(ends);
    }

    /// Watches these sources of cargo's from now on, and no others, and takes what lies in these folders for built.
    pub(super) fn set_programs(&mut self, sources: &Sources, build_folders: &[PathBuf]) {
        self.of_programs = sources.clone();
        self.build_folders = build_folder_of_variable().into_iter().collect();
        self.build_folders.extend_from_slice(build_folders);
    }

    /// The folders to be watched with all that is in them.
    pub(super) fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.named.folders.iter().chain(&self.of_programs.folders)
    }

    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.named.files.iter().chain(&self.of_programs.files)
    }

    /// The folders around all that is watched: an editor that replaces a file by another is only seen there.
    pub(super) fn parents(&self) -> Vec<PathBuf> {
        let sources = self.folders().chain(self.files());
        let sources = sources.filter_map(|path| path.parent());
        // A package may be in a folder that the build makes; until then its own parent is what can be watched.
        let packages = self.packages.iter();
        let packages =
            packages.filter_map(|path| path.ancestors().skip(1).find(|one| one.is_dir()));
        let mut parents: Vec<PathBuf> = sources.chain(packages).map(Path::to_owned).collect();
        parents.sort();
        parents.dedup();
        // A folder that is watched with all that is in it needs no second watch.
        parents.retain(|parent| !self.folders().any(|folder| folder == parent));
        parents
    }

    /// Any path that is watched: what is reported when nobody knows of which files events were lost.
    pub(super) fn any(&self) -> Option<&PathBuf> {
        self.folders().chain(self.files()).next()
    }

    /// What a change of this path asks for, if it counts.
    pub(super) fn change(&self, path: &Path) -> Option<Change> {
        // A package is one wherever it lies, also among the sources.
        if self.packages.iter().any(|package| package == path) {
            return Some(Change::Package);
        }
        if self.is_source(path) {
            return Some(Change::Source);
        }
        let around_package = self
            .packages
            .iter()
            .any(|package| package.starts_with(path));
        around_package.then_some(Change::Package)
    }

    fn is_source(&self, path: &Path) -> bool {
        let inside = |folder: &PathBuf| {
            let Ok(inner) = path.strip_prefix(folder) else {
                return false;
            };
            // What was named to be watched is watched, whatever its own name.
            let mut below = path.ancestors().take(inner.components().count());
            below.all(|part| !self.is_made(part))
        };
        let counts = self.files().any(|file| file == path) || self.folders().any(inside);
        counts && !self.ignored.has_path(path)
    }

    /// Hidden files, editors' copies, what is to be ignored, and folders that are made and can be made again.
    fn is_made(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with('.')
            || name == MODULES
            || is_editors(&name)
            || self.ignored.has_name(&name)
            || self.build_folders.iter().any(|folder| folder == path)
            || is_build_folder(path)
    }
}

/// A path as a person here would name it.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let inner = path.strip_prefix(here).unwrap_or(path);
    inner.display().to_string()
}

/// An absolute path whose folders are no links, as far as it exists.
pub(super) fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let parents = absolute.ancestors().skip(1);
    let found = parents.map(|parent| (parent, parent.canonicalize()));
    for (parent, canonical) in found {
        if let (Ok(canonical), Ok(rest)) = (canonical, absolute.strip_prefix(parent)) {
            return canonical.join(rest);
        }
    }
    absolute
}

#[cfg(test)]
mod tests;
