//! The compatibility form of an HTTP call: the call in the header `x-fc-http-params`, its response in another
//! ([contract §2.2](crate::guide::contract#2.2)).
//!
//! Owns the codec: it turns a call into the one it stands for, and a reply into the one that carries it. It must not
//! know handlers, nor which calls come in this form. What the header holds, cookies among it, is never repeated in an
//! error.

mod leaves;

use crate::base64;
use crate::call::{Body, Call, Reply};
use crate::error::{Error, kind, quoted};
use crate::headers::{HeaderError, Headers, begins_with, is_token, name};
use crate::target::percent;
use leaves::{Leaf, leaves};

/// Whether the call carries another one in its header; an empty header counts as absent
/// ([contract §2](crate::guide::contract#2)).
pub(crate) fn is_used(call: &Call) -> bool {
    call.headers
        .get_bytes(name::HTTP_PARAMS)
        .is_some_and(|value| !value.is_empty())
}

/// Makes the call the one that its header describes; the body is that one's body already.
///
/// On an error the call still has the headers of Function Compute.
pub(crate) fn decode(call: &mut Call) -> Result<(), Error> {
    let params = Params::parse(
        call.headers
            .get_bytes(name::HTTP_PARAMS)
            .unwrap_or_default(),
    )?;
    call.headers = call.headers.split_off(name::FC_PREFIX);
    let method = params.text("method")?;
    if !method.is_empty() && !is_token(method) {
        return Err(invalid("method is not a token"));
    }
    call.method = method.to_owned();
    call.target = target(&params)?;
    add_client_ip(&mut call.headers, params.text("clientIP")?)?;
    add_headers(&mut call.headers, &params)
}

/// Puts the status and the headers of a reply into its header. The reply that carries them is always a 200; a stream
/// is gathered, because this form knows none.
pub(crate) fn encode(mut reply: Reply, head_only: bool) -> Result<Reply, Error> {
    let is_seen = !head_only && reply.allows_body();
    let body = match reply.body {
        Body::Bytes(bytes) => bytes,
        // A stream that nobody may see is dropped unread, as it is when it is not in this form.
        Body::Stream(_) if !is_seen => Vec::new(),
        Body::Stream(write) => {
            let mut bytes = Vec::new();
            write(&mut bytes)?;
            bytes
        }
    };
    let mut headers = Headers::new();
    if let Some(content_type) = reply.content_type {
        headers.push(name::CONTENT_TYPE, content_type.as_bytes());
    }
    let marks = reply.headers.split_off(name::FC_PREFIX);
    for (name, value) in reply.headers.iter() {
        headers.push(name, value);
    }
    let params = base64::encode(params_of(reply.status, &headers).as_bytes());
    let mut carrier =
        Reply::bytes(200, "application/octet-stream", body).with_header(name::HTTP_PARAMS, &params);
    for (name, value) in marks.iter() {
        carrier.headers.push(name, value);
    }
    Ok(carrier)
}

/// What the header says.
struct Params(Vec<Leaf>);

impl Params {
    fn parse(header: &[u8]) -> Result<Self, Error> {
        let json =
            base64::decode(header).map_err(|error| invalid(&format!("no base64, {error}")))?;
        leaves(&json)
            .map(Self)
            .map_err(|at| invalid(&format!("its base64 is not a JSON object, see byte {at}")))
    }

    /// The text of a field; one that is absent is empty.
    fn text(&self, field: &str) -> Result<&str, Error> {
        match self.0.iter().find(|leaf| leaf.field == field) {
            None => Ok(""),
            Some(Leaf {
                key: None,
                text: Some(text),
                ..
            }) => Ok(text),
            Some(_) => Err(invalid(&format!("{field} is not a string"))),
        }
    }

    /// The pairs of the first of two maps that has any: the one of lists, then the older one of single values.
    fn pairs(&self, lists: &str, singles: &str) -> Result<Vec<(&str, &str)>, Error> {
        let mut pairs = Vec::new();
        for field in [lists, singles] {
            for leaf in self.0.iter().filter(|leaf| leaf.field == field) {
                match (&leaf.key, &leaf.text) {
                    (Some(name), Some(value)) => pairs.push((name.as_str(), value.as_str())),
                    _ => return Err(invalid(&format!("{field} is not a map of strings"))),
                }
            }
            if !pairs.is_empty() {
                break;
            }
        }
        Ok(pairs)
    }
}

