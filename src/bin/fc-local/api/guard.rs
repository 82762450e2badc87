//! Which requests may reach the API at all: those that name this server, and those of no other web page.
//!
//! A page can send requests to this machine, be it by its name server, which may turn the page's own name into a loopback
//! address. But a browser names the server in `Host` and the page in `Origin`, and no page can change either. It must not
//! know what is asked for, nor who signed it.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use hyper::header::{HOST, HeaderValue, ORIGIN};

use super::asked::Asked;
use super::error::ApiError;
use crate::name;

/// The names of this server that are not its addresses.
#[derive(Debug)]
pub(crate) struct Guard {
    address: SocketAddr,
    names: Vec<String>,
}

impl Guard {
    /// For a server that listens at an address and has these names besides.
    pub(crate) fn new(address: SocketAddr, names: &[String]) -> Self {
        Self {
            address,
            names: names.iter().map(|name| plain(name)).collect(),
        }
    }

    /// Whether a request names this server itself, so that no custom domain may have it.
    pub(super) fn is_own(&self, asked: &Asked) -> bool {
        let host = asked.host();
        self.is_named(&host) || ip_of(&host).is_some_and(|ip| ip == asked.server.to_canonical())
    }

    /// Refuses a request that does not name this server, unless it names something below `localhost`, or the API in the cloud.
    pub(super) fn check_other_host(&self, asked: &Asked) -> Result<(), ApiError> {
        let host = asked.host();
        if plain(&host).ends_with(".localhost") || is_cloud(&host) {
            return Ok(());
        }
        let message = format!(
            "there is no custom domain '{host}', and the API is served to this machine's names only: use localhost or \
             {}, or start fc-local with --allow-host {host}",
            self.address
        );
        Err(ApiError::denied("AccessDenied", message))
    }

    /// Refuses a request of a web page that this server did not serve itself.
    pub(super) fn check_origin(&self, asked: &Asked) -> Result<(), ApiError> {
        let mut given = asked.head.headers.get_all(ORIGIN).iter();
        let is_own = |origin: &HeaderValue| {
            let own = format!("http://{}", asked.header(HOST.as_str()));
            origin.as_bytes().eq_ignore_ascii_case(own.as_bytes())
        };
        let foreign = given.find(|origin| !is_own(origin));
        foreign.map_or(Ok(()), |origin| {
            let origin = String::from_utf8_lossy(origin.as_bytes());
            let message = format!(
                "the API is not served to web pages, and this request is one of '{origin}': send it from a program"
            );
            Err(ApiError::denied("AccessDenied", message))
        })
    }

    /// Refuses a custom domain whose requests would be taken for those to the API.
    pub(super) fn check_domain(&self, name: &str) -> Result<(), ApiError> {
        if !self.is_named(name) && ip_of(name).is_none() && !is_of_cloud(name) {
            return name::check_domain(name).map_err(ApiError::invalid);
        }
        let message = format!(
            "'{name}' is an address of the API itself; give the custom domain another name"
        );
        Err(ApiError::invalid(message))
    }

    fn is_named(&self, host: &str) -> bool {
        let host = plain(host);
        host == "localhost"
            || self.names.contains(&host)
            || ip_of(&host)
                .is_some_and(|ip| ip.is_loopback() || ip == self.address.ip().to_canonical())
    }
}

/// Whether a host is the API's in the cloud: `@alicloud/fc2` 2.6.6 and `@alicloud/fc` 1.2.3 go on naming it when they are
/// given another endpoint. No page can have its name server turn such a name into a loopback address.
fn is_cloud(host: &str) -> bool {
    plain(host).ends_with(".fc.aliyuncs.com")
}

/// Whether a host is one of the platform's, as those of the API and of the package store are.
fn is_of_cloud(host: &str) -> bool {
    format!(".{}", plain(host)).ends_with(".aliyuncs.com")
}

/// A host name in the one form in which names are compared.
fn plain(name: &str) -> String {
    name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase()
}

/// The address that a host is, if it is one; IPv6 has its brackets.
fn ip_of(host: &str) -> Option<IpAddr> {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let ip = inner.map_or_else(
        || host.parse().ok(),
        |inner| inner.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
    );
    ip.map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests;
