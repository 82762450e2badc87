//! Which function an HTTP request is for, and what of its path the function sees.

use hyper::{Method, Uri};

use crate::api::error::ApiError;
use crate::facts::FC3_PREFIX;
use crate::name::FunctionName;
use crate::store::State;
use crate::store::spec::NoRoute;

/// A function, and how a request came to it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(super) function: FunctionName,
    /// Whether the request came by the default address, which forces a download
    /// ([contract §3.1](crate::check::sections::SECTIONS#3.1)).
    pub(super) by_proxy: bool,
    /// The path and query that the function sees instead of those that were asked for.
    pub(super) rewritten: Option<String>,
}

impl Target {
    /// The function of a proxy path, in FC 3.0 also with a version or alias.
    pub(super) fn of_proxy(function: FunctionName) -> Self {
        Self {
            function: function.divided(),
            by_proxy: true,
            rewritten: None,
        }
    }

    /// The function that a custom domain sends a request to, if there is such a domain.
    pub(crate) fn of_domain(
        state: &State,
        host: &str,
        method: &Method,
        uri: &Uri,
    ) -> Option<Result<Self, ApiError>> {
        let domain = state.domains.get(host)?;
        let path = uri.path();
        let route = domain.spec.route(method.as_str(), path);
        let target = route.map(|route| Self {
            function: route.function(),
            by_proxy: false,
            rewritten: route.rewritten(path, uri.query()),
        });
        Some(target.map_err(|why| match why {
            NoRoute::Path => {
                let message = format!("domain name '{host}' has no route for '{path}'");
                ApiError::not_found("DomainRouteNotFound", message)
            }
            NoRoute::Method => {
                let message = format!(
                    "no route of domain name '{host}' for '{path}' allows the method '{method}'; add it to methods"
                );
                ApiError::denied("AccessDenied", message)
            }
        }))
    }
}

/// The default address of a function of FC 3.0, or of a version or alias of one, below the address of this server. In the cloud each has its own host
/// and the function sees the whole path; here it sees what follows the address.
pub(in crate::api) fn address(server: &str, function: &FunctionName) -> String {
    format!("{server}{FC3_PREFIX}/proxy/{function}/")
}

/// How many parts of a path, of those that are not empty, name the function of a proxy path; none if it is no such path.
pub(in crate::api) fn proxy_parts(path: &str) -> Option<usize> {
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let version = parts.next()?;
    let is_fc3 = FC3_PREFIX.trim_start_matches('/') == version;
    // The version, `proxy`, the service in FC 2.0, the function.
    (parts.next()? == "proxy").then_some(if is_fc3 { 3 } else { 4 })
}

/// A path split after the part that names the function.
pub(super) fn split_proxy(path: &str) -> (&str, &str) {
    let Some(parts) = proxy_parts(path) else {
        return (path, "");
    };
    let slashes = path.match_indices('/').map(|(index, _)| index);
    let ends = slashes.chain([path.len()]);
    let mut ends = ends.filter(|end| *end > 0 && !path[..*end].ends_with('/'));
    let end = ends.nth(parts - 1).unwrap_or(path.len());
    path.split_at(end)
}

/// What a function of FC 3.0 sees of a target at its default address.
pub(super) fn below_address(target: &Uri) -> String {
    let (_, rest) = split_proxy(target.path());
    let path = if rest.is_empty() { "/" } else { rest };
    match target.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests;