/// The target that the client asked for, as far as it is known.
///
/// The path comes decoded and without the prefix of the long address, the query as a map. The URI comes as the client
/// sent it, and so it alone distinguishes `%2F` from `/` and has the order of the query: what of it says the same as path and map
/// is kept, the rest is encoded anew.
fn target(params: &Params) -> Result<String, Error> {
    let uri = params.text("requestURI")?;
    let (uri_path, uri_query) = uri.split_once('?').unwrap_or((uri, ""));
    let mut target = match params.text("path")? {
        "*" => "*".to_owned(),
        path if path.starts_with('/') => target_path(path, uri_path),
        path => target_path(&format!("/{path}"), uri_path),
    };
    let query = target_query(&params.pairs("queriesMap", "queries")?, uri_query);
    if !query.is_empty() {
        target.push('?');
        target.push_str(&query);
    }
    Ok(target)
}

/// Which slash of a URI can be the first of the function's own path, at most: two stand in the scheme's `://`, four in
/// `/2016-08-15/proxy/{service}/{function}` ([contract §1.1](crate::guide::contract#1.1)). The limit keeps a URI of
/// many slashes cheap.
const FIRST_SLASH_MAX: usize = 7;

fn target_path(path: &str, uri_path: &str) -> String {
    let sent = uri_path
        .match_indices('/')
        .take(FIRST_SLASH_MAX)
        .map(|(at, _)| &uri_path[at..])
        .find(|rest| percent::decode(rest) == path);
    match sent {
        Some(rest) if is_plain(rest) => rest.to_owned(),
        _ => percent::encode(path, b"-._~!$&'()*+,;=:@/"),
    }
}

fn target_query(queries: &[(&str, &str)], uri_query: &str) -> String {
    let sent = percent::pairs(uri_query);
    let is_sent = |query: &(&str, &str)| {
        sent.iter()
            .any(|pair| *query == (pair.0.as_str(), pair.1.as_str()))
    };
    if is_plain(uri_query) && queries.iter().all(is_sent) {
        return uri_query.to_owned();
    }
    let mut query = String::new();
    for (name, value) in queries {
        for (mark, part) in [("&", name), ("=", value)] {
            query.push_str(mark);
            query.push_str(&percent::encode(part, b"-._~"));
        }
    }
    query.split_off(1.min(query.len()))
}

/// Whether the text could have stood in a request line.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn add_client_ip(headers: &mut Headers, address: &str) -> Result<(), Error> {
    if address.is_empty()
        || headers
            .get(name::CLIENT_IP)
            .is_some_and(|known| !known.is_empty())
    {
        return Ok(());
    }
    // The first value counts, and that may be an empty one.
    headers.split_off(name::CLIENT_IP);
    append(headers, name::CLIENT_IP, address)
}

/// Adds the client's headers. Those that begin like Function Compute's own are left out: no client can send them
/// through it ([contract §2](crate::guide::contract#2)), and they must not be taken for what the platform says.
fn add_headers(headers: &mut Headers, params: &Params) -> Result<(), Error> {
    let client = params.pairs("headersMap", "headers")?;
    let host = params.text("host")?;
    if !host.is_empty()
        && !client
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        append(headers, "host", host)?;
    }
    for (name, value) in client {
        if !begins_with(name.as_bytes(), name::FC_PREFIX) {
            append(headers, name, value)?;
        }
    }
    Ok(())
}

fn append(headers: &mut Headers, name: &str, value: &str) -> Result<(), Error> {
    headers.append(name, value).map_err(|error| match error {
        HeaderError::Value(_) => invalid(&error.to_string()),
        // What stands where a name should be may be a whole line, with its value.
        _ => invalid("a name in headersMap is not a header name"),
    })
}

/// Status and headers as JSON, written by hand: a JSON object of the library sorts its keys, and here the status stands
/// first and the headers in the order they were set.
fn params_of(status: u16, headers: &Headers) -> String {
    let mut json = format!(r#"{{"status":{status},"headersMap":{{"#);
    for (at, (name, _)) in headers.iter().enumerate() {
        let is_first = headers
            .iter()
            .take(at)
            .all(|(before, _)| !name.eq_ignore_ascii_case(before));
        if is_first {
            push_values(&mut json, if at > 0 { "," } else { "" }, name, headers);
        }
    }
    json + "}}"
}

fn push_values(json: &mut String, mut mark: &str, name: &str, headers: &Headers) {
    push_quoted(json, mark, name);
    mark = ":[";
    for value in headers.get_all(name) {
        push_quoted(json, mark, value);
        mark = ",";
    }
    json.push(']');
}

fn push_quoted(json: &mut String, mark: &str, text: &str) {
    json.push_str(mark);
    json.push_str(&quoted(text));
}

fn invalid(what: &str) -> Error {
    Error::new(
        kind::INVALID_HTTP_PARAMS,
        format!("{}: {what}", name::HTTP_PARAMS),
    )
}

#[cfg(test)]
mod tests;
