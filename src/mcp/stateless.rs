//! What 2026-07-28 asks of a request and adds to a result.
//!
//! Owns the headers that repeat the body, and the fields of every result. It must not know what a method does.

use fc_runtime::base64;
use fc_runtime::http::Request;

use crate::failure::{Failure, HEADER, VERSION};
use crate::incoming::Incoming;
use crate::json::Part::{Raw, Text};
use crate::json::{JsonRef, Object, ToJson, joined, object};
use crate::version::{
    CAPABILITIES_KEY, METHOD_HEADER, NAME_HEADER, PARAM_HEADER_PREFIX, PARAM_KEYWORD, SERVER_KEY,
    VERSION_HEADER, VERSION_KEY,
};

/// Checks what the request says of itself, and that its headers say the same.
pub(crate) fn check(incoming: &Incoming<'_>, request: &Request) -> Result<(), Failure> {
    let version = incoming.meta(VERSION_KEY);
    if !version.is_some_and(JsonRef::is_string) {
        return Err(lacks(VERSION_KEY));
    }
    let capabilities = incoming.meta(CAPABILITIES_KEY);
    if !capabilities.is_some_and(JsonRef::is_object) {
        return Err(lacks(CAPABILITIES_KEY));
    }
    repeats(request, VERSION_HEADER, version)?;
    repeats_text(request, METHOD_HEADER, Some(incoming.method), false)?;
    let named = match incoming.method {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        _ => return Ok(()),
    };
    let name = incoming.params.get(named);
    repeats(request, NAME_HEADER, name.filter(|name| name.is_string()))
}

fn lacks(key: &str) -> Failure {
    Failure::params(joined(&["params._meta must have ", key]))
}

/// Checks the headers that repeat the arguments of a tool, as its schema asks for them.
pub(crate) fn check_arguments(
    incoming: &Incoming<'_>,
    schema: JsonRef<'_>,
    request: &Request,
) -> Result<(), Failure> {
    check_properties(schema, incoming.params.get("arguments"), request)
}

/// Checks those of an object and of the objects in it. Only `properties` lead on: what stands elsewhere in a schema may not be
/// sent at all.
fn check_properties(
    schema: JsonRef<'_>,
    object: Option<JsonRef<'_>>,
    request: &Request,
) -> Result<(), Failure> {
    for (name, property) in schema.get("properties").unwrap_or(JsonRef::NULL).entries() {
        let value = object.and_then(|object| object.get(&name));
        if let Some(header) = property.get(PARAM_KEYWORD).and_then(JsonRef::string) {
            let header = joined(&[PARAM_HEADER_PREFIX, &header]);
            repeats(request, &header, value.filter(|found| !found.is_null()))?;
        }
        check_properties(property, value, request)?;
    }
    Ok(())
}

/// Whether a header is there once with what the body says, or is missing where the body says nothing.
fn repeats(request: &Request, header: &str, body: Option<JsonRef<'_>>) -> Result<(), Failure> {
    let text = body.map(|body| body.string().unwrap_or(body.as_json().into()));
    let is_number = body.is_some_and(JsonRef::is_number);
    repeats_text(request, header, text.as_deref(), is_number)
}

fn repeats_text(
    request: &Request,
    header: &str,
    body: Option<&str>,
    is_number: bool,
) -> Result<(), Failure> {
    let mut sent = request.headers().get_all(header);
    let is_same = match (sent.next(), body) {
        (Some(sent), Some(body)) => is_same(sent, body, is_number),
        (sent, body) => sent.is_none() && body.is_none(),
    };
    if is_same && sent.next().is_none() {
        return Ok(());
    }
    let why = " must repeat what the body says, once";
    let message = joined(&["the header ", header, why]);
    Err(Failure::protocol(HEADER, message))
}

/// What no header can be is sent as base64 in a wrapping, of which there is one for each text. An integer may be written in two ways, 42 and 42.0.
fn is_same(sent: &str, body: &str, is_number: bool) -> bool {
    let wrapped = sent
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="));
    match wrapped {
        Some(inner) => inner == base64::encode(body),
        None if is_number => without_zeros(sent) == without_zeros(body),
        None => sent == body,
    }
}

/// A number without a fraction of zeros. Not read as a number: that is 10 KB of code, and big integers would be the same.
fn without_zeros(number: &str) -> &str {
    let is_zero = |&byte: &u8| byte == b'0';
    let zeros = number
        .bytes()
        .rev()
        .take_while(|byte| is_zero(byte))
        .count();
    number[..number.len() - zeros]
        .strip_suffix('.')
        .unwrap_or(number)
}

/// The failure of a request in a version that is unknown here.
pub(crate) fn unsupported(version: &str, known: &[&str]) -> Failure {
    let data = object(&[
        ("supported", Raw(known.to_json().as_json())),
        ("requested", Text(version)),
    ]);
    Failure::missing(VERSION, "version", version).with_known_data(data)
}

/// Adds what every result has beside its own fields.
pub(crate) fn complete(method: &str, server: &str, fields: &mut Object) {
    if !fields.view().is_object() {
        return;
    }
    fields.set_if_missing("resultType", r#""complete""#);
    if method.ends_with("/list") || ["server/discover", "resources/read"].contains(&method) {
        // Nobody may show it again without having asked.
        fields.set_if_missing("ttlMs", "0");
        fields.set_if_missing("cacheScope", r#""private""#);
    }
    let mut meta = fields.get("_meta").map_or_else(Object::new, Object::of);
    meta.set(SERVER_KEY, server);
    fields.set("_meta", meta.as_str());
}
