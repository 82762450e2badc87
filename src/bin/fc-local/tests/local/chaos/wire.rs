//! The requests of the chaos as bytes, on connections that stay open.

use std::time::SystemTime;

use crate::support::{DOMAIN, KEY_SECRET, authorization};

const INVOCATIONS: &str = "/2016-08-15/services/s/functions/";

/// A signed call of a function of the service `s`, with the headers of the platform that are given.
pub(super) fn invocation(function: &str, headers: &[(&str, &str)], event: &[u8]) -> Vec<u8> {
    let target = format!("{INVOCATIONS}{function}/invocations");
    let date = httpdate::fmt_http_date(SystemTime::now());
    let signature = authorization(KEY_SECRET, "POST", &target, headers, &date);
    let own = [
        ("Host", "127.0.0.1"),
        ("Date", &date),
        ("Authorization", &signature),
    ];
    request(&target, &[&own, headers].concat(), event)
}

/// A request to the custom domain.
pub(super) fn visit(target: &str, body: &[u8]) -> Vec<u8> {
    request(target, &[("Host", DOMAIN)], body)
}

fn request(target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("POST {target} HTTP/1.1\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").into_bytes());
    }
    bytes.extend(format!("Content-Length: {}\r\n\r\n", body.len()).into_bytes());
    bytes.extend(body);
    bytes
}
