//! What each request is and what must be answered to it, by its number alone.

use std::sync::LazyLock;

use crate::support::request;

/// The request of one number.
pub(crate) struct Planned {
    number: usize,
    kind: Kind,
    /// The body of the request, or of the response where the request has none.
    bytes: &'static [u8],
}

/// What it asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// An event that comes back.
    Event,
    /// The body of an HTTP call that comes back.
    Http,
    /// An HTTP call without a body, whose target comes back.
    Target,
    /// A small event with a large response.
    Repeat,
    /// An HTTP call whose response is streamed.
    Stream,
}

/// How long the pattern is that bodies are cut out of, in bytes: longer than the longest.
const PATTERN_BYTES: usize = 6_000_000;

/// Letters without a rule, so that no two places of it look the same.
static PATTERN: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let letter = |at: usize| b'a' + u8::try_from(mixed(at) % 26).expect("a letter");
    (0..PATTERN_BYTES).map(letter).collect()
});

impl Planned {
    pub(crate) fn new(number: usize) -> Self {
        let kind = match mixed(number) % 20 {
            0..10 => Kind::Event,
            10..16 => Kind::Http,
            16 | 17 => Kind::Target,
            18 => Kind::Repeat,
            _ => Kind::Stream,
        };
        let length = length(mixed(number + 1));
        let start = mixed(number + 2) % (PATTERN.len() - length);
        Self {
            number,
            kind,
            bytes: &PATTERN[start..start + length],
        }
    }

    /// The request as it goes over the wire, by a length or in chunks.
    pub(crate) fn request(&self) -> Vec<u8> {
        let id = id_of(self.number);
        let (method, target, control_path) = match self.kind {
            Kind::Event | Kind::Repeat => ("POST", "/invoke".to_owned(), "/invoke"),
            Kind::Http => ("POST", "/echo".to_owned(), "/http-invoke"),
            Kind::Target => ("GET", self.target(), "/http-invoke"),
            Kind::Stream => ("GET", "/stream".to_owned(), "/http-invoke"),
        };
        let headers = [
            ("X-Fc-Control-Path", control_path),
            ("X-Fc-Request-Id", &id),
        ];
        match self.number % 3 {
            0 if !self.body().is_empty() => chunked(method, &target, &headers, &self.body()),
            _ => request(method, &target, &headers, &self.body()),
        }
    }

    /// The body of the request. It begins with its number, so that no two are alike.
    pub(crate) fn body(&self) -> Vec<u8> {
        match self.kind {
            // An empty event is one as well.
            Kind::Event | Kind::Http if self.bytes.is_empty() => Vec::new(),
            Kind::Event | Kind::Http => {
                [format!("{}: ", self.number).as_bytes(), self.bytes].concat()
            }
            Kind::Repeat => format!("repeat {}", self.bytes.len()).into_bytes(),
            Kind::Target | Kind::Stream => Vec::new(),
        }
    }

    /// The body of the response.
    pub(crate) fn response(&self) -> Vec<u8> {
        match self.kind {
            Kind::Event | Kind::Http => self.body(),
            Kind::Target => format!("GET {} {}", self.target(), id_of(self.number)).into_bytes(),
            Kind::Repeat => vec![b'x'; self.bytes.len()],
            Kind::Stream => b"event 1\nevent 2\nevent 3\n".to_vec(),
        }
    }

    fn target(&self) -> String {
        format!("/target?number={}", self.number)
    }
}

/// The number of the request with this id.
pub(crate) fn number_of(id: &str) -> Option<usize> {
    id.strip_prefix("soak-")?.parse().ok()
}

/// The id of the request with this number.
pub(crate) fn id_of(number: usize) -> String {
    format!("soak-{number}")
}

/// How long a body is, in bytes: mostly small, now and then some hundred KiB, seldom some MB; one of ten is empty.
fn length(random: usize) -> usize {
    let (class, random) = (random % 2000, random / 2000);
    match class {
        0 => 1_000_000 + random % 4_000_000,
        1..40 => random % (300 * 1024),
        40..300 => random % (32 * 1024),
        300..800 => random % (4 * 1024),
        800..1000 => 0,
        _ => random % 200,
    }
}

fn chunked(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: localhost:9000\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend(b"Transfer-Encoding: chunked\r\n\r\n");
    for chunk in body.chunks(7919) {
        bytes.extend(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend(chunk);
        bytes.extend(b"\r\n");
    }
    bytes.extend(b"0\r\n\r\n");
    bytes
}

/// A number without a rule, but always the same one (splitmix64).
fn mixed(number: usize) -> usize {
    let mut bits = (number as u64)
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
        .wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    // Half of it fits into a `usize` everywhere.
    usize::try_from((bits ^ (bits >> 31)) >> 33).expect("31 bits")
}
