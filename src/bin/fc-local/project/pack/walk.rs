//! What of a folder goes into its package.
//!
//! Owns the ways in which the two tools walk. It must not know the form of a package.

use std::fs::{self, Metadata};
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};

use super::devs::{self, Passes};
use super::{Code, Entry, Kind, PackError, Rules, fun, read_error};
use crate::project::package::{BOOTSTRAP, leads_out};

/// The rights to run a file, which both tools give to `bootstrap`.
const RUN: u32 = 0o111;
/// The rights that a package keeps.
const RIGHTS: u32 = 0o777;

/// The file in a folder that a program made and can make again, and what it says if that is cargo.
const CACHE_TAG: &str = "CACHEDIR.TAG";
const CACHE_OF_CARGO: &str = "created by cargo";

/// All that a folder gives to its package.
pub(super) fn folder(code: &Code<'_>) -> Result<Vec<Entry>, PackError> {
    let mut found = Vec::new();
    match code.rules {
        Rules::Fun { project } => {
            let rules = FunRules::of(project, code.named)?;
            walk_as_fun(&rules, code.place, code.place, &mut found)?;
            put_program(code, &mut found, || Ok(!rules.leave_out(BOOTSTRAP)))?;
        }
        Rules::ServerlessDevs => {
            walk_as_devs(&[], code.place, code.place, &mut found)?;
            put_program(code, &mut found, || {
                let own = devs::Rules::in_folder(code.place)?;
                Ok(devs::passes(&[(&own, BOOTSTRAP.to_owned())]).as_file)
            })?;
        }
    }
    Ok(found)
}

/// Puts the program that was built elsewhere where the rules let its file through.
fn put_program(
    code: &Code<'_>,
    found: &mut Vec<Entry>,
    passes: impl FnOnce() -> Result<bool, PackError>,
) -> Result<(), PackError> {
    let Some(built) = code.program else {
        return Ok(());
    };
    leave_out_builds(found);
    found.retain(|entry| entry.name != BOOTSTRAP);
    if passes()? {
        found.push(program(built)?);
    }
    Ok(())
}

/// Leaves out what cargo built: where the code is the whole project, that would be packed anew after each build.
fn leave_out_builds(found: &mut Vec<Entry>) {
    let tags = found.iter().filter_map(|entry| {
        let folder = entry.name.strip_suffix(CACHE_TAG)?;
        let tag = fs::read_to_string(&entry.path).ok()?;
        tag.contains(CACHE_OF_CARGO).then(|| folder.to_owned())
    });
    let built: Vec<String> = tags.filter(|folder| folder.ends_with('/')).collect();
    found.retain(|entry| {
        let mut built = built.iter();
        !built.any(|folder| format!("{}/", entry.name).starts_with(folder))
    });
}

/// A program that was built elsewhere.
pub(super) fn program(built: &Path) -> Result<Entry, PackError> {
    let metadata = fs::metadata(built).map_err(read_error(built))?;
    Ok(file(built.to_owned(), BOOTSTRAP.to_owned(), &metadata))
}

/// Code that is one file.
pub(super) fn single(code: &Code<'_>) -> Result<Entry, PackError> {
    if let Rules::Fun { project } = code.rules {
        FunRules::of(project, code.named)?;
    }
    let path = code.program.unwrap_or(code.place);
    let metadata = fs::metadata(path).map_err(read_error(path))?;
    let name = code.place.file_name().unwrap_or_default().to_string_lossy();
    Ok(file(path.to_owned(), name.into_owned(), &metadata))
}

/// The rules of a project, and where in it the code is; none for code outside of the project, as `fun` warns.
struct FunRules(Option<(fun::Rules, String)>);

impl FunRules {
    fn of(project: &Path, named: &Path) -> Result<Self, PackError> {
        let Some(inner) = inside(project, named) else {
            return Ok(Self(None));
        };
        let rules = fun::Rules::of(project)?;
        if !inner.is_empty() && rules.leaves_out(&inner) {
            let code = named.to_owned();
            return Err(PackError::LeftOut { code });
        }
        Ok(Self(Some((rules, inner))))
    }

    fn leave_out(&self, name: &str) -> bool {
        let Self(Some((rules, inner))) = self else {
            return false;
        };
        if inner.is_empty() {
            rules.leaves_out(name)
        } else {
            rules.leaves_out(&format!("{inner}/{name}"))
        }
    }
}

/// The path of code in its project, empty where both are one.
fn inside(project: &Path, named: &Path) -> Option<String> {
    let (project, named) = (straight(project), straight(named));
    let inner = named.strip_prefix(project).ok()?;
    Some(inner.to_string_lossy().into_owned())
}

