//! What 2026-07-28 asks of a request and adds to a result.
//!
//! Owns the headers that repeat the body, and the fields of every result. It must not know what a method does.

use fc_runtime::base64;
use fc_runtime::http::Request;
use serde_json::{Value, json};

use crate::failure::{Failure, HEADER, VERSION};
use crate::incoming::Incoming;
use crate::version::{
    CAPABILITIES_KEY, METHOD_HEADER, NAME_HEADER, PARAM_HEADER_PREFIX, PARAM_KEYWORD, SERVER_KEY,
    VERSION_HEADER, VERSION_KEY,
};

/// Checks what the request says of itself, and that its headers say the same.
pub(crate) fn check(incoming: &Incoming, request: &Request) -> Result<(), Failure> {
    let Some(version) = incoming.meta(VERSION_KEY).and_then(Value::as_str) else {
        return Err(Failure::params(format!(
            "params._meta must have {VERSION_KEY}"
        )));
    };
    if !incoming
        .meta(CAPABILITIES_KEY)
        .is_some_and(Value::is_object)
    {
        return Err(Failure::params(format!(
            "params._meta must have {CAPABILITIES_KEY}"
        )));
    }
    repeats(request, VERSION_HEADER, Some(version))?;
    repeats(request, METHOD_HEADER, Some(&incoming.method))?;
    let named = match incoming.method.as_str() {
        "tools/call" | "prompts/get" => "name",
        "resources/read" => "uri",
        _ => return Ok(()),
    };
    let name = incoming.params.get(named).and_then(Value::as_str);
    repeats(request, NAME_HEADER, name)
}

/// Checks the headers that repeat the arguments of a tool, as its schema asks for them.
pub(crate) fn check_arguments(
    incoming: &Incoming,
    schema: &Value,
    request: &Request,
) -> Result<(), Failure> {
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let Some(header) = property.get(PARAM_KEYWORD).and_then(Value::as_str) else {
            continue;
        };
        let argument = incoming
            .params
            .get("arguments")
            .and_then(|all| all.get(name));
        let text = match argument {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        };
        repeats(
            request,
            &format!("{PARAM_HEADER_PREFIX}{header}"),
            text.as_deref(),
        )?;
    }
    Ok(())
}

/// Whether a header is there once with what the body says, or is missing where the body says nothing.
fn repeats(request: &Request, header: &str, body: Option<&str>) -> Result<(), Failure> {
    let mut sent = request.headers().get_all(header);
    let is_same = match (sent.next(), body) {
        (Some(sent), Some(body)) => is_same(sent, body),
        (sent, body) => sent.is_none() && body.is_none(),
    };
    if is_same && sent.next().is_none() {
        return Ok(());
    }
    let message = format!("the header {header} must repeat what the body says, once");
    Err(Failure::protocol(HEADER, message))
}

/// What no header can be is sent as base64 in a wrapping.
fn is_same(sent: &str, body: &str) -> bool {
    let wrapped = sent
        .strip_prefix("=?base64?")
        .and_then(|rest| rest.strip_suffix("?="));
    match wrapped {
        Some(inner) => base64::decode(inner).is_ok_and(|bytes| bytes == body.as_bytes()),
        None => sent == body,
    }
}

/// The failure of a request in a version that is unknown here.
pub(crate) fn unsupported(version: &str, known: &[&str]) -> Failure {
    let data = json!({ "supported": known, "requested": version });
    Failure::protocol(VERSION, format!("there is no version {version}")).with_data(data)
}

/// Adds what every result has beside its own fields.
pub(crate) fn complete(method: &str, server: &Value, result: &mut Value) {
    let Some(fields) = result.as_object_mut() else {
        return;
    };
    fields.entry("resultType").or_insert("complete".into());
    if method.ends_with("/list") || ["server/discover", "resources/read"].contains(&method) {
        // Nobody may show it again without having asked.
        fields.entry("ttlMs").or_insert(0.into());
        fields.entry("cacheScope").or_insert("private".into());
    }
    if let Value::Object(meta) = fields.entry("_meta").or_insert_with(|| json!({})) {
        meta.insert(SERVER_KEY.to_owned(), server.clone());
    }
}
