//! The code packages of `fc-local`: what is taken when it is uploaded can be unpacked, and nothing gets out of its folder.

use std::fs;
use std::io::{Cursor, Write};
use std::path::Path;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::local_package::{self as package, PackageError};

/// What any package may unpack to, and how many times its own size; `fc-local` has the same limits.
const UNPACKED_BYTES: u64 = 64 * 1024 * 1024;
const RATIO: u64 = 100;

/// Takes the bytes for a package, and for the lines of which one is made.
///
/// # Panics
///
/// A package is taken and cannot be unpacked, or leads out of its folder, or unpacks to more than it may.
pub fn check(bytes: &[u8]) {
    // Without this mark nothing is looked for in it.
    if bytes.windows(2).any(|mark| mark == b"PK") {
        holds(bytes);
    }
    if let Some(zip) = std::str::from_utf8(bytes).ok().and_then(made) {
        holds(&zip);
    }
}

/// A package of lines: `f NAME` is a file, `d NAME` a folder, `l NAME>GOAL` a link. The first letter that is none of these
/// ends it.
fn made(lines: &str) -> Option<Vec<u8>> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for line in lines.lines() {
        let (kind, name) = line.split_once(' ')?;
        // The writer refuses names that it has written before.
        match kind {
            "f" => zip
                .start_file(name, options)
                .is_ok_and(|()| zip.write_all(name.as_bytes()).is_ok()),
            "d" => zip.add_directory(name, options).is_ok(),
            "l" => {
                let (name, goal) = name.split_once('>')?;
                zip.add_symlink(name, goal, options).is_ok()
            }
            _ => return None,
        };
    }
    Some(zip.finish().ok()?.into_inner())
}

fn holds(zip: &[u8]) {
    let around = tempfile::tempdir().expect("a folder");
    let inner = around.path().join("inner");
    fs::create_dir(&inner).expect("a folder");
    let taken = package::check(zip);
    let unpacked = package::unpack(Cursor::new(zip), &inner);
    match (&taken, &unpacked) {
        // Where links lead shows only when they are there, and so does what lies below one.
        (Err(_), _)
        | (Ok(()), Ok(()) | Err(PackageError::Escapes { .. } | PackageError::Clashes { .. })) => {}
        (Ok(()), Err(error)) => panic!("it was taken, and then: {error}"),
    }
    let beside = fs::read_dir(around.path()).expect("a folder").count();
    assert_eq!(beside, 1, "something was written beside the package");
    let root = inner.canonicalize().expect("it is there");
    let bytes = bytes_below(&inner, &root, unpacked.is_ok());
    assert!(bytes <= UNPACKED_BYTES.max(RATIO * zip.len() as u64));
}

/// How large all files are; of links it looks at where they lead, if the package was unpacked.
fn bytes_below(folder: &Path, root: &Path, is_whole: bool) -> u64 {
    let entries = fs::read_dir(folder).expect("a folder");
    let sizes = entries.map(|entry| {
        let path = entry.expect("an entry").path();
        let found = fs::symlink_metadata(&path).expect("it is there");
        if found.is_dir() {
            return bytes_below(&path, root, is_whole);
        }
        if found.is_symlink() && is_whole {
            let goal = path.canonicalize();
            assert!(
                goal.map_or(true, |goal| goal.starts_with(root)),
                "{} leads out",
                path.display()
            );
        }
        found.len()
    });
    sizes.sum()
}
