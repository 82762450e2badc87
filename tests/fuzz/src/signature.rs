//! The signatures that `fc-local` checks: a request that is signed as the clients do it is taken, and one that was changed is
//! not, unless it still means the same.
//!
//! An input is a request as text: `METHOD /TARGET`, a line `name: value` for each header, an empty line, the body.

use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use hyper::header::{HeaderName, HeaderValue};
use hyper::http::request::Parts;
use md5::Md5;
use sha2::{Digest, Sha256};

use crate::hex::hex;
use crate::local_signature::{Keys, Refusal, SignedBody};

const ID: &str = "an-id";
const SECRET: &str = "a-secret";

/// How many changes of one bit each signed request gets.
const FLIPS: usize = 8;

/// A way to sign.
#[derive(Debug, Clone, Copy)]
enum Scheme {
    Fc2,
    Fc3,
    Trigger,
}

/// A request as a client makes it.
#[derive(Clone)]
struct Request {
    method: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
}

/// Takes the bytes for a request, signs it in each way, and changes it.
///
/// # Panics
///
/// A signed request is refused, or one is taken that was changed after it was signed.
pub fn check(bytes: &[u8]) {
    let Some((request, head)) = Request::read(bytes).and_then(Request::with_head) else {
        return;
    };
    // As it came, whatever it says of its signature.
    let keys = keys();
    for scheme in [Scheme::Fc2, Scheme::Fc3, Scheme::Trigger] {
        let _: Result<(), Refusal> = verify(&keys, scheme, &head, &request.body);
    }
    let _: Result<(), Refusal> = keys.verify_oss(&head, "/bucket/object");
    for scheme in [Scheme::Fc2, Scheme::Fc3, Scheme::Trigger] {
        holds(&keys, scheme, &request);
    }
}

fn holds(keys: &Keys, scheme: Scheme, request: &Request) {
    let signed = request.signed(scheme);
    let written = signed.write();
    let Some((signed, head)) = Request::read(&written).and_then(Request::with_head) else {
        // The text of an input may be one that a signature makes too long for a request.
        return;
    };
    let taken = verify(keys, scheme, &head, &signed.body);
    assert_eq!(taken, Ok(()), "{scheme:?}: {}", written.escape_ascii());
    let meaning = meaning(scheme, &head, &signed.body);
    same_query_in_another_form(keys, scheme, &signed);
    repeated(keys, scheme, &signed);
    let mut random = Random::of(&written);
    for _ in 0..FLIPS {
        let mut changed = written.clone();
        let place = random.below(changed.len());
        changed[place] ^= 1 << random.below(8);
        let Some((other, head)) = Request::read(&changed).and_then(Request::with_head) else {
            continue;
        };
        if verify(keys, scheme, &head, &other.body).is_ok() {
            assert!(
                meaning == self::meaning(scheme, &head, &other.body),
                "{scheme:?}: signed {} taken {}",
                written.escape_ascii(),
                changed.escape_ascii()
            );
        }
    }
}

/// The form of a query that is signed is signed by the same signature, so it is its own form.
fn same_query_in_another_form(keys: &Keys, scheme: Scheme, signed: &Request) {
    let mut other = signed.clone();
    let (path, query) = signed.parts();
    other.target = format!("{path}?{}", canonical(query));
    if let Some((other, head)) = other.with_head() {
        let taken = verify(keys, scheme, &head, &other.body);
        assert_eq!(taken, Ok(()), "{scheme:?}: {}", other.target);
    }
}

/// A second value beside one that is signed is not taken.
fn repeated(keys: &Keys, scheme: Scheme, signed: &Request) {
    let name = match scheme {
        Scheme::Fc2 => "date",
        Scheme::Fc3 | Scheme::Trigger => "x-acs-date",
    };
    let mut other = signed.clone();
    other.headers.push((name.to_owned(), b"again".to_vec()));
    if let Some((other, head)) = other.with_head() {
        let refused = verify(keys, scheme, &head, &other.body);
        assert_eq!(refused, Err(Refusal::Repeated(name.to_owned())));
    }
}

fn keys() -> Keys {
    Keys {
        id: ID.to_owned(),
        secret: SECRET.to_owned(),
    }
}

