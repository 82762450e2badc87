//! The signatures of both generations, computed independently of fc-local.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

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
    let mut platform: Vec<_> = headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-fc-"))
        .collect();
    platform.sort();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut text = format!(
        "{method}\n{}\n{}\n{date}\n",
        value("content-md5"),
        value("content-type")
    );
    for (name, value) in platform {
        text.push_str(&format!("{name}:{value}\n"));
    }
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

/// The headers of a request to FC 3.0, of a method, a path and a query, with the `Authorization` that signs those that are named (contract fun-cli §8).
pub(crate) fn sign_fc3<'a>(
    target: [&str; 3],
    headers: &[(&'a str, &'a str)],
    signed: &[&str],
    body: &[u8],
) -> Vec<(&'a str, String)> {
    let digest = hex(&Sha256::digest(body));
    let own = ("x-acs-content-sha256", digest.clone());
    let all: Vec<(&str, String)> = headers
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()))
        .chain([own])
        .collect();
    acs3(KEY_SECRET, &target, all, signed, &digest)
}

/// The headers that sign a call of an HTTP trigger of FC 3.0; without a body they do not cover it.
pub(crate) fn sign_trigger(
    secret: &str,
    [method, path, query]: [&str; 3],
    body: Option<&[u8]>,
    date: SystemTime,
) -> Vec<(&'static str, String)> {
    let date = humantime::format_rfc3339_seconds(date).to_string();
    let digest = body.map_or_else(String::new, |body| hex(&Sha256::digest(body)));
    let mut all = vec![("x-acs-date", date)];
    if body.is_some() {
        all.insert(0, ("x-acs-content-sha256", digest.clone()));
    }
    let signed: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
    acs3(secret, &[method, path, query], all, &signed, &digest)
}

/// Adds the `Authorization` for a method, a path and a query.
fn acs3<'a>(
    secret: &str,
    target: &[&str; 3],
    mut all: Vec<(&'a str, String)>,
    signed: &[&str],
    digest: &str,
) -> Vec<(&'a str, String)> {
    let value = |wanted: &&str| all.iter().find(|(name, _)| name == wanted);
    let lines: String = signed
        .iter()
        .map(|name| format!("{name}:{}\n", value(name).map_or("", |(_, value)| value)))
        .collect();
    let names = signed.join(";");
    let request = format!("{}\n{lines}\n{names}\n{digest}", target.join("\n"));
    let text = format!(
        "ACS3-HMAC-SHA256\n{}",
        hex(&Sha256::digest(request.as_bytes()))
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(text.as_bytes());
    let signature = hex(&mac.finalize().into_bytes());
    let authorization =
        format!("ACS3-HMAC-SHA256 Credential={KEY_ID},SignedHeaders={names},Signature={signature}");
    all.push(("authorization", authorization));
    all
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
