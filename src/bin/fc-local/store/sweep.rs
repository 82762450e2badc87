//! What a data folder holds that nothing names: files that were never finished, packages out of use, everything where the
//! state is gone.
//!
//! It must not know what is deployed.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files::entries;
use super::state::STATE_FILE;

/// How the names of unfinished files begin (crate `tempfile`), and how many letters follow.
const UNFINISHED: &str = ".tmp";
const UNFINISHED_LETTERS: usize = 6;

/// What a state names, and a state that is damaged.
const NAMED: [&str; 6] = [STATE_FILE, "code", "async", "packages", "logs", "tasks"];

/// Removes files that a killed fc-local had begun to write; each is a whole file's next version, which nobody was promised.
pub(super) fn temporary(folder: &Path) {
    let buckets = entries(&folder.join("packages"));
    let services = entries(&folder.join("tasks"));
    let tasks: Vec<_> = services
        .iter()
        .flat_map(|service| entries(service))
        .collect();
    let folders = ["", "async", "code"].map(|inner| folder.join(inner));
    let files = folders
        .iter()
        .chain(&buckets)
        .chain(&tasks)
        .flat_map(|folder| entries(folder));
    // What cannot be removed now is found again at the next start.
    files
        .filter(|file| is_unfinished(file))
        .for_each(|file| drop(fs::remove_file(file)));
}

/// Whether a file has the name of one that was never finished.
pub(crate) fn is_unfinished(file: &Path) -> bool {
    let name = file.file_name().and_then(|name| name.to_str());
    let rest = name.and_then(|name| name.strip_prefix(UNFINISHED));
    rest.is_some_and(|rest| {
        rest.len() == UNFINISHED_LETTERS && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Removes packages that are not used, and what instances left; only at the start, when none can need it.
pub(super) fn packages(folder: &Path, used: &[PathBuf]) {
    let unused = entries(&folder.join("code"))
        .into_iter()
        .filter(|file| !used.contains(file));
    // What cannot be removed now is found again at the next start.
    unused.for_each(|file| drop(fs::remove_file(file)));
    entries(&folder.join("scratch"))
        .into_iter()
        .for_each(|folder| drop(fs::remove_dir_all(folder)));
}

/// Moves what only a state could name to a new folder, if there is any; returns that folder.
pub(super) fn move_aside(folder: &Path) -> io::Result<Option<PathBuf>> {
    let is_filled = |inner: &&&str| {
        let path = folder.join(inner);
        path.is_file() || !entries(&path).is_empty()
    };
    let filled = NAMED.iter().filter(is_filled);
    let filled: Vec<_> = filled.collect();
    if filled.is_empty() {
        return Ok(None);
    }
    let free = (1..).map(|number| folder.join(format!("aside-{number}")));
    let aside = free.into_iter().find(|path| !path.exists());
    let aside = aside.ok_or_else(|| io::Error::other("no free name"))?;
    fs::create_dir(&aside)?;
    for inner in filled {
        fs::rename(folder.join(inner), aside.join(inner))?;
    }
    Ok(Some(aside))
}
