//! Code packages: a folder or a zip file with `bootstrap` at its root, unpacked as FC does.
//!
//! Mode bits and symbolic links are kept (contract §0.1); nothing is ever written outside the target
//! folder, whatever the names in the zip say.
//!
//! The rules are written by hand, because the `extract` of the crate `zip` has others: it writes without a limit, and lets
//! an entry overwrite an earlier one of the same name, where a package that names a file twice is refused here.

use std::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Read, Seek};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use crate::facts::limit;

/// The file that FC starts (contract §0.1).
pub(crate) const BOOTSTRAP: &str = "bootstrap";

/// How many links the kernel follows for one path before it calls them a circle (`path_resolution(7)`).
const LINK_HOPS_MAX: u32 = 40;

/// A package that cannot be used.
#[derive(Debug)]
pub(crate) enum PackageError {
    /// The bytes are no readable zip file.
    NotAZip(ZipError),
    /// An entry's name or link target leads out of the package.
    Escapes { entry: String },
    /// Two entries want the same place.
    Clashes { entry: String },
    /// The unpacked files would not fit any instance.
    TooLarge { limit_bytes: u64 },
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
                "the code package unpacks to more than {limit_bytes} bytes"
            ),
            Self::Io { path, error } => write!(f, "cannot unpack {}: {error}", path.display()),
        }
    }
}

impl std::error::Error for PackageError {}

/// Unpacks a zip file into an existing, empty folder.
pub(crate) fn unpack<R: Read + Seek>(zip: R, target: &Path) -> Result<(), PackageError> {
    let mut archive = ZipArchive::new(zip).map_err(PackageError::NotAZip)?;
    let mut room = limit::UNPACKED_BYTES;
    let mut links = Vec::new();
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(PackageError::NotAZip)?;
        let path = target.join(inner_path(&entry)?);
        if entry.is_symlink() {
            links.push((path, read_link_target(&mut entry)?));
        } else if entry.is_dir() {
            create_folder(&path)?;
        } else {
            room = write_file(&mut entry, &path, room)?;
        }
    }
    // Links come last, so that no file can be written through one; where they lead depends on all of them.
    links
        .iter()
        .try_for_each(|(path, goal)| create_link(target, path, goal))?;
    links
        .iter()
        .try_for_each(|(path, goal)| check_link(target, path, goal))
}

/// Checks that every entry of a zip file could be unpacked, without writing anything.
pub(crate) fn check<R: Read + Seek>(zip: R) -> Result<(), PackageError> {
    let mut archive = ZipArchive::new(zip).map_err(PackageError::NotAZip)?;
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(PackageError::NotAZip)?;
        inner_path(&entry)?;
        // Reading to the end also checks the entry's CRC.
        io::copy(&mut entry, &mut io::sink())
            .map_err(|error| PackageError::NotAZip(ZipError::Io(error)))?;
    }
    Ok(())
}

/// Whether a zip file would unpack to a file of this path.
pub(crate) fn has_file<R: Read + Seek>(zip: R, path: &Path) -> Result<bool, PackageError> {
    let mut archive = ZipArchive::new(zip).map_err(PackageError::NotAZip)?;
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
        Ok(path)
    } else {
        Err(escapes())
    }
}

fn read_link_target(entry: &mut ZipFile<'_, impl Read>) -> Result<PathBuf, PackageError> {
    let mut goal = String::new();
    entry
        .read_to_string(&mut goal)
        .map_err(|error| PackageError::NotAZip(ZipError::Io(error)))?;
    Ok(PathBuf::from(goal))
}

fn create_folder(path: &Path) -> Result<(), PackageError> {
    fs::create_dir_all(path).map_err(at(path))
}

fn write_file(
    entry: &mut ZipFile<'_, impl Read>,
    path: &Path,
    room: u64,
) -> Result<u64, PackageError> {
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
    // One byte more than fits shows whether it is exactly full or too much.
    let written = io::copy(&mut entry.take(room.saturating_add(1)), &mut file).map_err(at(path))?;
    file.set_permissions(Permissions::from_mode(mode))
        .map_err(at(path))?;
    room.checked_sub(written).ok_or(PackageError::TooLarge {
        limit_bytes: limit::UNPACKED_BYTES,
    })
}

