//! The signatures that `fc-local` checks: a request that is signed as the clients do it is taken, and one that was changed is
//! not, unless it still means the same.
//!
//! An input is a request as text: `METHOD /TARGET`, a line `name: value` for each header, an empty line, the body.

mod client;

use hyper::http::request::Parts;

use crate::local_signature::{Keys, Refusal, SignedBody};
use client::{ID, Request, SECRET, Scheme, canonical, decoded, is_api, pairs};

/// How many changes of one bit each signed request gets.
const FLIPS: usize = 8;

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
