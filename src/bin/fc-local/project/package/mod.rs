//! Code packages: a folder or a zip file with `bootstrap` at its root, unpacked as FC does.
//!
//! Mode bits and symbolic links are kept ([contract §0.1](crate::check::sections::SECTIONS#0)); nothing is ever written
//! outside the target folder, whatever the names in the zip say.
//!
//! The rules are written by hand, because the `extract` of the crate `zip` has others: it writes without a limit, and lets
//! an entry overwrite an earlier one of the same name, where a package that names a file twice is refused here.

mod limits;
mod links;
mod names;

use std::ffi::OsString;
use std::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::hex::hex;
use limits::{Limits, Room, check_places};

pub(crate) use links::leads_out;

/// The file that FC starts ([contract §0.1](crate::check::sections::SECTIONS#0)).
pub(crate) const BOOTSTRAP: &str = "bootstrap";

/// A package that cannot be used.
#[derive(Debug)]
pub(crate) enum PackageError {
    /// The bytes are no readable zip file.
    NotAZip(ZipError),
    /// An entry's name or link target leads out of the package.
    Escapes { entry: String },
    /// Two entries want the same place, or one is a folder and a file.
    Clashes { entry: String },
    /// It would unpack to more than its size or any instance allows.
    TooLarge { limit_bytes: u64 },
    /// It has more files, folders and links than are taken.
    TooMany { limit: usize },
    /// An entry's name is longer than is taken.
    LongName { entry: String, limit_bytes: usize },
    /// A link's target is longer than the kernel follows.
    LongTarget { entry: String, limit_bytes: u64 },
    /// A link's target is empty, or no path.
    NoTarget { entry: String },
    /// Two entries share bytes, so that a small package could unpack to a large one.
    Overlaps { entry: String },
    /// A stored package is not there, or is not the one that was stored.
    Damaged { path: PathBuf },
    /// The disk refused.
    Io { path: PathBuf, error: io::Error },
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotAZip(error) => {
                write!(f, "the code package is not a readable zip file: {error}")
            }
            Self::Escapes { entry } => write!(
                f,
                "the code package has an entry that leads out of it: {entry:?}"
            ),
            Self::Clashes { entry } => write!(f, "the code package names {entry:?} twice"),
            Self::TooLarge { limit_bytes } => write!(
                f,
                "the code package unpacks to more than {limit_bytes} bytes, the most for one of its size; leave out what \
                 the function does not need"
            ),
            Self::TooMany { limit } => write!(
                f,
                "the code package has more than {limit} entries; leave out what the function does not need"
            ),
            Self::LongName { entry, limit_bytes } => write!(
                f,
                "the code package has a name of more than {limit_bytes} bytes; shorten {entry:?}"
            ),
            Self::LongTarget { entry, limit_bytes } => write!(
                f,
                "the code package has a link whose target is longer than {limit_bytes} bytes; shorten that of {entry:?}"
            ),
            Self::NoTarget { entry } => write!(
                f,
                "the code package has a link whose target is not a path: {entry:?}; leave it out"
            ),
            Self::Overlaps { entry } => write!(
                f,
                "the code package has the bytes of {entry:?} in another entry too; pack it anew"
            ),
            Self::Damaged { path } => write!(
                f,
                "the stored code package {} is missing or damaged; deploy the function again",
                path.display()
            ),
            Self::Io { path, error } => write!(f, "cannot unpack {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for PackageError {}

/// Unpacks a zip file into an existing, empty folder.
///
/// # Errors
///
/// It is not a zip file or breaks a limit, or the disk refuses; what was unpacked until then stays.
pub(crate) fn unpack<R: Read + Seek>(zip: R, target: &Path) -> Result<(), PackageError> {
    unpack_within(&Limits::FC, zip, target)
}

fn unpack_within<R: Read + Seek>(
    limits: &Limits,
    zip: R,
    target: &Path,
) -> Result<(), PackageError> {
    let (mut archive, mut room) = open_within(limits, zip)?;
    let mut goals = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(PackageError::NotAZip)?;
        let path = target.join(inner_path(&entry)?);
        if entry.is_symlink() {
            goals.push((path, read_goal(limits, &mut entry)?));
        } else if entry.is_dir() {
            create_folder(&path)?;
        } else {
            write_file(&mut entry, &path, &mut room)?;
        }
    }
    // Links come last, so that no file can be written through one; where they lead depends on all of them.
    goals
        .iter()
        .try_for_each(|(path, goal)| links::create(target, path, goal))?;
    goals
        .iter()
        .try_for_each(|(path, goal)| links::check(target, path, goal))
}

/// Checks that every entry of a zip file could be unpacked, without writing anything.
///
/// # Errors
///
/// It is not a zip file, or breaks a limit; no more is read than up to that limit.
pub(crate) fn check(zip: &[u8]) -> Result<(), PackageError> {
    check_within(&Limits::FC, zip)
}

fn check_within(limits: &Limits, zip: &[u8]) -> Result<(), PackageError> {
    limits.check_count(zip)?;
    let (mut archive, mut room) = open_within(limits, Cursor::new(zip))?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(PackageError::NotAZip)?;
        inner_path(&entry)?;
        if entry.is_symlink() {
            read_goal(limits, &mut entry)?;
        } else {
            // Reading to the end also checks the entry's CRC.
            room.copy(&mut entry, &mut io::sink(), unreadable)?;
        }
    }
    Ok(())
}

