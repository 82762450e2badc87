//! The pair of keys that a server accepts: the user's own from the environment, else a random pair that its data folder
//! keeps.
//!
//! It must not know what is signed with them.

use std::env::{self, VarError};
use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::signature::Keys;
use crate::store::write_whole;

/// Where a user's own keys are given; they are fc-local's names, so that nobody's real keys are taken by accident.
const ID_VARIABLE: &str = "FC_LOCAL_ACCESS_KEY_ID";
const SECRET_VARIABLE: &str = "FC_LOCAL_ACCESS_KEY_SECRET";

/// The file of the data folder that has the random pair. Clients go on with it after a restart.
const FILE: &str = "keys.json";

/// How a made-up id begins, so that nobody takes it for one of the cloud.
const ID_PREFIX: &str = "fc-local-";

/// How many letters follow: enough to distinguish data folders.
const ID_LETTERS: usize = 12;

/// The form of [`FILE`].
#[derive(Serialize, Deserialize)]
struct Pair {
    access_key_id: String,
    access_key_secret: String,
}

/// The user's own keys, if the environment has them. Without them a server is for this machine only.
///
/// # Errors
///
/// Only one of the two is set, one is not text, or others can reach the address and there are none.
pub(super) fn own(host: IpAddr) -> Result<Option<Keys>, String> {
    let own = match (given(ID_VARIABLE)?, given(SECRET_VARIABLE)?) {
        (None, None) => None,
        (Some(id), Some(secret)) => Some(Keys { id, secret }),
        (Some(_), None) => return Err(lonely(ID_VARIABLE, SECRET_VARIABLE)),
        (None, Some(_)) => return Err(lonely(SECRET_VARIABLE, ID_VARIABLE)),
    };
    if !host.is_loopback() && own.is_none() {
        return Err(format!(
            "--host {host} lets the network reach fc-local, which runs the code that it is given: set your own keys in \
             {ID_VARIABLE} and {SECRET_VARIABLE}"
        ));
    }
    Ok(own)
}

/// The pair of a data folder, which is made at its first use.
///
/// # Errors
///
/// The file cannot be read or written.
pub(super) fn of_folder(data: &Path) -> Result<Keys, String> {
    let file = data.join(FILE);
    match fs::read(&file) {
        Ok(bytes) => parsed(&bytes).ok_or_else(|| damaged(&file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => made(&file),
        Err(error) => Err(format!("cannot read {}: {error}", file.display())),
    }
}

fn made(file: &Path) -> Result<Keys, String> {
    let pair = Pair {
        access_key_id: format!("{ID_PREFIX}{}", &random()[..ID_LETTERS]),
        access_key_secret: random(),
    };
    let json = serde_json::to_vec_pretty(&pair).map_err(|error| error.to_string())?;
    // Only its owner can read a file that is written so.
    write_whole(file, &json).map_err(|error| error.to_string())?;
    Ok(Keys::from(pair))
}

/// 122 bits from the system's source of random numbers.
fn random() -> String {
    Uuid::new_v4().simple().to_string()
}

fn parsed(bytes: &[u8]) -> Option<Keys> {
    let pair: Pair = serde_json::from_slice(bytes).ok()?;
    let is_whole = !pair.access_key_id.is_empty() && !pair.access_key_secret.is_empty();
    is_whole.then(|| Keys::from(pair))
}

impl From<Pair> for Keys {
    fn from(pair: Pair) -> Self {
        Self {
            id: pair.access_key_id,
            secret: pair.access_key_secret,
        }
    }
}

/// An error without the file's content, which is secret.
fn damaged(file: &Path) -> String {
    format!(
        "{} does not contain a pair of keys; remove it, and the next start makes new ones",
        file.display()
    )
}

fn lonely(given: &str, missing: &str) -> String {
    format!("{given} is set, but {missing} is not: set both, or none for a random pair")
}

/// The value of a variable; an empty one is none.
fn given(name: &str) -> Result<Option<String>, String> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => Err(format!("{name} is not valid UTF-8")),
    }
}

#[cfg(test)]
mod tests;
