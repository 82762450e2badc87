//! The state file: reading it, and beginning with an empty one where there is none that can be read.
//!
//! It must not know the packages that a state names.

use std::fs;
use std::io;
use std::path::Path;

use serde::Deserialize;

use super::StoreError;
use crate::store::files::{at, write_whole};
use crate::store::state::{FORMAT, STATE_FILE, State};
use crate::store::sweep;

/// The state in a file, if there is one.
pub(super) fn load(file: &Path) -> Result<Option<State>, StoreError> {
    let bytes = match fs::read(file) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let file = file.to_owned();
            return Err(StoreError::Unreadable { file, error });
        }
    };
    let file = file.to_owned();
    // First, since what another version writes need not make sense here.
    match serde_json::from_slice(&bytes) {
        Ok(Format { format }) if format != FORMAT => Err(StoreError::OtherFormat { file, format }),
        _ => parse(&bytes)
            .map(Some)
            .map_err(|why| StoreError::Damaged { file, why }),
    }
}

/// The state in JSON; an error says at which place it is wrong.
fn parse(bytes: &[u8]) -> Result<State, String> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let state = serde_path_to_error::deserialize(&mut json).map_err(|error| error.to_string())?;
    // Anything after it is damage, too.
    json.end().map_err(|error| error.to_string())?;
    Ok(state)
}

/// Begins with nothing deployed. What lies in the folder without a state that names it is kept, in another place.
pub(super) fn start_empty(folder: &Path, why: &str) -> Result<State, StoreError> {
    if let Some(aside) = sweep::move_aside(folder).map_err(at(folder))? {
        eprintln!(
            "fc-local: {} {why}; it names what is deployed, so all that depends on it was moved to {}, and nothing is \
             deployed now",
            folder.join(STATE_FILE).display(),
            aside.display()
        );
    }
    let empty = State {
        format: FORMAT,
        ..State::default()
    };
    let json = serde_json::to_vec_pretty(&empty)
        .map_err(io::Error::from)
        .map_err(at(folder))?;
    write_whole(&folder.join(STATE_FILE), &json)?;
    Ok(empty)
}

/// The part of a state that says how to read the rest.
#[derive(Deserialize)]
struct Format {
    format: u32,
}

#[cfg(test)]
mod tests;