/// A zip file whose entries may be read, and what they may have in all.
fn open_within<R: Read + Seek>(
    limits: &Limits,
    mut zip: R,
) -> Result<(ZipArchive<R>, Room), PackageError> {
    let bytes = zip.seek(SeekFrom::End(0)).map_err(unreadable)?;
    let mut archive = ZipArchive::new(zip).map_err(PackageError::NotAZip)?;
    check_places(limits, &mut archive)?;
    names::check(&mut archive)?;
    Ok((archive, limits.room(bytes)))
}

/// Whether a zip file would unpack to a file of this path.
pub(crate) fn has_file<R: Read + Seek>(zip: R, path: &Path) -> Result<bool, PackageError> {
    let (mut archive, _) = open_within(&Limits::FC, zip)?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(PackageError::NotAZip)?;
        if !entry.is_dir() && inner_path(&entry)? == path {
            return Ok(true);
        }
    }
    Ok(false)
}

fn inner_path(entry: &ZipFile<'_, impl Read>) -> Result<PathBuf, PackageError> {
    let escapes = || PackageError::Escapes {
        entry: entry.name().to_owned(),
    };
    let path = entry.enclosed_name().ok_or_else(escapes)?;
    // `enclosed_name` allows `a/../b`; a package has no honest use for it.
    if path
        .components()
        .all(|part| matches!(part, Component::Normal(_)))
    {
        // Without a `.` at the end, which is no part but is no file either.
        Ok(path.components().collect())
    } else {
        Err(escapes())
    }
}

/// Where a link leads.
fn read_goal(limits: &Limits, entry: &mut ZipFile<'_, impl Read>) -> Result<PathBuf, PackageError> {
    let limit_bytes = limits.target_bytes;
    let mut goal = Vec::new();
    // One byte more than is taken shows whether it is just as long or too long.
    let mut some = entry.by_ref().take(limit_bytes + 1);
    some.read_to_end(&mut goal).map_err(unreadable)?;
    if goal.len() as u64 > limit_bytes {
        let entry = entry.name().to_owned();
        return Err(PackageError::LongTarget { entry, limit_bytes });
    }
    // The kernel makes no such link.
    if goal.is_empty() || goal.contains(&0) {
        let entry = entry.name().to_owned();
        return Err(PackageError::NoTarget { entry });
    }
    Ok(PathBuf::from(OsString::from_vec(goal)))
}

fn create_folder(path: &Path) -> Result<(), PackageError> {
    fs::create_dir_all(path).map_err(at(path))
}

fn write_file(
    entry: &mut ZipFile<'_, impl Read>,
    path: &Path,
    room: &mut Room,
) -> Result<(), PackageError> {
    if let Some(parent) = path.parent() {
        create_folder(parent)?;
    }
    let mode = entry.unix_mode().unwrap_or(0o644) & 0o777;
    let open = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    let mut file = open.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => PackageError::Clashes {
            entry: entry.name().to_owned(),
        },
        _ => PackageError::Io {
            path: path.to_owned(),
            error,
        },
    })?;
    room.copy(entry, &mut file, at(path))?;
    file.set_permissions(Permissions::from_mode(mode))
        .map_err(at(path))
}

fn unreadable(error: io::Error) -> PackageError {
    PackageError::NotAZip(ZipError::Io(error))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> PackageError + use<> {
    let path = path.to_owned();
    |error| PackageError::Io { path, error }
}

/// Opens a zip file that lies on the disk.
pub(crate) fn open(path: &Path) -> Result<File, PackageError> {
    File::open(path).map_err(at(path))
}

/// Opens a stored zip file whose digest, in hexadecimal, is known.
///
/// # Errors
///
/// It is not there or has another digest, or the disk refuses.
pub(crate) fn open_stored(path: &Path, sha256: &str) -> Result<File, PackageError> {
    let damaged = || PackageError::Damaged {
        path: path.to_owned(),
    };
    let mut file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => damaged(),
        _ => at(path)(error),
    })?;
    let mut digest = Sha256::new();
    io::copy(&mut file, &mut digest).map_err(at(path))?;
    if hex(&digest.finalize()) != sha256 {
        return Err(damaged());
    }
    file.rewind().map_err(at(path))?;
    Ok(file)
}

#[cfg(test)]
mod tests;
