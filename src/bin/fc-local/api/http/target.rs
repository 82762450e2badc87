//! Which function an HTTP request is for.

use crate::api::error::ApiError;
use crate::name::FunctionName;
use crate::store::State;

/// A function, and how a request came to it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(super) function: FunctionName,
    /// Whether the request came by the default address, which forces a download
    /// ([contract §3.1](crate::check::sections::SECTIONS#3.1)).
    pub(super) by_proxy: bool,
}

impl Target {
    /// The function of a proxy path.
    pub(super) fn of_proxy(function: FunctionName) -> Self {
        Self {
            function,
            by_proxy: true,
        }
    }

    /// The function that a custom domain sends a path to, if there is such a domain.
    pub(crate) fn of_domain(
        state: &State,
        host: &str,
        path: &str,
    ) -> Option<Result<Self, ApiError>> {
        let domain = state.domains.get(host)?;
        let route = domain.spec.route(path).map(|route| Self {
            function: route.function(),
            by_proxy: false,
        });
        Some(route.ok_or_else(|| {
            let message = format!("domain name '{host}' has no route for '{path}'");
            ApiError::not_found("DomainRouteNotFound", message)
        }))
    }
}
