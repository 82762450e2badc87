//! Owns the requests that the platform's agent sends: with an event, and for a caller of an HTTP trigger. Knows no socket.

use std::sync::LazyLock;

/// The characters of the security token.
const TOKEN_LETTERS: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// The length of the token that comes with the credentials of a function's role, in bytes: the
/// better part of a head, and those of the platform are about as long.
const TOKEN_BYTES: usize = 1_000;
/// The length of the secret of such a key, in bytes.
const SECRET_BYTES: usize = 44;

/// Where the agent finds a server, as its own requests name it; a trigger's have the name that the caller used.
pub const HOST: &str = "127.0.0.1:9000";

/// The head of an event up to the digits of the length. The names and their spelling are the platform's, every value is
/// made up.
static BEFORE_LENGTH: LazyLock<String> = LazyLock::new(|| {
    format!(
        "POST /invoke HTTP/1.1\r\nHost: {HOST}\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: "
    )
});

/// The head of an event from there on.
static AFTER_LENGTH: LazyLock<String> = LazyLock::new(|| {
    let context = context("/invoke");
    format!("\r\nContent-Type: application/octet-stream\r\n{context}")
});

/// The same of a call of an HTTP trigger.
static AFTER_HTTP_LENGTH: LazyLock<String> =
    LazyLock::new(|| format!("\r\n{}", context("/http-invoke")));

/// What the platform adds to each request, and the end of the head.
fn context(control_path: &str) -> String {
    let secret = letters(SECRET_BYTES, 1);
    let token = letters(TOKEN_BYTES, 7);
    format!(
        "X-Fc-Access-Key-Id: STS.NTcomparecomparecompare00\r\n\
         X-Fc-Access-Key-Secret: {secret}\r\nX-Fc-Security-Token: {token}\r\n\
         X-Fc-Request-Id: 1-67a59f35-150c1267-f381ba1c085c\r\nX-Fc-Control-Path: {control_path}\r\n\
         X-Fc-Function-Name: compare\r\nX-Fc-Function-Handler: index.handler\r\n\
         X-Fc-Function-Memory: 512\r\nX-Fc-Function-Timeout: 60\r\n\
         X-Fc-Function-Initializer: index.initialize\r\nX-Fc-Initialization-Timeout: 3\r\n\
         X-Fc-Instance-Lifecycle-Pre-Freeze-Handler: \r\n\
         X-Fc-Instance-Lifecycle-Pre-Stop-Handler: \r\n\
         X-Fc-Region: cn-hangzhou\r\nX-Fc-Account-Id: 1234567890123456\r\n\
         X-Fc-Qualifier: LATEST\r\nX-Fc-Version-Id: \r\nX-Fc-Service-Name: compare\r\n\
         X-Fc-Service-Logproject: aliyun-fc-cn-hangzhou-1234567890\r\n\
         X-Fc-Service-Logstore: function-log\r\nX-Fc-Retry-Count: 0\r\n\
         X-Fc-Client-Ip: 192.0.2.7\r\nX-Fc-Base-Path: /2016-08-15/proxy/compare/compare\r\n\
         X-Fc-Tracing-Opentracing-Span-Context: 124ed43254b54966:124ed43254b54966:0:1\r\n\
         X-Fc-Tracing-Opentracing-Span-Baggages: eyJrZXkiOiJ2YWx1ZSJ9\r\n\
         X-Fc-Tracing-Jaeger-Endpoint: http://tracing-analysis-dc-hz.aliyuncs.com/\
         adapt_compare00@compare0_compare00@compare0/api/traces\r\n\
         Accept-Encoding: gzip\r\nX-Forwarded-Proto: https\r\n\r\n"
    )
}

/// An event as the platform's agent sends it: the same header fields for every peer.
pub fn invoke_request(body: &[u8]) -> Vec<u8> {
    joined(&BEFORE_LENGTH, body, &AFTER_LENGTH)
}

/// A call of an HTTP trigger as the agent hands it on: `head` is what the caller sent, from the request line to the last
/// line break of its fields.
pub fn http_request(head: &str, body: &[u8]) -> Vec<u8> {
    let before = format!("{head}Content-Length: ");
    joined(&before, body, &AFTER_HTTP_LENGTH)
}

fn joined(before_length: &str, body: &[u8], after_length: &str) -> Vec<u8> {
    let length = body.len().to_string();
    let head = [before_length, &length, after_length];
    let mut request =
        Vec::with_capacity(head.iter().map(|part| part.len()).sum::<usize>() + body.len());
    for part in head {
        request.extend_from_slice(part.as_bytes());
    }
    request.extend_from_slice(body);
    request
}

/// `n` letters that do not repeat at once.
fn letters(n: usize, step: usize) -> String {
    let letter = |at: usize| char::from(TOKEN_LETTERS[at * step % TOKEN_LETTERS.len()]);
    (0..n).map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_has_the_bytes_of_the_event_after_a_head_of_the_platforms_size() {
        let request = invoke_request(b"event");
        let at = request.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
        assert_eq!(&request[at..], b"event");
        assert!((2_200..2_500).contains(&at), "{at} bytes");
        let mut fields = [httparse::EMPTY_HEADER; 64];
        let mut head = httparse::Request::new(&mut fields);
        assert_eq!(
            head.parse(&request).unwrap(),
            httparse::Status::Complete(at)
        );
        let value = |name: &str| head.headers.iter().find(|f| f.name == name).unwrap().value;
        assert_eq!((head.method, head.path), (Some("POST"), Some("/invoke")));
        assert_eq!(value("X-Fc-Control-Path"), b"/invoke");
        assert_eq!(value("Content-Length"), b"5");
        assert_eq!(value("X-Fc-Security-Token").len(), TOKEN_BYTES);
    }

    #[test]
    fn a_call_of_a_trigger_keeps_the_callers_head_and_has_the_context_as_well() {
        let request = http_request("POST /mcp HTTP/1.1\r\nHost: a.example\r\n", b"{}");
        let text = String::from_utf8(request).unwrap();
        assert!(
            text.starts_with("POST /mcp HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\nX-Fc-")
        );
        assert!(
            text.contains("\r\nX-Fc-Control-Path: /http-invoke\r\n")
                && text.ends_with("\r\n\r\n{}")
        );
    }
}
