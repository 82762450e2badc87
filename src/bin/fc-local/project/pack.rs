//! A folder as a code package, the other way round from `package`: mode bits and links are kept, and the same files give
//! the same bytes.
//!
//! By hand on top of the crate `zip`, which writes entries and does not walk folders: the order, the mode bits and the limit
//! are what makes a package of a folder.

use std::fs;
use std::io::{self, Cursor, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::facts::limit;

type Packing<'a> = ZipWriter<Cursor<&'a mut Vec<u8>>>;

/// Packs a folder.
///
/// Nothing is compressed: the package goes no further than this machine.
pub(crate) fn pack(folder: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut zip = ZipWriter::new(Cursor::new(&mut bytes));
    let mut room = limit::PACKAGE_BYTES;
    for path in walk(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path);
        room = add(&mut zip, &path, &name.to_string_lossy(), room)?;
    }
    zip.finish()?;
    Ok(bytes)
}

/// Everything in a folder, sorted, so that the order of a package does not depend on the disk's.
fn walk(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries: io::Result<Vec<_>> = fs::read_dir(folder)?.collect();
    let mut paths: Vec<PathBuf> = entries?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let inner = if path.symlink_metadata()?.is_dir() {
            walk(&path)?
        } else {
            Vec::new()
        };
        found.push(path);
        found.extend(inner);
    }
    Ok(found)
}

fn add(zip: &mut Packing<'_>, path: &Path, name: &str, room: u64) -> io::Result<u64> {
    let metadata = path.symlink_metadata()?;
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .unix_permissions(metadata.permissions().mode() & 0o777);
    if metadata.is_symlink() {
        let goal = fs::read_link(path)?;
        zip.add_symlink(name, goal.to_string_lossy(), options)?;
    } else if metadata.is_dir() {
        zip.add_directory(name, options)?;
    } else if metadata.is_file() {
        let left = room.checked_sub(metadata.len()).ok_or_else(|| {
            let limit = limit::PACKAGE_BYTES;
            io::Error::other(format!(
                "it is larger than {limit} bytes, the most that Function Compute takes"
            ))
        })?;
        zip.start_file(name, options)?;
        zip.write_all(&fs::read(path)?)?;
        return Ok(left);
    }
    // Sockets and the like have no place in a package.
    Ok(room)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Cursor;
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::pack;
    use crate::project::package::unpack;

    #[test]
    fn what_is_packed_unpacks_to_the_same_and_always_to_the_same_bytes() {
        let folder = tempfile::tempdir().expect("folder");
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("lib/empty")).expect("folders");
        fs::write(at("bootstrap"), "#!/bin/sh\n").expect("written");
        fs::set_permissions(at("bootstrap"), fs::Permissions::from_mode(0o755)).expect("mode");
        fs::write(at("lib/a"), "text").expect("written");
        symlink("a", at("lib/b")).expect("a link");
        let packed = pack(folder.path()).expect("packed");
        assert_eq!(packed, pack(folder.path()).expect("packed again"));
        let target = tempfile::tempdir().expect("folder");
        unpack(Cursor::new(packed), target.path()).expect("unpacked");
        let at = |name: &str| target.path().join(name);
        assert_eq!(
            fs::metadata(at("bootstrap"))
                .expect("there")
                .permissions()
                .mode()
                & 0o777,
            0o755
        );
        assert_eq!(fs::read_to_string(at("lib/b")).expect("there"), "text");
        assert!(at("lib/b").is_symlink() && at("lib/empty").is_dir());
    }
}
