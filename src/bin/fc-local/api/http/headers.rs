//! What of an HTTP call passes between client and function: headers of the hop and of the platform do not, and the
//! limits are kept ([contract §3.1](crate::check::sections::SECTIONS#3.1),
//! [§3.3](crate::check::sections::SECTIONS#3.3)).

use std::net::IpAddr;

use hyper::Uri;
use hyper::header::{
    CONNECTION, CONTENT_DISPOSITION, CONTENT_LENGTH, DATE, EXPECT, HeaderMap, HeaderName,
    HeaderValue, SERVER, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;

use super::target::Target;
use crate::api::error::ApiError;
use crate::facts::{header, limit};
use crate::platform::agent::insert;
use crate::platform::call;

/// What of an HTTP call cannot be sent to the function, or may not be set by it.
const HOP_BY_HOP: [HeaderName; 6] = [EXPECT, CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

/// How many parts of a proxy path name the function: version, `proxy`, service, function.
pub(in crate::api) const PROXY_PARTS: usize = 4;

/// Refuses a head that the platform would not take.
pub(super) fn check_limits(head: &Parts) -> Result<(), ApiError> {
    if call::header_bytes(&head.headers) > limit::HTTP_HEADER_BYTES {
        let message = format!(
            "the request's headers are larger than {} bytes",
            limit::HTTP_HEADER_BYTES
        );
        return Err(ApiError::invalid(message));
    }
    let target = head
        .uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    if target > limit::HTTP_TARGET_BYTES {
        let message = format!(
            "the request's path and query are longer than {} bytes",
            limit::HTTP_TARGET_BYTES
        );
        return Err(ApiError::invalid(message));
    }
    Ok(())
}

/// The user's request as the function sees it: no header of the platform's, none of the hop's.
pub(super) fn user_head(head: &Parts, target: &Target, client: IpAddr) -> Result<Parts, ApiError> {
    let mut head = head.clone();
    let platform =
        |name: &HeaderName| name.as_str().starts_with(header::PLATFORM_PREFIX) || is_hop(name);
    let dropped: Vec<HeaderName> = head
        .headers
        .keys()
        .filter(|name| platform(name))
        .cloned()
        .collect();
    dropped
        .iter()
        .for_each(|name| drop(head.headers.remove(name)));
    // The client to the function frames the body anew.
    head.headers.remove(CONTENT_LENGTH);
    let origin = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str())
        .to_owned();
    head.uri = Uri::try_from(origin)
        .map_err(|error| ApiError::invalid(format!("the target is not valid: {error}")))?;
    insert(&mut head.headers, header::CLIENT_IP, &client.to_string());
    if target.by_proxy {
        let base = base_path(head.uri.path()).to_owned();
        insert(&mut head.headers, header::BASE_PATH, &format!("{base}/"));
    }
    Ok(head)
}

/// The part of a proxy path that names the function, as it was asked for: with a qualifier if that had one.
fn base_path(path: &str) -> &str {
    let mut ends = path
        .match_indices('/')
        .map(|(index, _)| index)
        .chain([path.len()])
        .filter(|end| !path[..*end].is_empty() && !path[..*end].ends_with('/'));
    let end = ends.nth(PROXY_PARTS - 1);
    end.map_or(path, |end| &path[..end])
}

/// Removes what a function may not set, and forces a download at the default address
/// ([contract §3.1](crate::check::sections::SECTIONS#3.1)).
pub(super) fn clean(headers: &mut HeaderMap, target: &Target) {
    let reserved = |name: &HeaderName| {
        name.as_str().starts_with(header::PLATFORM_PREFIX)
            || is_hop(name)
            || *name == DATE
            || *name == SERVER
    };
    let dropped: Vec<HeaderName> = headers
        .keys()
        .filter(|name| reserved(name))
        .cloned()
        .collect();
    dropped.iter().for_each(|name| drop(headers.remove(name)));
    if target.by_proxy {
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
}

fn is_hop(name: &HeaderName) -> bool {
    HOP_BY_HOP.contains(name) || name == "keep-alive" || name == "proxy-connection"
}

#[cfg(test)]
mod tests {
    use super::base_path;

    #[test]
    fn the_base_path_is_the_prefix_as_it_was_asked_for() {
        for (path, base) in [
            ("/v/proxy/s/f/a/b", "/v/proxy/s/f"),
            ("/v/proxy/s.LATEST/f/", "/v/proxy/s.LATEST/f"),
            ("/v/proxy/s/f", "/v/proxy/s/f"),
            ("//v/proxy//s%41/f//a", "//v/proxy//s%41/f"),
        ] {
            assert_eq!(base_path(path), base, "{path}");
        }
    }
}