/// An absolute path without `.` and `..`.
fn straight(path: &Path) -> PathBuf {
    // The folder of a template that is named without one.
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let mut straight = PathBuf::new();
    for part in absolute.components() {
        match part {
            Component::ParentDir => drop(straight.pop()),
            part => straight.push(part),
        }
    }
    straight
}

/// Every folder is an entry, also an empty one.
fn walk_as_fun(
    rules: &FunRules,
    root: &Path,
    folder: &Path,
    found: &mut Vec<Entry>,
) -> Result<(), PackError> {
    for path in listed(folder)? {
        let name = name_of(root, &path);
        if rules.leave_out(&name) {
            continue;
        }
        let metadata = path.symlink_metadata().map_err(read_error(&path))?;
        let inner = metadata.is_dir().then(|| path.clone());
        found.extend(entry(root, path, name, &metadata)?);
        if let Some(inner) = inner {
            walk_as_fun(rules, root, &inner, found)?;
        }
    }
    Ok(())
}

/// Only a folder that is empty on the disk is an entry.
fn walk_as_devs(
    around: &[(&devs::Rules, &Path)],
    root: &Path,
    folder: &Path,
    found: &mut Vec<Entry>,
) -> Result<(), PackError> {
    let own = devs::Rules::in_folder(folder)?;
    let around: Vec<_> = around.iter().copied().chain([(&own, folder)]).collect();
    for path in listed(folder)? {
        let paths = around
            .iter()
            .map(|(rules, from)| (*rules, name_of(from, &path)));
        let Passes { as_file, as_folder } = devs::passes(&paths.collect::<Vec<_>>());
        let metadata = path.symlink_metadata().map_err(read_error(&path))?;
        let is_folder = metadata.is_dir();
        if is_folder && as_folder && !listed(&path)?.is_empty() {
            walk_as_devs(&around, root, &path, found)?;
        } else if is_folder && as_folder || !is_folder && as_file {
            let name = name_of(root, &path);
            found.extend(entry(root, path, name, &metadata)?);
        }
    }
    Ok(())
}

fn listed(folder: &Path) -> Result<Vec<PathBuf>, PackError> {
    let entries = fs::read_dir(folder).map_err(read_error(folder))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    paths.collect::<Result<_, _>>().map_err(read_error(folder))
}

fn name_of(root: &Path, path: &Path) -> String {
    let inner = path.strip_prefix(root).unwrap_or(path);
    inner.to_string_lossy().into_owned()
}

/// What a path gives to the package; sockets and the like have no place in one.
fn entry(
    root: &Path,
    path: PathBuf,
    name: String,
    metadata: &Metadata,
) -> Result<Option<Entry>, PackError> {
    if metadata.is_symlink() {
        let kind = link(root, &path)?;
        return Ok(Some(Entry { path, name, kind }));
    }
    if metadata.is_dir() {
        let kind = Kind::Folder;
        return Ok(Some(Entry { path, name, kind }));
    }
    Ok(metadata.is_file().then(|| file(path, name, metadata)))
}

fn file(path: PathBuf, name: String, metadata: &Metadata) -> Entry {
    let run = if name == BOOTSTRAP { RUN } else { 0 };
    let kind = Kind::File {
        bytes: metadata.len(),
        mode: metadata.permissions().mode() & RIGHTS | run,
    };
    Entry { path, name, kind }
}

/// A link, with its goal from its own folder on, as both tools write it.
fn link(root: &Path, path: &Path) -> Result<Kind, PackError> {
    let written = fs::read_link(path).map_err(read_error(path))?;
    let goal = if written.is_absolute() {
        from_folder_of(root, path, &written)
    } else {
        Some(written.clone())
    };
    match goal.filter(|goal| !leads_out(root, path, goal)) {
        Some(goal) => Ok(Kind::Link { goal }),
        None => Err(PackError::LeadsOut {
            link: PathBuf::from(name_of(root, path)),
            goal: written,
        }),
    }
}

/// The way from a link to an absolute place in the code.
fn from_folder_of(root: &Path, link: &Path, goal: &Path) -> Option<PathBuf> {
    let goal = straight(goal);
    let roots = [straight(root)].into_iter().chain(root.canonicalize());
    let inner = roots
        .filter_map(|root| goal.strip_prefix(root).ok().map(Path::to_owned))
        .next()?;
    let folder = link
        .parent()
        .and_then(|folder| folder.strip_prefix(root).ok())?;
    let both = folder.components().zip(inner.components());
    let shared = both.take_while(|(one, other)| one == other).count();
    let up = folder
        .components()
        .skip(shared)
        .map(|_| Component::ParentDir);
    let way: PathBuf = up.chain(inner.components().skip(shared)).collect();
    Some(if way.as_os_str().is_empty() {
        PathBuf::from(".")
    } else {
        way
    })
}
