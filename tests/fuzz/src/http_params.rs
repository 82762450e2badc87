//! The header `x-fc-http-params`: what `serde_json` takes for an object is taken, the request says what the fields say,
//! and the response is JSON that says what the handler said.

use fc_runtime::Headers;
use fc_runtime::fuzzing::{self, base64_encode, percent_decode};
use fc_runtime::http::{Request, Response};
use fc_runtime::serde_json::{self, Value};

use crate::head::{is_text_byte, is_token_byte};

/// How deep values may be nested, as the library has it.
const DEPTH: usize = 32;

/// Takes the input for the JSON in the header, for the header itself, and for a response.
pub fn check(input: &[u8]) {
    let decoded = fuzzing::http_params_decode(base64_encode(input).as_bytes());
    let is_json = !matches!(&decoded, Err(error) if error.message().contains("not a JSON object"));
    let plain = with_plain_numbers(input);
    let value = serde_json::from_slice::<Value>(&plain)
        .ok()
        .filter(Value::is_object);
    assert_eq!(
        is_json,
        value.is_some() && depth(input) <= DEPTH,
        "{}",
        input.escape_ascii()
    );
    match decoded {
        Ok(request) => check_request(&request, &value.expect("it is JSON"), &plain),
        Err(error) => {
            assert_eq!(error.error_type(), "InvalidHttpParams");
            assert!(error.message().is_ascii() || is_json);
        }
    }
    let _ = fuzzing::http_params_decode(input);
    check_response(&String::from_utf8_lossy(input));
}

fn check_request(request: &Request, params: &Value, plain: &[u8]) {
    assert!(request.method().bytes().all(is_token_byte));
    assert!(
        request.target().bytes().all(|byte| byte.is_ascii_graphic()),
        "{:?}",
        request.target()
    );
    assert!(request.target().starts_with(['/', '*']));
    for (name, value) in request.headers().iter() {
        assert!(!name.is_empty() && name.bytes().all(is_token_byte));
        assert!(value.iter().all(|&byte| is_text_byte(byte)));
        let is_platforms = name
            .get(..5)
            .is_some_and(|start| start.eq_ignore_ascii_case("x-fc-"));
        assert!(
            !is_platforms || ["x-fc-http-params", "x-fc-client-ip"].contains(&name),
            "{name:?}"
        );
    }
    // Of a name that stands twice the first counts here and the last in `serde_json`.
    if has_twins(plain) {
        return;
    }
    let text = |field: &str| params.get(field).and_then(Value::as_str);
    if let Some(method) = text("method") {
        assert_eq!(request.method(), method);
    }
    if let Some(path) = text("path").filter(|path| *path != "*") {
        let rooted = format!("/{path}");
        let expected = if path.starts_with('/') { path } else { &rooted };
        let (sent, _) = request
            .target()
            .split_once('?')
            .unwrap_or((request.target(), ""));
        assert_eq!(percent_decode(sent), expected);
    }
    let sent = request.query();
    for (name, value) in pairs(params, "queriesMap", "queries") {
        assert!(
            sent.contains(&(name.to_owned(), value.to_owned())),
            "{sent:?}"
        );
    }
    for (name, value) in pairs(params, "headersMap", "headers") {
        let is_platforms = name.to_ascii_lowercase().starts_with("x-fc-");
        assert!(is_platforms || request.headers().get_all(name).any(|sent| sent == value));
    }
}

/// The pairs of a map of lists, or else of a map of single values.
fn pairs<'a>(params: &'a Value, lists: &str, singles: &str) -> Vec<(&'a str, &'a str)> {
    let of = |field: &str| {
        let map = params.get(field).and_then(Value::as_object);
        let values = |(name, value): (&'a String, &'a Value)| {
            let list = value
                .as_array()
                .map_or(std::slice::from_ref(value), Vec::as_slice);
            list.iter()
                .filter_map(Value::as_str)
                .map(|text| (name.as_str(), text))
        };
        map.into_iter()
            .flatten()
            .flat_map(values)
            .collect::<Vec<_>>()
    };
    let pairs = of(lists);
    if pairs.is_empty() { of(singles) } else { pairs }
}

/// Each line is a header, its name up to the colon.
fn check_response(text: &str) {
    let mut response = Response::new(203);
    for (name, value) in text.lines().filter_map(|line| line.split_once(':')) {
        if let Ok(other) = Response::new(203).with_header(name, value) {
            drop(other);
            response = response.with_header(name, value).expect("it was taken");
        }
    }
    let headers = response.headers().clone();
    let header = fuzzing::http_params_encode(response).expect("no stream");
    let json = fuzzing::base64_decode(header.as_bytes()).expect("base64");
    let sent: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(sent["status"], 203);
    let map = sent["headersMap"].as_object().expect("a map");
    let values: usize = map
        .values()
        .map(|list| list.as_array().expect("a list").len())
        .sum();
    assert_eq!(values, headers.len());
    for (name, list) in map {
        let values: Vec<_> = all(&headers, name);
        assert_eq!(*list, Value::from(values));
    }
    let error = fc_runtime::Error::new(text, text);
    let sent: Value = serde_json::from_str(&error.to_json()).expect("JSON");
    assert_eq!(
        (&sent["errorType"], &sent["errorMessage"]),
        (&Value::from(text), &Value::from(text))
    );
}

fn all(headers: &Headers, name: &str) -> Vec<String> {
    headers.get_all(name).map(str::to_owned).collect()
}

/// The same document with a 0 for each number: no field of this form is one, so they are not looked at closely.
fn with_plain_numbers(json: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let mut rest = json;
    while let [first, tail @ ..] = rest {
        rest = match first {
            b'"' => {
                let end = string_end(tail);
                plain.extend(&rest[..=end]);
                &tail[end..]
            }
            b'-' | b'0'..=b'9' => {
                plain.push(b'0');
                let part = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                let end = tail.iter().position(|byte| !part(byte));
                &tail[end.unwrap_or(tail.len())..]
            }
            other => {
                plain.push(*other);
                tail
            }
        };
    }
    plain
}

/// How many bytes of a string are left, its closing mark among them.
fn string_end(rest: &[u8]) -> usize {
    let mut at = 0;
    while at < rest.len() {
        match rest[at] {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    rest.len()
}

fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut rest = json;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'"' => rest = &tail[string_end(tail)..],
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Whether `serde_json` drops something of the document: then a name stands twice.
fn has_twins(plain: &[u8]) -> bool {
    let names = |value: &Value| {
        fn count(value: &Value) -> usize {
            match value {
                Value::Object(map) => map.len() + map.values().map(count).sum::<usize>(),
                Value::Array(list) => list.iter().map(count).sum(),
                _ => 0,
            }
        }
        count(value)
    };
    let value: Value = serde_json::from_slice(plain).expect("it is JSON");
    let mut colons = 0;
    let mut rest = plain;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'"' => rest = &tail[string_end(tail)..],
            b':' => colons += 1,
            _ => {}
        }
    }
    names(&value) != colons
}
