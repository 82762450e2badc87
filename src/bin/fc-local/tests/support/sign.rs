//! The signatures of FC 2.0, computed independently of fc-local.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use sha2::Sha256;

pub(crate) const KEY_ID: &str = "test-key";
pub(crate) const KEY_SECRET: &str = "test-secret";

/// The headers that sign a request for FC 2.0.
pub(crate) fn sign(
    secret: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> Vec<(&'static str, String)> {
    let date = httpdate::fmt_http_date(SystemTime::now());
    vec![
        (
            "authorization",
            authorization(secret, method, target, headers, &date),
        ),
        ("date", date),
    ]
}

/// The `Authorization` of FC 2.0 (fun-cli §3), computed independently of fc-local.
pub(crate) fn authorization(
    secret: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    date: &str,
) -> String {
    let value = |wanted: &str| {
        headers
            .iter()
            .find(|(name, _)| *name == wanted)
            .map_or("", |(_, value)| value)
    };
    let mut platform: Vec<String> = headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-fc-"))
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    platform.sort();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut text = format!(
        "{method}\n{}\n{}\n{date}\n",
        value("content-md5"),
        value("content-type")
    );
    text.push_str(&platform.concat());
    text.push_str(path);
    if path.starts_with("/2016-08-15/proxy/") {
        let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        pairs.sort_unstable();
        text.push_str(&format!("\n{}", pairs.join("\n")));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(text.as_bytes());
    format!("FC {KEY_ID}:{}", BASE64.encode(mac.finalize().into_bytes()))
}
