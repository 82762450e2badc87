//! What a package may have at most, enforced while it is read: nothing that a zip file says of itself is believed.

use std::io::{self, Read, Seek, Write};

use zip::ZipArchive;

use super::PackageError;
use crate::facts::limit;

/// How each entry begins in a zip file's directory (APPNOTE.TXT 4.3.12).
const DIRECTORY_ENTRY: &[u8] = b"PK\x01\x02";

/// The most that a package may have.
#[derive(Debug)]
pub(super) struct Limits {
    /// Files, folders and links; far above what a function is made of. Each takes memory while the package is open.
    entries: usize,
    /// All unpacked files together.
    unpacked_bytes: u64,
    /// How many times its own size a package may unpack to. Programs and texts reach 20, and Deflate reaches 1032 where all
    /// bytes are the same.
    ratio: u64,
    /// What any package may unpack to, however small it is.
    ratio_from_bytes: u64,
    /// A name with its folders; the kernel takes 4095 bytes, of which the folder that it is unpacked into needs some.
    name_bytes: usize,
    /// A link's target; the kernel follows none that is longer.
    pub(super) target_bytes: u64,
}

impl Limits {
    pub(super) const FC: Self = Self {
        entries: 100_000,
        unpacked_bytes: limit::UNPACKED_BYTES,
        ratio: 100,
        ratio_from_bytes: 64 * 1024 * 1024,
        name_bytes: 2048,
        target_bytes: 4095,
    };

    #[cfg(test)]
    pub(super) const SMALL: Self = Self {
        entries: 4,
        unpacked_bytes: 100_000,
        ratio: 10,
        ratio_from_bytes: 20_000,
        name_bytes: 20,
        target_bytes: 10,
    };

    /// Refuses too many entries before the directory is read, which takes memory for each.
    ///
    /// Zip files inside the package that are not compressed count too.
    pub(super) fn check_count(&self, zip: &[u8]) -> Result<(), PackageError> {
        let windows = zip.windows(DIRECTORY_ENTRY.len());
        self.check_entries(windows.filter(|bytes| *bytes == DIRECTORY_ENTRY).count())
    }

    fn check_entries(&self, count: usize) -> Result<(), PackageError> {
        let limit = self.entries;
        if count > limit {
            return Err(PackageError::TooMany { limit });
        }
        Ok(())
    }

    /// What the entries of a package of this size may have in all.
    pub(super) fn room(&self, package_bytes: u64) -> Room {
        let by_size = package_bytes.saturating_mul(self.ratio);
        let limit_bytes = by_size.max(self.ratio_from_bytes).min(self.unpacked_bytes);
        Room {
            limit_bytes,
            left: limit_bytes,
        }
    }
}

/// The bytes that entries may still have.
#[derive(Debug)]
pub(super) struct Room {
    limit_bytes: u64,
    left: u64,
}

impl Room {
    /// Copies an entry, as far as there is room; an error that is not about the room is the caller's to word.
    pub(super) fn copy(
        &mut self,
        entry: &mut impl Read,
        to: &mut impl Write,
        broken: impl FnOnce(io::Error) -> PackageError,
    ) -> Result<(), PackageError> {
        // One byte more than fits shows whether it is exactly full or too much.
        let copied = io::copy(&mut entry.take(self.left.saturating_add(1)), to).map_err(broken)?;
        self.left = self
            .left
            .checked_sub(copied)
            .ok_or(PackageError::TooLarge {
                limit_bytes: self.limit_bytes,
            })?;
        Ok(())
    }
}

/// Refuses too many entries, long names, and entries that share bytes, before any is unpacked.
pub(super) fn check_places<R: Read + Seek>(
    limits: &Limits,
    archive: &mut ZipArchive<R>,
) -> Result<(), PackageError> {
    limits.check_entries(archive.len())?;
    let limit_bytes = limits.name_bytes;
    let mut places = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(PackageError::NotAZip)?;
        if entry.name().len() > limit_bytes {
            let entry = entry.name().to_owned();
            return Err(PackageError::LongName { entry, limit_bytes });
        }
        let end = entry.data_start().saturating_add(entry.compressed_size());
        places.push((entry.header_start(), end, index));
    }
    places.sort_unstable();
    let shared = places.windows(2).find(|pair| pair[0].1 > pair[1].0);
    let Some(&[_, (_, _, index)]) = shared else {
        return Ok(());
    };
    let entry = archive.by_index_raw(index).map_err(PackageError::NotAZip)?;
    Err(PackageError::Overlaps {
        entry: entry.name().to_owned(),
    })
}
