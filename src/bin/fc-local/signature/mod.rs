//! Who sent a request: the signatures of FC 2.0, FC 3.0 and the package store (fun-cli §3, §8).
//!
//! Each is recomputed from the request and the one secret that fc-local knows; no secret is ever printed. That is done by
//! hand, because no library checks the signatures that Alibaba Cloud's clients make: its SDKs only sign, and each of the three
//! has its own rules about what is decoded, sorted and left out.
//!
//! It must not know what a request is for, nor how it is answered: the fuzz target `signature` calls it as it is here.
//!
//! ```text
//! text      the texts that are signed
//! date      when a request was signed
//! refusal   why a request is not taken
//! head      the values of a head, decoded
//! ```

mod date;
mod head;
mod refusal;
mod text;

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, DATE, HOST, HeaderName};
use hyper::http::request::Parts;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::hex::{hex, unhex};

pub(crate) use head::{header, percent_decode, query_pairs};
pub(crate) use refusal::Refusal;

/// The hexadecimal SHA-256 of a body, in FC 3.0.
const CONTENT_SHA256: &str = "x-acs-content-sha256";

/// How an `Authorization` for the package store begins.
pub(crate) const OSS_SCHEME: &str = "OSS ";

/// The one pair of keys that fc-local accepts.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
}

/// What a signature says of the body, which is read after it.
#[derive(Debug, Clone)]
pub(crate) enum SignedBody<'a> {
    /// `Content-MD5`, empty if the client sent none.
    Md5(Cow<'a, str>),
    /// `x-acs-content-sha256`.
    Sha256(Cow<'a, str>),
}

impl SignedBody<'_> {
    /// Refuses a body that was not signed.
    pub(crate) fn check(self, body: &[u8]) -> Result<(), Refusal> {
        match self {
            Self::Md5(given) => check_md5(&given, body),
            Self::Sha256(given) if given == hex(&Sha256::digest(body)) => Ok(()),
            Self::Sha256(_) => Err(Refusal::Mismatch),
        }
    }

    /// The same without the request that it came with.
    pub(crate) fn into_owned(self) -> SignedBody<'static> {
        match self {
            Self::Md5(given) => SignedBody::Md5(given.into_owned().into()),
            Self::Sha256(given) => SignedBody::Sha256(given.into_owned().into()),
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys")
            .field("id", &self.id)
            .field("secret", &"***")
            .finish()
    }
}

