//! Code packages.

use std::fs;
use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::function_folder;

/// The test function as a zip file.
pub(crate) fn package() -> Vec<u8> {
    let bootstrap = fs::read(function_folder().join("bootstrap")).expect("the test function");
    zip_of(&[
        ("bootstrap", &bootstrap, 0o755),
        ("private.txt", b"text", 0o640),
    ])
}

pub(crate) fn zip_of(files: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes, mode) in files {
        zip.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode))
            .expect("an entry");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("a zip").into_inner()
}
