//! Fresh identifiers in the shapes that FC gives them ([contract §2](crate::check::sections::SECTIONS#2),
//! [§4.3](crate::check::sections::SECTIONS#4.3)).

use std::time::{SystemTime, UNIX_EPOCH};

use uuid::Uuid;

use crate::name::Generation;

/// A request id: a plain uuid in FC 2.0, three hexadecimal groups after a `1` in FC 3.0.
pub(crate) fn request_id(generation: Generation) -> String {
    match generation {
        Generation::Fc2 => hook_request_id(),
        Generation::Fc3 => grouped("1-"),
    }
}

/// The request id of a lifecycle hook: a plain uuid in both generations.
pub(crate) fn hook_request_id() -> String {
    Uuid::new_v4().to_string()
}

/// An instance id: `c-` and three hexadecimal groups.
pub(crate) fn instance_id() -> String {
    grouped("c-")
}

/// Milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    let age = SystemTime::now().duration_since(UNIX_EPOCH);
    age.map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX))
}

fn grouped(prefix: &str) -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_secs());
    let random = Uuid::new_v4().simple().to_string();
    format!("{prefix}{seconds:08x}-{}-{}", &random[..8], &random[8..20])
}

#[cfg(test)]
mod tests;