fn verify(keys: &Keys, scheme: Scheme, head: &Parts, body: &[u8]) -> Result<(), Refusal> {
    let signed: Option<SignedBody> = match scheme {
        Scheme::Fc2 => Some(keys.verify_fc2(head)?),
        Scheme::Fc3 => Some(keys.verify_fc3(head)?),
        Scheme::Trigger => keys.verify_trigger_fc3(head)?,
    };
    signed.map_or(Ok(()), |signed| signed.check(body))
}

impl Request {
    fn read(bytes: &[u8]) -> Option<Self> {
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

    fn write(&self) -> Vec<u8> {
        let mut bytes = format!("{} {}\n", self.method, self.target).into_bytes();
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\n"].concat());
        }
        [&bytes, b"\n".as_slice(), &self.body].concat()
    }

    /// With what a server makes of it, unless it is none for a server.
    fn with_head(self) -> Option<(Self, Parts)> {
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

    fn parts(&self) -> (&str, &str) {
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
    fn signed(&self, scheme: Scheme) -> Self {
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
        let fc = fc.filter(|(name, _)| name.starts_with("x-fc-"));
        let mut lines: Vec<Vec<u8>> = fc
            .map(|(name, value)| [name.as_bytes(), b":", value, b"\n"].concat())
            .collect();
        lines.sort();
        text.extend(lines.concat());
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

/// What must be signed of a request, in the one form that all of the same meaning have.
fn meaning(scheme: Scheme, head: &Parts, body: &[u8]) -> Vec<Vec<u8>> {
    let (path, query) = (head.uri.path(), head.uri.query().unwrap_or_default());
    let mut all = vec![head.method.as_str().into(), body.to_vec()];
    let prefix = match scheme {
        Scheme::Fc2 => "x-fc-",
        Scheme::Fc3 | Scheme::Trigger => "x-acs-",
    };
    let always: &[&str] = match scheme {
        Scheme::Fc2 => &["date", "content-md5", "content-type"],
        Scheme::Fc3 => &["host", "content-type"],
        // A trigger leaves it to the client what it signs besides.
        Scheme::Trigger => &[],
    };
    let named = signed_names(head);
    let mut headers = Vec::new();
    for (name, value) in &head.headers {
        let name = name.as_str();
        if always.contains(&name) || named.contains(&name) || name.starts_with(prefix) {
            let value = match scheme {
                Scheme::Fc2 => value.as_bytes(),
                Scheme::Fc3 | Scheme::Trigger => value.as_bytes().trim_ascii(),
            };
            // A header that is signed as empty may as well be absent.
            if !value.is_empty() || name.starts_with("x-fc-") {
                headers.push([name.as_bytes(), b": ", value].concat());
            }
        }
    }
    headers.sort();
    all.extend(headers);
    all.push(match scheme {
        Scheme::Fc2 => decoded(path, false),
        Scheme::Fc3 | Scheme::Trigger => path.into(),
    });
    if !(matches!(scheme, Scheme::Fc2) && is_api(path)) {
        let mut pairs = pairs(query);
        pairs.sort();
        all.extend(pairs.into_iter().flat_map(|(name, value)| [name, value]));
    }
    all
}

/// What a signature of FC 3.0 says that it covers.
fn signed_names(head: &Parts) -> Vec<&str> {
    let given = head.headers.get("authorization");
    let given = given.and_then(|value| value.to_str().ok());
    let names = given.and_then(|given| given.split_once("SignedHeaders="));
    let names = names.map_or("", |(_, rest)| rest.split(',').next().unwrap_or_default());
    names.split(';').collect()
}

/// Whether a path is a call of the API of FC 2.0, whose query is not signed.
fn is_api(path: &str) -> bool {
    path.starts_with("/2016-08-15") && !path.starts_with("/2016-08-15/proxy/")
}

/// A query as FC 3.0 signs it.
fn canonical(query: &str) -> String {
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

fn pairs(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let given = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = given.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs
        .map(|(name, value)| (decoded(name, true), decoded(value, true)))
        .collect()
}

/// Text with `%41` turned into `A`, and with `+` into a blank where it is a form's.
fn decoded(text: &str, is_form: bool) -> Vec<u8> {
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

/// Numbers without a rule, the same for the same bytes.
struct Random(u64);

impl Random {
    fn of(bytes: &[u8]) -> Self {
        let step = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self(bytes.iter().fold(0xcbf2_9ce4_8422_2325, step))
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % end.max(1)
    }
}
