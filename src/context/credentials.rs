//! `Credentials`, the temporary ones of a function's role.
//!
//! Owns that they never show. It must not know which header has which.

use std::fmt;

/// Temporary credentials of the function's role. `Debug` does not show them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Credentials<'a> {
    pub(super) access_key_id: &'a str,
    pub(super) access_key_secret: &'a str,
    pub(super) security_token: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    /// The id of the access key.
    pub fn access_key_id(&self) -> &'a str {
        self.access_key_id
    }

    /// The secret of the access key.
    pub fn access_key_secret(&self) -> &'a str {
        self.access_key_secret
    }

    /// The token that you must send with a temporary key.
    pub fn security_token(&self) -> Option<&'a str> {
        self.security_token
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(<redacted>)")
    }
}
