//! Functions whose code is a zip file: nobody builds it here, and it is served again when it changes.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::project::template::Template;

/// A zip file that is the code of functions.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ZipFile {
    pub(super) path: PathBuf,
    pub(super) functions: Vec<String>,
    stamp: Option<Stamp>,
}

/// What differs when a file was written again.
type Stamp = (u64, u64, Option<SystemTime>);

impl ZipFile {
    /// Whether the file is not the one that was read.
    pub(super) fn is_new(&self) -> bool {
        stamp(&self.path) != self.stamp
    }
}

/// Adds the zip files of a template, each with all the functions that it is for.
pub(super) fn zip_files_of(template: &Template, found: &mut Vec<ZipFile>) {
    let functions = template.functions();
    for (name, function) in functions.filter(|(_, one)| one.is_zipped()) {
        let name = name.to_string();
        match found.iter_mut().find(|zip| zip.path == function.code) {
            Some(zip) if zip.functions.contains(&name) => {}
            Some(zip) => zip.functions.push(name),
            None => found.push(ZipFile {
                stamp: stamp(&function.code),
                path: function.code.clone(),
                functions: vec![name],
            }),
        }
    }
}

fn stamp(file: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(file).ok()?;
    Some((metadata.ino(), metadata.len(), metadata.modified().ok()))
}
