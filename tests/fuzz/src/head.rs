//! The heads of requests: whatever is taken is sound, and `httparse` reads the same from it.

use std::net::Ipv6Addr;

use crate::cuts::{MORE, MOST, same};
use fc_runtime::fuzzing::{self, Head};

/// What a head may be refused with.
const STATUSES: [u16; 6] = [400, 414, 417, 431, 501, 505];

/// Takes the input for a head and what follows it.
pub fn check(input: &[u8]) {
    match same(input, |cuts| fuzzing::head(input, cuts, MOST)) {
        Ok((head, used)) => {
            assert!(used <= MOST.head_bytes && head.headers.len() <= MOST.headers);
            check_head(&head, &input[..used]);
        }
        Err(ended) => {
            let (status, body) = ended.0.expect("a head that breaks off is refused");
            assert!(STATUSES.contains(&status), "{status}");
            fc_runtime::serde_json::from_slice::<fc_runtime::serde_json::Value>(&body)
                .expect("a refusal is JSON");
        }
    }
}

/// What holds of every head that was taken from these bytes.
pub(crate) fn check_head(head: &Head, bytes: &[u8]) {
    assert!(bytes.ends_with(b"\r\n\r\n"));
    let lines = bytes.split(|&byte| byte == b'\n').count() - 1;
    let pairs = bytes.windows(2).filter(|pair| pair == b"\r\n").count();
    let returns = bytes.iter().filter(|&&byte| byte == b'\r').count();
    assert_eq!(
        (pairs, returns),
        (lines, lines),
        "each CR and LF is of an end of line"
    );
    assert!(head.headers.len() == lines - 2);
    assert!(head.method.bytes().all(is_token_byte) && !head.method.is_empty());
    assert_ne!(head.method, "CONNECT");
    assert_eq!(head.head_only, head.method == "HEAD");
    check_target(head);
    for (name, value) in head.headers.iter() {
        assert!(
            !name.is_empty() && name.bytes().all(is_token_byte),
            "{name:?}"
        );
        assert!(value.iter().all(|&byte| is_text_byte(byte)));
        assert_eq!(value, value.trim_ascii());
    }
    check_host(head);
    if head.http_1_0 {
        assert!(!head.awaits_continue && head.headers.get_bytes("transfer-encoding").is_none());
        assert!(matches!(head.connection, Some("close" | "keep-alive")));
    } else {
        assert!(matches!(head.connection, Some("close") | None));
    }
    check_against_httparse(head, bytes);
}

fn check_target(head: &Head) {
    let target = head.target.as_str();
    assert!(
        target
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'#')
    );
    let lower = target.to_ascii_lowercase();
    let is_uri = lower.starts_with("http://") || lower.starts_with("https://");
    let is_asterisk = target == "*" && head.method == "OPTIONS";
    assert!(
        is_uri || is_asterisk || target.starts_with('/'),
        "{target:?}"
    );
    if is_uri {
        let authority = target.split("//").nth(1).expect("it is there");
        let authority = authority
            .split(['/', '?'])
            .next()
            .expect("there is a first");
        assert!(!authority.is_empty());
        let host = head.headers.get("host");
        assert!(host.is_none_or(|host| host == authority), "{host:?}");
    }
}

fn check_host(head: &Head) {
    let hosts: Vec<_> = head
        .headers
        .iter()
        .filter(|(name, _)| name.eq_ignore_ascii_case("host"))
        .collect();
    assert!(hosts.len() == 1 || (head.http_1_0 && hosts.is_empty()));
    for (_, host) in hosts {
        let host = std::str::from_utf8(host).expect("a host is ASCII");
        assert!(host.bytes().all(|byte| byte.is_ascii_graphic()), "{host:?}");
        assert!(
            !host.contains(['@', '/', '?', '#', '\\', '"', '<', '>', ',', '|']),
            "{host:?}"
        );
        let name = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => {
                assert!(port.bytes().all(|byte| byte.is_ascii_digit()), "{host:?}");
                name
            }
            _ => host,
        };
        match name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
        {
            Some(address) => assert!(is_ipv6(address), "{address:?}"),
            None => assert!(!name.contains(['[', ']', ':']), "{host:?}"),
        }
    }
}

/// As the standard library has it, but that the numbers of an address of IPv4 inside are not looked at.
fn is_ipv6(address: &str) -> bool {
    match address.rsplit_once(':') {
        Some((groups, dotted)) if dotted.contains('.') => {
            let digits = |number: &str| number.len() <= 3 && number.parse::<u16>().is_ok();
            dotted.split('.').all(digits)
                && dotted.split('.').count() == 4
                && format!("{groups}:1.2.3.4").parse::<Ipv6Addr>().is_ok()
        }
        _ => address.parse::<Ipv6Addr>().is_ok(),
    }
}

fn check_against_httparse(head: &Head, bytes: &[u8]) {
    let mut fields = [httparse::EMPTY_HEADER; MORE.headers];
    let mut request = httparse::Request::new(&mut fields);
    match request.parse(bytes) {
        Ok(status) => assert_eq!(status, httparse::Status::Complete(bytes.len())),
        // It knows 1.0 and 1.1 alone; every other minor version is served as 1.1 (RFC 9110 §2.5).
        Err(httparse::Error::Version) => return assert!(!head.http_1_0),
        Err(error) => panic!("{error}: {}", bytes.escape_ascii()),
    }
    assert_eq!(request.method, Some(head.method.as_str()));
    assert_eq!(request.path, Some(head.target.as_str()));
    assert_eq!(request.version == Some(0), head.http_1_0);
    assert_eq!(request.headers.len(), head.headers.len());
    for ((name, value), field) in head.headers.iter().zip(request.headers.iter()) {
        assert_eq!(name, field.name);
        // The authority of the target stands in its place (RFC 9112 §3.2.2).
        if head.target.starts_with(['/', '*']) || !name.eq_ignore_ascii_case("host") {
            assert_eq!(value, field.value);
        }
    }
}

/// RFC 9110 §5.6.2.
pub(crate) fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// RFC 9110 §5.5.
pub(crate) fn is_text_byte(byte: u8) -> bool {
    byte == b'\t' || (byte >= b' ' && byte != 0x7f)
}
