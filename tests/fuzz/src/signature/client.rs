//! A request as a client makes and signs it, written by hand and apart from what checks it.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use md5::Md5;
use sha2::{Digest, Sha256};

use crate::hex::hex;

pub(super) const ID: &str = "an-id";
pub(super) const SECRET: &str = "a-secret";

/// A way to sign.
#[derive(Debug, Clone, Copy)]
pub(super) enum Scheme {
    Fc2,
    Fc3,
    Trigger,
}

/// A request as a client makes it.
#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, Vec<u8>)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let (mut line, mut rest) = cut(bytes)?;
        let (method, target) = std::str::from_utf8(line).ok()?.split_once(' ')?;
        if !target.starts_with('/') {
            return None;
        }
        let (method, target) = (method.to_owned(), target.to_owned());
        let mut headers = Vec::new();
        loop {
            (line, rest) = cut(rest)?;
            if line.is_empty() {
                break;
            }
            let colon = line.windows(2).position(|it| it == b": ")?;
            let name = std::str::from_utf8(&line[..colon]).ok()?;
            headers.push((name.to_ascii_lowercase(), line[colon + 2..].to_vec()));
        }
        let body = rest.to_vec();
        Some(Self {
            method,
            target,
            headers,
            body,
        })
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut bytes = format!("{} {}\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\n"].concat());
        }
        [&bytes, b"\n".as_slice(), &self.body].concat()
    }

    /// With what a server makes of it, unless it is none for a server.
    pub(super) fn with_head(self) -> Option<(Self, Parts)> {
        let builder = hyper::Request::builder().method(self.method.as_bytes());
        let request = builder.uri(&self.target).body(()).ok()?;
        let mut head = request.into_parts().0;
        for (name, value) in &self.headers {
            let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
            head.headers
                .append(name, HeaderValue::from_bytes(value).ok()?);
        }
        Some((self, head))
    }

    pub(super) fn parts(&self) -> (&str, &str) {
        // What follows this mark is not sent.
        let sent = self.target.split('#').next().unwrap_or_default();
        sent.split_once('?').unwrap_or((sent, ""))
    }

    fn value(&self, name: &str) -> &[u8] {
        let mut headers = self.headers.iter();
        headers
            .find(|(key, _)| key == name)
            .map_or(b"", |(_, value)| value)
    }

    fn set(&mut self, name: &str, value: String) {
        self.headers.retain(|(key, _)| key != name);
        self.headers.push((name.to_owned(), value.into_bytes()));
    }

    /// The same, signed; of a header that comes more than once a client sends the first.
    pub(super) fn signed(&self, scheme: Scheme) -> Self {
        let mut request = self.clone();
        let (path, query) = self.parts();
        let path = if path.is_empty() { "/" } else { path };
        request.target = match query {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        };
        let mut seen: Vec<String> = vec!["authorization".to_owned()];
        request.headers.retain(|(name, _)| {
            let is_first = !seen.contains(name);
            seen.push(name.clone());
            is_first || (name.starts_with("x-fc-") && name != "authorization")
        });
        let authorization = match scheme {
            Scheme::Fc2 => request.sign_fc2(),
            Scheme::Fc3 | Scheme::Trigger => request.sign_acs3(),
        };
        request.set("authorization", authorization);
        request
    }

    fn sign_fc2(&mut self) -> String {
        self.set("date", httpdate::fmt_http_date(SystemTime::now()));
        self.set("content-md5", BASE64.encode(hex(&Md5::digest(&self.body))));
        let mut text = self.method.clone().into_bytes();
        for name in ["content-md5", "content-type", "date"] {
            text.extend([b"\n", self.value(name)].concat());
        }
        text.push(b'\n');
        let fc = self.headers.iter();
        let mut fc: Vec<_> = fc.filter(|(name, _)| name.starts_with("x-fc-")).collect();
        fc.sort();
        for (name, value) in fc {
            text.extend([name.as_bytes(), b":", value, b"\n"].concat());
        }
        let (path, query) = self.parts();
        text.extend(decoded(path, false));
        if !is_api(path) {
            let mut lines: Vec<Vec<u8>> = pairs(query)
                .into_iter()
                .map(|(name, value)| [name, b"=".to_vec(), value].concat())
                .collect();
            lines.sort();
            text.push(b'\n');
            text.extend(lines.join(&b'\n'));
        }
        format!("FC {ID}:{}", BASE64.encode(hmac(&text)))
    }

    fn sign_acs3(&mut self) -> String {
        let now = humantime::format_rfc3339_seconds(SystemTime::now());
        self.set("x-acs-date", now.to_string());
        let digest = hex(&Sha256::digest(&self.body));
        self.set("x-acs-content-sha256", digest.clone());
        let covered =
            |name: &str| name.starts_with("x-acs-") || name == "host" || name == "content-type";
        let names = self.headers.iter().map(|(name, _)| name.as_str());
        let mut names: Vec<&str> = names.filter(|name| covered(name)).collect();
        names.sort_unstable();
        let (path, query) = self.parts();
        let path = path.replace('+', "%20").replace('*', "%2A");
        let path = path.replace("%7E", "~");
        let mut text = format!("{}\n{path}\n{}\n", self.method, canonical(query)).into_bytes();
        for name in &names {
            text.extend([name.as_bytes(), b":", self.value(name).trim_ascii(), b"\n"].concat());
        }
        let names = names.join(";");
        text.extend(format!("\n{names}\n{digest}").into_bytes());
        let text = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(text)));
        let signature = hex(&hmac(text.as_bytes()));
        format!("ACS3-HMAC-SHA256 Credential={ID},SignedHeaders={names},Signature={signature}")
    }
}

/// Whether a path is a call of the API of FC 2.0, whose query is not signed.
pub(super) fn is_api(path: &str) -> bool {
    path.starts_with("/2016-08-15") && !path.starts_with("/2016-08-15/proxy/")
}

/// A query as FC 3.0 signs it.
pub(super) fn canonical(query: &str) -> String {
    let encoded = |bytes: Vec<u8>| -> String {
        let each = bytes.into_iter().map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        });
        each.collect()
    };
    let each = pairs(query).into_iter();
    let mut pairs: Vec<String> = each
        .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
        .collect();
    pairs.sort();
    pairs.join("&")
}

pub(super) fn pairs(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let given = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = given.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .map(|(name, value)| (decoded(name, true), decoded(value, true)))
        .collect()
}

/// Text with `%41` turned into `A`, and with `+` into a blank where it is a form's.
pub(super) fn decoded(text: &str, is_form: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let digits = digits.filter(|two| two.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let byte = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        (bytes.push(match (first, byte) {
            (b'%', Some(byte)) => byte,
            (b'+', _) if is_form => b' ',
            _ => *first,
        }));
        let length = if *first == b'%' && byte.is_some() {
            3
        } else {
            1
        };
        rest = &rest[length..];
    }
    bytes
}

fn hmac(text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).expect("any key is one");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// A line without its end, and what follows.
fn cut(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}
