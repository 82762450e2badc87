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
    let params = base64::encode(answer(reply.status, &headers).as_bytes());
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
fn answer(status: u16, headers: &Headers) -> String {
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
mod tests {
    use super::{decode, encode, is_used};
    use crate::call::{Body, Call, Reply};
    use crate::context::Limit;
    use crate::error::Error;
    use crate::headers::{Headers, name};
    use crate::http::Request;
    use crate::{Context, base64};
    use std::time::Instant;

    // The worked example of contract §2.2, request and answer.
    const REQUEST_JSON: &str = r#"{"path":"/a b/c","method":"POST","requestURI":"/2016-08-15/proxy/svc/fn/a%20b/c?k=1&k=2&x=y","clientIP":"203.0.113.7","host":"1234567890.cn-shanghai.fc.aliyuncs.com","queriesMap":{"k":["1","2"],"x":["y"]},"headersMap":{"Content-Type":["text/plain"],"Cookie":["a=1; b=2"],"X-Multi":["one","two"]}}"#;
    const REQUEST: &str = "eyJwYXRoIjoiL2EgYi9jIiwibWV0aG9kIjoiUE9TVCIsInJlcXVlc3RVUkkiOiIvMjAxNi0wOC0xNS9wcm94eS9zdmMvZm4vYSUyMGIvYz9rPTEmaz0yJng9eSIsImNsaWVudElQIjoiMjAzLjAuMTEzLjciLCJob3N0IjoiMTIzNDU2Nzg5MC5jbi1zaGFuZ2hhaS5mYy5hbGl5dW5jcy5jb20iLCJxdWVyaWVzTWFwIjp7ImsiOlsiMSIsIjIiXSwieCI6WyJ5Il19LCJoZWFkZXJzTWFwIjp7IkNvbnRlbnQtVHlwZSI6WyJ0ZXh0L3BsYWluIl0sIkNvb2tpZSI6WyJhPTE7IGI9MiJdLCJYLU11bHRpIjpbIm9uZSIsInR3byJdfX0=";
    const ANSWER: &str = "eyJzdGF0dXMiOjIwMSwiaGVhZGVyc01hcCI6eyJDb250ZW50LVR5cGUiOlsidGV4dC9wbGFpbiJdLCJTZXQtQ29va2llIjpbImE9MSIsImI9MiJdfX0=";

    fn call(header: &str) -> Call {
        let mut headers = Headers::new();
        for (name, value) in [
            ("Host", "21.0.3.2:9000"),
            ("Content-Type", "application/octet-stream"),
            ("X-Fc-Request-Id", "r1"),
            ("X-Fc-Client-Ip", ""),
            ("X-Fc-Http-Params", header),
        ] {
            headers.append(name, value).expect("a sound header");
        }
        Call {
            method: "POST".into(),
            target: "/invoke".into(),
            headers,
            body: b"hello".to_vec(),
            arrived: Instant::now(),
        }
    }

    fn decoded(json: &str) -> Result<Request, Error> {
        let mut call = call(&base64::encode(json.as_bytes()));
        let result = decode(&mut call);
        let fields = call.headers.split_off(name::FC_PREFIX);
        assert_eq!(
            fields.get(name::REQUEST_ID),
            Some("r1"),
            "the end line needs it"
        );
        result.map(|()| Request::from_parts(call.method, call.target, call.headers, call.body))
    }

    fn target(json: &str) -> String {
        let request = decoded(json).unwrap_or_else(|error| panic!("{error}: {json}"));
        request.target().to_owned()
    }

    fn params(reply: Reply) -> String {
        let carrier = encode(reply, false).expect("nothing breaks off");
        let header = carrier
            .headers
            .get_bytes(name::HTTP_PARAMS)
            .expect("it is set");
        String::from_utf8(base64::decode(header).expect("base64")).expect("UTF-8")
    }

    #[test]
    fn the_worked_example_is_read() {
        assert_eq!(base64::encode(REQUEST_JSON.as_bytes()), REQUEST);
        let mut call = call(REQUEST);
        assert!(is_used(&call));
        decode(&mut call).expect("the contract's own example");
        let fields = call.headers.split_off(name::FC_PREFIX);
        let ctx = Context::new(fields, call.arrived, Limit::Function);
        assert_eq!(
            (ctx.request_id(), ctx.client_ip()),
            ("r1", Some("203.0.113.7"))
        );
        let request = Request::from_parts(call.method, call.target, call.headers, call.body);
        assert_eq!(
            (request.method(), request.target()),
            ("POST", "/a%20b/c?k=1&k=2&x=y")
        );
        assert_eq!(request.segments(), ["a b", "c"]);
        assert_eq!(request.query_value("x").as_deref(), Some("y"));
        assert_eq!(request.body(), b"hello");
        assert_eq!(
            request.headers().iter().collect::<Vec<_>>(),
            [
                ("host", &b"1234567890.cn-shanghai.fc.aliyuncs.com"[..]),
                ("Content-Type", b"text/plain"),
                ("Cookie", b"a=1; b=2"),
                ("X-Multi", b"one"),
                ("X-Multi", b"two"),
            ]
        );
    }

    #[test]
    fn the_worked_example_is_written() {
        let mut headers = Headers::new();
        for (name, value) in [
            ("Content-Type", "text/plain"),
            ("Set-Cookie", "a=1"),
            ("set-cookie", "b=2"),
        ] {
            headers.append(name, value).expect("a sound header");
        }
        let reply = Reply {
            status: 201,
            content_type: None,
            headers,
            body: Body::Bytes(b"made".to_vec()),
        };
        let carrier = encode(reply, false).expect("nothing breaks off");
        assert_eq!(carrier.status, 200);
        assert_eq!(carrier.headers.get(name::HTTP_PARAMS), Some(ANSWER));
        assert_eq!(carrier.headers.get("set-cookie"), None);
        assert!(matches!(carrier.body, Body::Bytes(body) if body == b"made"));
    }

    #[test]
    fn an_answer_without_headers_and_one_with_odd_values_are_json() {
        let bare = Reply {
            content_type: None,
            ..Reply::bytes(404, "", Vec::new())
        };
        assert_eq!(params(bare), r#"{"status":404,"headersMap":{}}"#);
        let odd = Reply::bytes(200, "a/b", Vec::new())
            .with_header("x-a", "\"\t\\")
            .with_header("x-b", "你")
            .with_header("X-A", "");
        assert_eq!(
            params(odd),
            r#"{"status":200,"headersMap":{"content-type":["a/b"],"x-a":["\"\t\\",""],"x-b":["你"]}}"#
        );
    }

    #[test]
    fn a_failed_answer_is_marked_outside() {
        let reply = Reply::bytes(503, "a/b", Vec::new()).with_header(name::STATUS, "404");
        let carrier = encode(reply, false).expect("nothing breaks off");
        assert_eq!(
            (carrier.status, carrier.headers.get(name::STATUS)),
            (200, Some("404"))
        );
    }

    #[test]
    fn a_stream_is_gathered_unless_nobody_may_see_it() {
        let streamed = |status| Reply {
            body: Body::Stream(Box::new(|out| Ok(out.write_all(b"all of it")?))),
            ..Reply::bytes(status, "a/b", Vec::new())
        };
        let body = |status, head_only| match encode(streamed(status), head_only)
            .expect("nothing breaks off")
            .body
        {
            Body::Bytes(bytes) => bytes,
            Body::Stream(_) => panic!("this form knows no stream"),
        };
        assert_eq!(body(200, false), b"all of it");
        assert!(body(200, true).is_empty() && body(204, false).is_empty());
        let broken = Reply {
            body: Body::Stream(Box::new(|_| Err(Error::new("Broken", "dried up")))),
            ..Reply::bytes(200, "a/b", Vec::new())
        };
        let error = encode(broken, false).expect_err("it breaks off");
        assert_eq!(error.error_type(), "Broken");
    }

    #[test]
    fn missing_fields_have_the_defaults_of_the_contract() {
        let request = decoded("{}").expect("every field may be missing");
        assert_eq!(
            (
                request.method(),
                request.target(),
                request.headers().is_empty()
            ),
            ("", "/", true)
        );
        let nulls =
            r#"{"path":"/p","queriesMap":null,"headersMap":null,"host":null,"method":"GET"}"#;
        assert_eq!(target(nulls), "/p");
    }

    #[test]
    fn single_valued_maps_count_where_the_others_are_empty() {
        let old = r#"{"path":"/p","queriesMap":{},"queries":{"k":"1"},"headersMap":{},"headers":{"Accept":"a/b"}}"#;
        let request = decoded(old).expect("the older form");
        assert_eq!(
            (request.target(), request.header("accept")),
            ("/p?k=1", Some("a/b"))
        );
        let both = r#"{"queriesMap":{"k":["1","2"]},"queries":{"k":"1"},"headersMap":{"A":["b"]},"headers":{"C":"d"}}"#;
        let request = decoded(both).expect("both forms");
        assert_eq!(
            (request.target(), request.headers().len()),
            ("/?k=1&k=2", 1)
        );
    }

    #[test]
    fn what_go_escapes_reads_like_what_it_does_not() {
        let go = r#"{"path":"/a\u003cb\u003e\u0026","queriesMap":{"\u0026":["\u003d"]},"headersMap":{"X":["\u003cy\u003e"]}}"#;
        let plain = r#"{"path":"/a<b>&","queriesMap":{"&":["="]},"headersMap":{"X":["<y>"]}}"#;
        assert_eq!(decoded(go), decoded(plain));
        assert_eq!(target(go), "/a%3Cb%3E&?%26=%3D");
    }

    #[test]
    fn the_target_says_what_path_and_map_say() {
        let odd = r#"{"path":"/你/a?b#c%/","queriesMap":{"a b":["+","你"],"e":[""]}}"#;
        assert_eq!(
            target(odd),
            "/%E4%BD%A0/a%3Fb%23c%25/?a%20b=%2B&a%20b=%E4%BD%A0&e="
        );
        let request = decoded(odd).expect("sound params");
        assert_eq!(request.segments(), ["你", "a?b#c%", ""]);
        assert_eq!(request.query_value("a b").as_deref(), Some("+"));
        assert_eq!(target(r#"{"path":"a/b"}"#), "/a/b");
        assert_eq!(target(r#"{"path":"*","method":"OPTIONS"}"#), "*");
    }

    #[test]
    fn the_uri_keeps_what_path_and_map_lose() {
        let long = r#"{"path":"/a/b/c","requestURI":"/2016-08-15/proxy/svc/fn/a%2Fb/c?z=1&a=+&z=2","queriesMap":{"a":[" "],"z":["1","2"]}}"#;
        assert_eq!(target(long), "/a%2Fb/c?z=1&a=+&z=2");
        assert_eq!(
            decoded(long).expect("sound params").segments(),
            ["a/b", "c"]
        );
        let absolute = r#"{"path":"/a","requestURI":"http://h/2016-08-15/proxy/svc/fn/a?flag"}"#;
        assert_eq!(target(absolute), "/a?flag");
        assert_eq!(
            target(r#"{"path":"/","requestURI":"/2016-08-15/proxy/svc/fn/"}"#),
            "/"
        );
    }

    #[test]
    fn path_and_map_win_over_a_uri_that_says_something_else() {
        let other = r#"{"path":"/a","requestURI":"/b?k=1","queriesMap":{"k":["2"]}}"#;
        assert_eq!(target(other), "/a?k=2");
        let unsound = r#"{"path":"/a b","requestURI":"/a b?k=1 2","queriesMap":{"k":["1 2"]}}"#;
        assert_eq!(target(unsound), "/a%20b?k=1%202");
    }

    #[test]
    fn a_client_cannot_pose_as_the_platform() {
        let posing =
            r#"{"headersMap":{"X-Fc-Account-Id":["1"],"x-fc-request-id":["2"],"A":["b"]}}"#;
        assert_eq!(decoded(posing).expect("sound params").headers().len(), 1);
    }

    #[test]
    fn the_host_that_the_client_sent_is_kept() {
        let request = decoded(r#"{"host":"a.example","headersMap":{"HOST":["b.example"]}}"#)
            .expect("sound params");
        assert_eq!(
            request.headers().get_all("host").collect::<Vec<_>>(),
            ["b.example"]
        );
    }

    #[test]
    fn unsound_params_are_errors_that_show_no_value() {
        for (json, message) in [
            ("[]", "its base64 is not a JSON object, see byte 0"),
            (
                r#"{"path":"/a"#,
                "its base64 is not a JSON object, see byte 11",
            ),
            (r#"{"method":5}"#, "method is not a string"),
            (r#"{"method":"G T"}"#, "method is not a token"),
            (
                r#"{"queriesMap":"k=planted"}"#,
                "queriesMap is not a map of strings",
            ),
            (
                r#"{"headersMap":{"A":[1]}}"#,
                "headersMap is not a map of strings",
            ),
            (
                r#"{"headersMap":{"A":{"b":"planted"}}}"#,
                "headersMap is not a map of strings",
            ),
            (
                r#"{"headersMap":{"Cookie: planted":["b"]}}"#,
                "a name in headersMap is not a header name",
            ),
            (
                r#"{"headersMap":{"Cookie":["planted\r\nX: y"]}}"#,
                "the value of the header Cookie contains a control character",
            ),
            (
                r#"{"host":"a\nb"}"#,
                "the value of the header host contains a control character",
            ),
        ] {
            let error = decoded(json).expect_err(json);
            assert_eq!(
                error.to_string(),
                format!("InvalidHttpParams: x-fc-http-params: {message}")
            );
        }
        let error = decode(&mut call("eyJ9*A==")).expect_err("no base64");
        assert_eq!(
            error.message(),
            "x-fc-http-params: no base64, byte 4 is not of the standard alphabet"
        );
    }

    #[test]
    fn debug_shows_nothing_of_the_params() {
        let shown = format!("{:?}", call("planted="));
        assert!(!shown.contains("planted"), "{shown}");
    }
}
