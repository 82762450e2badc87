//! The code packages of a data folder, each under its own digest, and when one may go.

use std::fs;
use std::path::PathBuf;
use std::sync::{MutexGuard, PoisonError};

use crc::{CRC_64_XZ, Crc};
use sha2::{Digest, Sha256};

use super::{Store, StoreError};
use crate::hex::hex;
use crate::store::files::{has_bytes, write_whole};
use crate::store::resource::CodeRef;
use crate::store::state::{FunctionRecord, State};

const CHECKSUM: Crc<u64> = Crc::<u64>::new(&CRC_64_XZ);

impl Store {
    /// Stores a code package under its own digest.
    pub(crate) fn put_code(&self, bytes: &[u8]) -> Result<CodeRef, StoreError> {
        let code = CodeRef {
            sha256: hex(&Sha256::digest(bytes)),
            crc64: checksum(bytes),
            size: bytes.len() as u64,
        };
        let path = self.code_path(&code);
        // From here on no change of another function removes it.
        self.lock_outdated().retain(|file| *file != path);
        if !has_bytes(&path, bytes) {
            write_whole(&path, bytes)?;
        }
        Ok(code)
    }

    /// The zip file of a stored package.
    pub(crate) fn code_path(&self, code: &CodeRef) -> PathBuf {
        self.folder
            .join("code")
            .join(format!("{}.zip", code.sha256))
    }

    /// Removes a stored package, unless a function or a version of one refers to it.
    pub(crate) fn remove_code(&self, code: &CodeRef) {
        let state = self.snapshot();
        if state.codes().all(|used| used != code) {
            // What cannot be removed now is swept at the next start.
            drop(fs::remove_file(self.code_path(code)));
        }
    }

    /// Computes the checksums that an older fc-local did not keep.
    pub(super) fn add_checksums(&self) -> Result<(), StoreError> {
        let lacks = |function: &FunctionRecord| function.code.crc64.is_empty();
        if !self.snapshot().functions.values().any(lacks) {
            return Ok(());
        }
        self.update(|state| {
            let functions = state.functions.values_mut();
            for function in functions.filter(|function| lacks(function)) {
                // Code that cannot be read cannot be started either, and that says so.
                if let Ok(bytes) = fs::read(self.code_path(&function.code)) {
                    function.code.crc64 = checksum(&bytes);
                }
            }
            Ok(())
        })
    }

    /// Removes the packages that the change before this one has put out of use, and notes those of this one.
    pub(super) fn outdate(&self, before: &State, now: &State) {
        let used = self.code_paths(now);
        let mut unused = self.code_paths(before);
        unused.retain(|file| !used.contains(file));
        if unused.is_empty() {
            return;
        }
        let mut outdated = self.lock_outdated();
        let older = std::mem::replace(&mut *outdated, unused);
        let gone = older.iter().filter(|file| !used.contains(file));
        // What cannot be removed now is swept at the next start.
        gone.for_each(|file| drop(fs::remove_file(file)));
    }

    pub(super) fn code_paths(&self, state: &State) -> Vec<PathBuf> {
        state.codes().map(|code| self.code_path(code)).collect()
    }

    fn lock_outdated(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        // A list of files to remove: whatever is in it may go.
        self.outdated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What FC calls the CRC-64 of a package: the one of xz, in decimal.
fn checksum(bytes: &[u8]) -> String {
    CHECKSUM.checksum(bytes).to_string()
}

#[cfg(test)]
mod tests;
