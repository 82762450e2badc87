//! Requests to a running server, signed as each API asks for it.

use std::io::BufReader;
use std::time::SystemTime;

use serde_json::Value;

use super::server::Server;
use super::sign::{KEY_SECRET, sign, sign_fc3};
use super::wire::{Reply, send};

impl Server {
    /// A signed API request with a JSON body.
    pub(crate) fn api(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        self.signed(method, &format!("/2016-08-15{path}"), &[], &body)
    }

    /// A signed request to the API of FC 3.0, with a JSON body unless that is null.
    pub(crate) fn api_fc3(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        self.fc3(method, [path, ""], &[], &body)
    }

    /// A signed `GET` of the API of FC 3.0, with a query of encoded pairs in the order of their names.
    pub(crate) fn api_query_fc3(&self, path: &str, query: &str) -> Reply {
        self.fc3("GET", [path, query], &[], b"")
    }

    /// A signed request to the API of FC 3.0, for a path and a query, with headers that the signature leaves out.
    pub(crate) fn fc3(
        &self,
        method: &str,
        [path, query]: [&str; 2],
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        self.acs3(
            method,
            [&format!("/2023-03-30{path}"), query],
            headers,
            body,
        )
    }

    /// The same, for a whole path.
    pub(crate) fn acs3(
        &self,
        method: &str,
        [path, query]: [&str; 2],
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let own = [("host", self.address.as_str()), ("x-acs-date", &date)];
        let names = ["host", "x-acs-content-sha256", "x-acs-date"];
        let mut all = sign_fc3([method, path, query], &own, &names, body);
        all.extend(
            headers
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let target = match query {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        };
        self.request(method, &target, &borrowed(&all), body)
    }

    /// A signed request with the test's headers.
    pub(crate) fn signed(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        self.signed_with(KEY_SECRET, method, target, headers, body)
    }

    pub(crate) fn signed_with(
        &self,
        secret: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let signed = sign(secret, method, target, headers);
        let all: Vec<(&str, &str)> = headers
            .iter()
            .copied()
            .chain(signed.iter().map(|(name, value)| (*name, value.as_str())))
            .collect();
        self.request(method, target, &all, body)
    }

    /// A request as it is given.
    pub(crate) fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut stream = self.connect();
        send(&mut stream, method, target, headers, body);
        Reply::read(&mut BufReader::new(stream), method)
    }
}

/// Headers as requests take them.
pub(crate) fn borrowed<'a>(headers: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    let headers = headers.iter();
    headers
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}
