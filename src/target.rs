//! The target of a request: where its authority, its path and its query lie, and how they are percent-encoded.
//!
//! Owns the reading of a target as it was sent. It must not know who sent it, nor what is served there.

pub(crate) mod percent;

use std::ops::Range;

use crate::headers::begins_with;

/// Where the authority lies in a target, which proxies send with scheme and host (RFC 9112 §3.2.2).
pub(crate) fn authority_of(target: &str) -> Option<Range<usize>> {
    let mut schemes = ["http://", "https://"].into_iter();
    let start = schemes
        .find(|scheme| begins_with(target.as_bytes(), scheme))?
        .len();
    let length = target[start..].find(['/', '?']);
    Some(start..length.map_or(target.len(), |length| start + length))
}

/// Where the path begins in a target.
pub(crate) fn path_start(target: &str) -> usize {
    authority_of(target).map_or(0, |authority| authority.end)
}

/// The path of a target, as it was sent, without the query.
pub(crate) fn path_of(target: &str) -> &str {
    let path = &target[path_start(target)..];
    path.split('?').next().unwrap_or(path)
}

/// The query of a target, as it was sent, without the `?`.
pub(crate) fn query_of(target: &str) -> &str {
    target.split_once('?').map_or("", |(_, query)| query)
}

#[cfg(test)]
mod tests {
    use super::{authority_of, path_of, query_of};

    #[test]
    fn a_target_has_a_path_a_query_and_perhaps_an_authority() {
        for (target, authority, path, query) in [
            ("/", None, "/", ""),
            ("/a/b?x=1?y", None, "/a/b", "x=1?y"),
            ("*", None, "*", ""),
            ("//a/b", None, "//a/b", ""),
            ("http://h:80/a?b", Some("h:80"), "/a", "b"),
            ("HTTPS://h", Some("h"), "", ""),
            ("http://h?b", Some("h"), "", "b"),
            ("ftp://h/a", None, "ftp://h/a", ""),
            ("?b", None, "", "b"),
        ] {
            let found = authority_of(target).map(|authority| &target[authority]);
            assert_eq!(found, authority, "{target}");
            assert_eq!(
                (path_of(target), query_of(target)),
                (path, query),
                "{target}"
            );
        }
    }
}