fn create_link(root: &Path, path: &Path, goal: &Path) -> Result<(), PackageError> {
    let parent = path.parent().unwrap_or(root);
    let below_a_link = parent
        .ancestors()
        .take_while(|folder| *folder != root)
        .any(Path::is_symlink);
    if below_a_link {
        return Err(escapes(root, path, goal));
    }
    create_folder(parent)?;
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

/// Refuses a link that leads out of the package, be it by way of other links.
fn check_link(root: &Path, path: &Path, goal: &Path) -> Result<(), PackageError> {
    let mut hops = 0;
    let from = path.parent().unwrap_or(root).to_owned();
    let end = follow(root, from, goal, &mut hops);
    end.map(drop).ok_or_else(|| escapes(root, path, goal))
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

fn at(path: &Path) -> impl FnOnce(io::Error) -> PackageError + use<> {
    let path = path.to_owned();
    |error| PackageError::Io { path, error }
}

/// Opens a zip file that lies on the disk.
pub(crate) fn open(path: &Path) -> Result<File, PackageError> {
    File::open(path).map_err(at(path))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Cursor, Write};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use zip::write::SimpleFileOptions;
    use zip::{CompressionMethod, ZipWriter};

    use super::{PackageError, check, unpack};

    fn zip_of(entries: &[(&str, &str, u32)], links: &[(&str, &str)]) -> Cursor<Vec<u8>> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        for (name, text, mode) in entries {
            zip.start_file(*name, options.unix_permissions(*mode))
                .expect("start");
            zip.write_all(text.as_bytes()).expect("write");
        }
        for (name, goal) in links {
            zip.add_symlink(*name, *goal, options).expect("link");
        }
        zip.finish().expect("finish")
    }

    #[test]
    fn mode_bits_and_links_are_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let zip = zip_of(
            &[("bootstrap", "#!/bin/sh", 0o755), ("lib/a", "text", 0o640)],
            &[("lib/b", "a")],
        );
        unpack(zip, folder.path()).expect("unpacked");
        let mode = |name: &str| {
            fs::metadata(folder.path().join(name))
                .expect(name)
                .permissions()
                .mode()
                & 0o777
        };
        assert_eq!((mode("bootstrap"), mode("lib/a")), (0o755, 0o640));
        assert_eq!(
            fs::read_link(folder.path().join("lib/b")).expect("link"),
            Path::new("a")
        );
    }

    #[test]
    fn an_entry_that_leads_out_of_the_package_is_refused() {
        for name in ["../evil", "a/../../evil", "/evil"] {
            let folder = tempfile::tempdir().expect("folder");
            let inner = folder.path().join("inner");
            fs::create_dir(&inner).expect("inner");
            let refused = unpack(zip_of(&[(name, "x", 0o644)], &[]), &inner);
            let outside = folder.path().join("evil").exists() || Path::new("/evil").exists();
            assert!(!outside, "{name} was written outside");
            // An absolute name may also be read as relative to the package; it must then be inside it.
            assert!(
                matches!(refused, Err(PackageError::Escapes { .. })) || inner.join("evil").exists(),
                "{name}"
            );
        }
    }

    #[test]
    fn a_link_that_leads_out_of_the_package_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let refused = unpack(zip_of(&[], &[("out", "../../etc")]), folder.path());
        assert!(
            matches!(refused, Err(PackageError::Escapes { .. })),
            "{refused:?}"
        );
    }

    /// What comes of unpacking nothing but links into `inner`, and what then lies beside it.
    fn unpack_links(links: &[(&str, &str)]) -> (Result<(), PackageError>, usize) {
        let folder = tempfile::tempdir().expect("folder");
        let inner = folder.path().join("one/two/inner");
        fs::create_dir_all(&inner).expect("inner");
        let result = unpack(zip_of(&[("a/b/c/keep", "x", 0o644)], links), &inner);
        let beside = ["", "one", "one/two"].map(|name| {
            fs::read_dir(folder.path().join(name))
                .expect("folder")
                .count()
        });
        (result, beside.iter().sum::<usize>() - 3)
    }

    #[test]
    fn a_chain_of_links_that_leads_out_of_the_package_is_refused() {
        let up = ("a/b/c/x", "../../..");
        for links in [
            // Each goal alone looks harmless.
            &[up, ("y", "a/b/c/x/../../.."), ("y/some/ESCAPED", "any")][..],
            &[up, ("y", "a/b/c/x/../../..")],
            &[("y", "a/b/c/x/../../.."), up],
            &[("d", "a/b/c"), ("d/e", "keep")],
            &[("round", "round")],
            &[("absolute", "/etc")],
        ] {
            let (refused, escaped) = unpack_links(links);
            assert!(
                matches!(refused, Err(PackageError::Escapes { .. })),
                "{links:?}: {refused:?}"
            );
            assert_eq!(escaped, 0, "{links:?}");
        }
    }

    #[test]
    fn links_that_stay_in_the_package_are_kept() {
        for links in [
            &[("lib.so", "lib.so.1"), ("lib.so.1", "a/b/c/keep")][..],
            &[("a/d", "b/c"), ("e", "a/d/../../b/./c/keep")],
            &[("dangling", "not/there")],
        ] {
            let (kept, _) = unpack_links(links);
            assert!(kept.is_ok(), "{links:?}: {kept:?}");
        }
    }

    #[test]
    fn a_link_and_a_file_of_one_name_clash() {
        let (refused, _) = unpack_links(&[("a/b", "c")]);
        assert!(
            matches!(refused, Err(PackageError::Clashes { .. })),
            "{refused:?}"
        );
    }

    #[test]
    fn what_is_no_zip_is_refused_in_words() {
        let error = check(Cursor::new(b"not a zip".to_vec())).expect_err("refused");
        assert!(
            error
                .to_string()
                .starts_with("the code package is not a readable zip file"),
            "{error}"
        );
    }

    #[test]
    fn a_damaged_entry_is_found_before_anything_is_stored() {
        let mut bytes = zip_of(&[("bootstrap", "0123456789", 0o755)], &[]).into_inner();
        let at = bytes
            .windows(4)
            .position(|four| four == b"0123")
            .expect("stored text");
        bytes[at] = b'X';
        assert!(check(Cursor::new(bytes)).is_err());
    }
}
