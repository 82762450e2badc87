//! How `Headers` are shown to a developer.
//!
//! Owns which headers carry secrets. It must not know where the text goes.

use std::fmt;

use super::{Headers, name};

/// Shows names and values, but only the names of those that carry secrets.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.iter().map(|(name, value)| {
            if is_secret(name) {
                (name, "<redacted>".into())
            } else {
                (name, String::from_utf8_lossy(value))
            }
        });
        f.debug_map().entries(shown).finish()
    }
}

/// The headers whose value must not reach a log: the credentials of the role and what clients prove themselves with.
fn is_secret(name: &str) -> bool {
    const SECRET: [&str; 7] = [
        name::ACCESS_KEY_ID,
        name::ACCESS_KEY_SECRET,
        name::SECURITY_TOKEN,
        "authorization",
        "proxy-authorization",
        "cookie",
        "set-cookie",
    ];
    SECRET
        .iter()
        .any(|secret| name.eq_ignore_ascii_case(secret))
        || name.eq_ignore_ascii_case(name::HTTP_PARAMS)
}
