//! What of an HTTP call passes between client and function: headers of the hop and of the platform do not, and the
//! limits are kept ([contract §3.1](crate::check::sections::SECTIONS#3.1),
//! [§3.3](crate::check::sections::SECTIONS#3.3)).

use std::net::IpAddr;

use hyper::Uri;
use hyper::header::{
    CONNECTION, CONTENT_DISPOSITION, CONTENT_LENGTH, DATE, EXPECT, HOST, HeaderMap, HeaderName,
    HeaderValue, SERVER, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;
use hyper::http::uri::PathAndQuery;

use super::target::{Target, below_address, split_proxy};
use crate::api::error::ApiError;
use crate::facts::{header, limit};
use crate::name::Generation;
use crate::platform::agent::insert;
use crate::platform::call;

/// What of an HTTP call cannot be sent to the function, or may not be set by it.
const HOP_BY_HOP: [HeaderName; 6] = [EXPECT, CONNECTION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE];

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
    drop_own(&mut head.headers, &[]);
    // The client to the function frames the body anew.
    head.headers.remove(CONTENT_LENGTH);
    let (origin, base) = seen_target(&head.uri, target);
    head.uri = Uri::try_from(origin)
        .map_err(|error| ApiError::invalid(format!("the target is not valid: {error}")))?;
    insert(&mut head.headers, header::CLIENT_IP, &client.to_string());
    if let Some(base) = base {
        insert(&mut head.headers, header::BASE_PATH, &base);
    }
    Ok(head)
}

/// The path and query that the function sees, and the part of the path that names the function where that is among it: the
/// prefix as it was asked for, with a qualifier if that had one.
fn seen_target(uri: &Uri, target: &Target) -> (String, Option<String>) {
    let whole = || whole(uri);
    match (target.by_proxy, target.function.generation()) {
        (false, _) => {
            let rewritten = target.rewritten.clone();
            (rewritten.unwrap_or_else(whole), None)
        }
        (true, Generation::Fc2) => {
            let (base, _) = split_proxy(uri.path());
            (whole(), Some(format!("{base}/")))
        }
        (true, Generation::Fc3) => (below_address(uri), None),
    }
}

/// The path and query. A target with a host, `http://web.example.com?q`, may have no path, which is that of the root.
fn whole(uri: &Uri) -> String {
    let whole = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let root = if whole.starts_with('?') { "/" } else { "" };
    [root, whole].concat()
}

/// Removes what a function may not set, and forces a download at the default address
/// ([contract §3.1](crate::check::sections::SECTIONS#3.1)).
pub(super) fn clean(headers: &mut HeaderMap, target: &Target) {
    drop_own(headers, &[DATE, SERVER]);
    if target.by_proxy {
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
}

/// Removes the platform's headers, those of the connection they came over, and these.
fn drop_own(headers: &mut HeaderMap, others: &[HeaderName]) {
    let is_own = |name: &HeaderName| {
        name.as_str().starts_with(header::PLATFORM_PREFIX)
            || is_hop(name)
            || is_named(headers, name)
            || others.contains(name)
    };
    let dropped: Vec<HeaderName> = headers
        .keys()
        .filter(|name| is_own(name))
        .cloned()
        .collect();
    dropped.iter().for_each(|name| drop(headers.remove(name)));
}

fn is_hop(name: &HeaderName) -> bool {
    HOP_BY_HOP.contains(name) || name == "keep-alive" || name == "proxy-connection"
}

/// Whether `Connection` names a header as one of the connection (RFC 9110, 7.6.1). No request is without its host.
fn is_named(headers: &HeaderMap, name: &HeaderName) -> bool {
    let values = headers.get_all(CONNECTION).iter();
    let mut names = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    *name != HOST
        && names.any(|it| {
            it.trim_ascii()
                .eq_ignore_ascii_case(name.as_str().as_bytes())
        })
}
