//! The symbolic links of a package: none may lead out of it, be it by way of others.

use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Component, Path, PathBuf};

use super::PackageError;

/// How many links the kernel follows for one path before it calls them a circle (`path_resolution(7)`).
const LINK_HOPS_MAX: u32 = 40;

/// Creates a link, unless it would lie below another one.
pub(super) fn create(root: &Path, path: &Path, goal: &Path) -> Result<(), PackageError> {
    let parent = path.parent().unwrap_or(root);
    let below_a_link = parent
        .ancestors()
        .take_while(|folder| *folder != root)
        .any(Path::is_symlink);
    if below_a_link {
        return Err(escapes(root, path, goal));
    }
    super::create_folder(parent)?;
    symlink(goal, path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => PackageError::Clashes {
            entry: inside(root, path).display().to_string(),
        },
        _ => PackageError::Io {
            path: path.to_owned(),
            error,
        },
    })
}

/// Whether the goal of a link, `path` below `root`, is outside of `root` or in a circle.
pub(crate) fn leads_out(root: &Path, path: &Path, goal: &Path) -> bool {
    let from = path.parent().unwrap_or(root).to_owned();
    follow(root, from, goal, &mut 0).is_none()
}

/// Refuses a link that leads out of the package, be it by way of other links.
pub(super) fn check(root: &Path, path: &Path, goal: &Path) -> Result<(), PackageError> {
    if leads_out(root, path, goal) {
        return Err(escapes(root, path, goal));
    }
    Ok(())
}

/// Where a link's goal leads as the kernel walks it, or `None` if that is outside or goes in circles.
///
/// Parts that do not exist are taken for folders.
fn follow(root: &Path, from: PathBuf, goal: &Path, hops: &mut u32) -> Option<PathBuf> {
    *hops += 1;
    if *hops > LINK_HOPS_MAX {
        return None;
    }
    let mut at = from;
    for part in goal.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if at != root => drop(at.pop()),
            Component::Normal(name) => {
                let next = at.join(name);
                at = match fs::read_link(&next) {
                    Ok(goal) => follow(root, at, &goal, hops)?,
                    Err(_) => next,
                };
            }
            _ => return None,
        }
    }
    Some(at)
}

fn escapes(root: &Path, path: &Path, goal: &Path) -> PackageError {
    PackageError::Escapes {
        entry: format!("{} -> {}", inside(root, path).display(), goal.display()),
    }
}

fn inside<'a>(root: &Path, path: &'a Path) -> &'a Path {
    path.strip_prefix(root).unwrap_or(path)
}
