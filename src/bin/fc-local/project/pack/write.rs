//! A package, written entry by entry.
//!
//! Owns the form of the zip file and its limit. It must not know which files are packed.

use std::fs::File;
use std::io::{self, Cursor, Seek, SeekFrom, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Entry, Kind, PackError, read_error};
use crate::facts::limit;

/// From this size on an entry needs the fields of Zip64.
const LARGE_BYTES: u64 = u32::MAX as u64;

/// The entries as a zip file.
pub(super) fn zip(entries: &[Entry]) -> Result<Vec<u8>, PackError> {
    zip_within(limit::PACKAGE_BYTES, entries)
}

pub(super) fn zip_within(limit_bytes: u64, entries: &[Entry]) -> Result<Vec<u8>, PackError> {
    // Compressing takes time, and matters only where the limit would not be kept without.
    if bytes_of(entries) < limit_bytes {
        match written(limit_bytes, entries, CompressionMethod::Stored) {
            Err(PackError::TooLarge) => {}
            stored => return stored,
        }
    }
    written(limit_bytes, entries, CompressionMethod::Deflated)
}

fn written(
    limit_bytes: u64,
    entries: &[Entry],
    method: CompressionMethod,
) -> Result<Vec<u8>, PackError> {
    let mut zip = ZipWriter::new(Capped::new(limit_bytes));
    for entry in entries {
        add(&mut zip, entry, method)?;
    }
    let written = zip.finish().map_err(unwritten)?;
    Ok(written.bytes.into_inner())
}

fn bytes_of(entries: &[Entry]) -> u64 {
    let bytes = entries.iter().map(|entry| match entry.kind {
        Kind::File { bytes, .. } => bytes,
        Kind::Folder | Kind::Link { .. } => 0,
    });
    bytes.sum()
}

fn add(
    zip: &mut ZipWriter<Capped>,
    entry: &Entry,
    method: CompressionMethod,
) -> Result<(), PackError> {
    let options = SimpleFileOptions::default().compression_method(method);
    match &entry.kind {
        Kind::Folder => zip.add_directory(&*entry.name, options).map_err(unwritten),
        Kind::Link { goal } => {
            let goal = goal.to_string_lossy();
            zip.add_symlink(&*entry.name, goal, options)
                .map_err(unwritten)
        }
        Kind::File { bytes, mode } => {
            let options = options
                .unix_permissions(*mode)
                .large_file(*bytes >= LARGE_BYTES);
            let mut file = File::open(&entry.path).map_err(read_error(&entry.path))?;
            zip.start_file(&*entry.name, options).map_err(unwritten)?;
            io::copy(&mut file, zip).map(drop).map_err(unwritten)
        }
    }
}

/// Memory for a package, up to the limit.
struct Capped {
    bytes: Cursor<Vec<u8>>,
    limit_bytes: u64,
    /// It has refused a write. What follows is dropped: the writer of the zip file ends it even where it has failed.
    is_full: bool,
}

/// How a write over the limit fails.
const OVER_LIMIT: io::ErrorKind = io::ErrorKind::FileTooLarge;

impl Capped {
    fn new(limit_bytes: u64) -> Self {
        let bytes = Cursor::default();
        Self {
            bytes,
            limit_bytes,
            is_full: false,
        }
    }
}

impl Write for Capped {
    fn write(&mut self, more: &[u8]) -> io::Result<usize> {
        if self.is_full {
            return Ok(more.len());
        }
        if self.bytes.position() + more.len() as u64 > self.limit_bytes {
            self.is_full = true;
            return Err(OVER_LIMIT.into());
        }
        self.bytes.write(more)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Capped {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

fn unwritten(error: impl Into<io::Error>) -> PackError {
    let error = error.into();
    match error.kind() {
        OVER_LIMIT => PackError::TooLarge,
        _ => PackError::Unwritten(error),
    }
}