impl Keys {
    /// Checks `Authorization: FC id:signature`, before the body has come.
    pub(crate) fn verify_fc2<'a>(&self, head: &'a Parts) -> Result<SignedBody<'a>, Refusal> {
        let given = required(head, AUTHORIZATION.as_str())?;
        let date = required(head, DATE.as_str())?;
        let signature = self.credential(given, "FC ")?;
        check_single(head, text::FC2_HEADERS)?;
        let text = text::fc2(head);
        self.check::<Hmac<Sha256>>(&text, BASE64.decode(signature).ok())?;
        date::check(date)?;
        Ok(SignedBody::Md5(header(head, "content-md5").into()))
    }

    /// Checks the signature of FC 3.0's API, which covers the body, before that has come.
    pub(crate) fn verify_fc3<'a>(&self, head: &'a Parts) -> Result<SignedBody<'a>, Refusal> {
        let payload = required(head, CONTENT_SHA256)?;
        self.verify_acs3(head, payload, &[HOST, CONTENT_TYPE])?;
        Ok(SignedBody::Sha256(payload.into()))
    }

    /// Checks the signature of a call of an HTTP trigger of FC 3.0, before its body has come.
    ///
    /// It covers the body only if the client sends its digest, else the line of the payload is empty; and it need not cover the
    /// host (Alibaba Cloud, "Configure Signature Authentication for HTTP Triggers").
    pub(crate) fn verify_trigger_fc3<'a>(
        &self,
        head: &'a Parts,
    ) -> Result<Option<SignedBody<'a>>, Refusal> {
        let payload = header(head, CONTENT_SHA256);
        self.verify_acs3(head, payload, &[])?;
        let payload = Some(payload).filter(|payload| !payload.is_empty());
        Ok(payload.map(|payload| SignedBody::Sha256(payload.into())))
    }

    /// Checks `Authorization: ACS3-HMAC-SHA256 Credential=id,SignedHeaders=...,Signature=...`, which has to cover these headers
    /// and its own.
    fn verify_acs3(
        &self,
        head: &Parts,
        payload: &str,
        covered: &[HeaderName],
    ) -> Result<(), Refusal> {
        let given = required(head, AUTHORIZATION.as_str())?;
        let fields = given
            .strip_prefix("ACS3-HMAC-SHA256 ")
            .ok_or(Refusal::Mismatch)?;
        let field = |name: &str| {
            let mut pairs = fields
                .split(',')
                .filter_map(|pair| pair.trim().split_once('='));
            let found = pairs.find(|(key, _)| *key == name);
            found.map(|(_, value)| value).ok_or(Refusal::Mismatch)
        };
        self.check_id(field("Credential")?)?;
        let date = required(head, "x-acs-date")?;
        let names = field("SignedHeaders")?;
        check_names(head, names, covered)?;
        check_single(head, names.split(';'))?;
        let request = text::fc3(head, names, payload);
        let text = format!("ACS3-HMAC-SHA256\n{}", hex(&Sha256::digest(request)));
        self.check::<Hmac<Sha256>>(text.as_bytes(), unhex(field("Signature")?))?;
        date::check(date)
    }

    /// Checks `Authorization: OSS id:signature` for `/bucket/object`, `/bucket/` or `/`.
    pub(crate) fn verify_oss(&self, head: &Parts, resource: &str) -> Result<(), Refusal> {
        let given = required(head, AUTHORIZATION.as_str())?;
        let signature = self.credential(given, OSS_SCHEME)?;
        let text = text::oss(head, resource);
        self.check::<Hmac<Sha1>>(&text, BASE64.decode(signature).ok())?;
        date::check(text::oss_date(head))
    }

    /// What proves that this server has made a text.
    pub(crate) fn seal(&self, text: &str) -> String {
        hex(&hmac_sha256(&self.secret, text.as_bytes()))
    }

    /// Whether this server has made a text, by what is said to prove it.
    pub(crate) fn has_sealed(&self, text: &str, seal: &str) -> bool {
        self.check::<Hmac<Sha256>>(text.as_bytes(), unhex(seal))
            .is_ok()
    }

    /// The `Authorization` of a request that fc-local itself sends.
    pub(crate) fn sign_fc2(&self, head: &Parts) -> String {
        format!(
            "FC {}:{}",
            self.id,
            BASE64.encode(hmac_sha256(&self.secret, &text::fc2(head)))
        )
    }

    /// Refuses a signature that is not that of a text. It takes as long wherever the two differ, so that nobody can find the
    /// right one byte by byte.
    fn check<M: Mac + KeyInit>(&self, text: &[u8], given: Option<Vec<u8>>) -> Result<(), Refusal> {
        let mut mac = keyed::<M>(&self.secret);
        mac.update(text);
        let is_right = given.is_some_and(|given| mac.verify_slice(&given).is_ok());
        is_right.then_some(()).ok_or(Refusal::Mismatch)
    }

    fn credential<'a>(&self, given: &'a str, scheme: &str) -> Result<&'a str, Refusal> {
        let (id, signature) = given
            .strip_prefix(scheme)
            .and_then(|rest| rest.split_once(':'))
            .ok_or(Refusal::Mismatch)?;
        self.check_id(id)?;
        Ok(signature)
    }

    fn check_id(&self, id: &str) -> Result<(), Refusal> {
        if id == self.id {
            return Ok(());
        }
        Err(Refusal::UnknownId(id.to_owned()))
    }
}

/// Refuses a signature of FC 3.0 that leaves out a header which it has to cover: in the API the host and the type of the
/// body, and always all that are the signature's own, as Alibaba Cloud's SDKs sign them.
fn check_names(head: &Parts, names: &str, covered: &[HeaderName]) -> Result<(), Refusal> {
    let covers = |name: &HeaderName| names.split(';').any(|given| name == given);
    let must = |name: &HeaderName| name.as_str().starts_with("x-acs-") || covered.contains(name);
    let left_out = head.headers.keys().find(|name| must(name) && !covers(name));
    left_out.map_or(Ok(()), |name| Err(Refusal::LeftOut(name.clone())))
}

/// Refuses a second value of a header of which a signature covers the first.
fn check_single<'a>(head: &Parts, names: impl IntoIterator<Item = &'a str>) -> Result<(), Refusal> {
    let is_repeated = |name: &&str| head.headers.get_all(*name).iter().nth(1).is_some();
    let repeated = names.into_iter().find(is_repeated);
    repeated.map_or(Ok(()), |name| Err(Refusal::Repeated(name.to_owned())))
}

/// FC's clients send the base64 of the hexadecimal digest; plain HTTP has the base64 of its bytes.
fn check_md5(given: &str, body: &[u8]) -> Result<(), Refusal> {
    if given.is_empty() {
        return Ok(());
    }
    let digest = Md5::digest(body);
    if given == BASE64.encode(hex(&digest)) || given == BASE64.encode(digest) {
        Ok(())
    } else {
        Err(Refusal::OtherBody)
    }
}

fn required<'a>(head: &'a Parts, name: &'static str) -> Result<&'a str, Refusal> {
    let value = header(head, name);
    if value.is_empty() {
        return Err(Refusal::Missing(name));
    }
    Ok(value)
}

fn hmac_sha256(secret: &str, text: &[u8]) -> Vec<u8> {
    let mut mac = keyed::<Hmac<Sha256>>(secret);
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

fn keyed<M: Mac + KeyInit>(secret: &str) -> M {
    // HMAC takes a key of any length.
    <M as Mac>::new_from_slice(secret.as_bytes())
        .unwrap_or_else(|_| unreachable!("any key length is right"))
}
