//! What the head of a request may say, whatever has parsed it (RFC 9110 §5, §7; RFC 9112 §3, §5, §9).
//!
//! Owns the rules for method, target and fields that both servers hold. It must not know how a head is read.

use super::refusal::{self, Refusal};
use crate::headers::{Headers, is_token, name};
use crate::target::authority_of;

/// Whom the client means to speak to (RFC 9110 §7.2).
const HOST: &str = "host";

/// A method is a token, and a target is a path, a whole URI, or the asterisk of OPTIONS (RFC 9112 §3.1, §3.2).
pub(super) fn check_line(method: &str, target: &str) -> Result<(), &'static Refusal> {
    if !is_token(method) {
        return Err(&refusal::NO_METHOD);
    }
    let is_sound = match target {
        // A response to it would turn the connection into a tunnel (RFC 9110 §9.3.6).
        _ if method == "CONNECT" => return Err(&refusal::CONNECT),
        // A fragment is the client's own and part of no target (RFC 9110 §7.1).
        _ if target.contains('#') => false,
        "*" => method == "OPTIONS",
        _ if target.starts_with('/') => true,
        _ => authority_of(target).is_some_and(|authority| is_authority(&target[authority])),
    };
    accept(is_sound, &refusal::NO_TARGET)
}

/// Bytes above 127 are for the handler to understand (RFC 9110 §5.5).
#[cfg(feature = "tiny-http")]
pub(super) fn check_value(value: &[u8]) -> Result<(), &'static Refusal> {
    accept(crate::headers::is_value(value), &refusal::CONTROL_IN_VALUE)
}

/// The fields of a head, whose line was found sound, as the handler is to see them.
pub(super) fn checked_fields(
    mut headers: Headers,
    target: &str,
    http_1_0: bool,
) -> Result<Headers, &'static Refusal> {
    check_host(&headers, http_1_0)?;
    // HTTP/1.0 knows no chunks, so the proxy that relayed this did not see the end of its body (RFC 9112 §6.1).
    if http_1_0 && headers.get_bytes(name::TRANSFER_ENCODING).is_some() {
        return Err(&refusal::CODING_IN_1_0);
    }
    if let Some(authority) = authority_of(target) {
        // The target's own authority is the host, whatever the field says (RFC 9112 §3.2.2).
        headers.replace(HOST, target[authority].as_bytes());
    }
    Ok(headers)
}

/// Whether this is among the options of the connection (RFC 9110 §7.6.1). The list may hold what is no text; that must
/// not hide the rest of it.
pub(super) fn has_connection_option(headers: &Headers, option: &str) -> bool {
    headers.all(name::CONNECTION).any(|options| {
        options
            .split(|&byte| byte == b',')
            .any(|one| one.trim_ascii().eq_ignore_ascii_case(option.as_bytes()))
    })
}

/// Exactly one sound `Host`; only HTTP/1.0 may do without (RFC 9112 §3.2).
fn check_host(headers: &Headers, http_1_0: bool) -> Result<(), &'static Refusal> {
    let mut hosts = headers.all(HOST);
    let is_sound = match (hosts.next(), hosts.next()) {
        (None, _) => http_1_0,
        // Without an authority in the target's URI it stands empty.
        (Some(host), None) => host.is_empty() || std::str::from_utf8(host).is_ok_and(is_authority),
        (Some(_), Some(_)) => false,
    };
    accept(is_sound, &refusal::NO_HOST)
}

fn accept(is_sound: bool, refusal: &'static Refusal) -> Result<(), &'static Refusal> {
    if is_sound { Ok(()) } else { Err(refusal) }
}

/// Whether this is a host and perhaps a port, without user information (RFC 9110 §4.2.4, RFC 3986 §3.2).
fn is_authority(text: &str) -> bool {
    let host_of_brackets = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let (is_host, port) = match host_of_brackets {
        Some((address, port)) => (is_ipv6(address), port),
        None => {
            let (host, port) = text.split_at(text.find(':').unwrap_or(text.len()));
            let is_part =
                |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+;=".contains(&byte);
            (
                !host.is_empty() && host.bytes().all(is_part) && escapes_are_sound(host),
                port,
            )
        }
    };
    let is_port = match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_digit()),
        None => port.is_empty(),
    };
    is_host && is_port
}

/// Whether this is an address of IPv6: eight groups of hexadecimal digits, or fewer around one `::`. The last two may be
/// written as an address of IPv4, of whose numbers only the digits are counted. The standard library's parser, which
/// looks at their values too, would add 484 bytes to the package zipped, and nobody here connects to a host.
fn is_ipv6(text: &str) -> bool {
    let is_dotted = |part: &str| {
        let mut numbers = 0;
        let is_number = |number: &str| {
            numbers += 1;
            matches!(number.len(), 1..=3) && number.bytes().all(|byte| byte.is_ascii_digit())
        };
        part.split('.').all(is_number) && numbers == 4
    };
    let pairs = text.as_bytes().windows(2);
    let gaps = pairs.filter(|pair| *pair == b"::").count();
    let mut groups = 0;
    let mut parts = text.split(':').peekable();
    while let Some(part) = parts.next() {
        groups += match part.as_bytes() {
            [] => 0,
            group if group.len() <= 4 && group.iter().all(u8::is_ascii_hexdigit) => 1,
            _ if parts.peek().is_none() && is_dotted(part) => 2,
            _ => return false,
        };
    }
    let is_cut = text.starts_with(':') != text.starts_with("::")
        || text.ends_with(':') != text.ends_with("::");
    !is_cut && ((gaps == 0 && groups == 8) || (gaps == 1 && groups < 8))
}

/// Whether after each `%` there are two hexadecimal digits (RFC 3986 §2.1).
fn escapes_are_sound(text: &str) -> bool {
    let is_escape = |rest: &str| {
        rest.as_bytes()
            .get(..2)
            .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    };
    text.split('%').skip(1).all(is_escape)
}

#[cfg(test)]
mod tests {
    use super::{check_line, checked_fields, has_connection_option, refusal};
    use crate::headers::Headers;

    fn headers(fields: &[(&str, &str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in fields {
            headers.push(name, value.as_bytes());
        }
        headers
    }

    fn is_refused(fields: &[(&str, &str)], http_1_0: bool) -> bool {
        let checked = checked_fields(headers(fields), "/", http_1_0);
        checked.is_err_and(|refusal| refusal.status() == 400)
    }

    #[test]
    fn a_line_has_a_token_for_its_method_and_a_target_that_fits_it() {
        for (method, target) in [
            ("M-SEARCH", "/x"),
            ("GET", "/?q={\"a\":1}|[]"),
            ("GET", "//double"),
            ("OPTIONS", "*"),
            ("GET", "http://example.com"),
            ("GET", "HTTPS://example.com:443/a?b"),
            ("GET", "http://[::1]:80/"),
        ] {
            assert_eq!(check_line(method, target), Ok(()), "{method} {target}");
        }
        for (method, target) in [
            ("", "/"),
            ("G(T", "/"),
            ("G\u{e9}T", "/"),
            ("G\0T", "/"),
            ("GET", ""),
            ("GET", "x"),
            ("GET", "*"),
            ("GET", "/a#b"),
            ("GET", "ftp://example.com/"),
            ("GET", "http:///path"),
            ("GET", "http://user@example.com/"),
        ] {
            let refused = check_line(method, target).expect_err(target);
            assert_eq!(refused.status(), 400, "{method} {target}");
        }
        let refused = Err(&refusal::CONNECT);
        assert_eq!(check_line("CONNECT", "example.com:80"), refused);
    }

    #[test]
    fn there_must_be_one_valid_host() {
        for host in [
            "",
            "x",
            "example.com",
            "example.com:",
            "example.com:80",
            "127.0.0.1:9000",
            "a_b-c~d",
            "a%20b",
            "[::1]",
            "[::1]:80",
            "[2001:db8::1.2.3.4]",
            "[1:2:3:4:5:6:7:8]",
            "[1:2:3:4:5:6:1.2.3.4]",
            "[::]",
            "[1::]",
            "[fe80::1:2]",
        ] {
            assert!(!is_refused(&[("Host", host)], false), "{host}");
        }
        for host in [
            "a b",
            "a,b",
            "a/b",
            "a?b",
            "a#b",
            "user@x",
            "x:a",
            "x:80:80",
            "::1",
            "[::1",
            "[]",
            "[::1]a",
            "[::1]80",
            "[::1.2.3]",
            "[::1..2.3]",
            "[::1.2.3.4:1]",
            "[1.2.3.4::1.2.3.4]",
            "[1::22222]",
            "[1::2222222222222222222]",
            ":80",
            "\u{e9}",
            "a\"b",
            "http://x",
        ] {
            assert!(is_refused(&[("Host", host)], false), "{host}");
        }
        assert!(is_refused(&[], false), "none");
        assert!(is_refused(&[("Host", "x"), ("host", "x")], false), "two");
        assert!(!is_refused(&[], true), "none in HTTP/1.0");
        assert!(is_refused(&[("Host", "x"), ("Host", "x")], true));
    }

    #[test]
    fn the_authority_of_the_target_is_the_host() {
        let sent = headers(&[("Hostile", "x"), ("Host", "other"), ("A", "b")]);
        let checked = checked_fields(sent, "http://real.example:81/a", false);
        let expected = headers(&[("Hostile", "x"), ("Host", "real.example:81"), ("A", "b")]);
        assert_eq!(checked, Ok(expected));
    }

    #[test]
    fn http_1_0_knows_no_transfer_encoding() {
        let fields = [("Host", "x"), ("Transfer-Encoding", "chunked")];
        assert!(is_refused(&fields, true));
        assert!(!is_refused(&fields, false));
    }

    #[test]
    fn an_option_of_the_connection_is_found_in_every_list() {
        let closes = |values: &[&str]| {
            let fields: Vec<_> = values.iter().map(|value| ("Connection", *value)).collect();
            has_connection_option(&headers(&fields), "close")
        };
        assert!(closes(&["close"]) && closes(&["TE , CLOSE"]) && closes(&["te", "close"]));
        assert!(!closes(&[]) && !closes(&["Upgrade, HTTP2-Settings"]) && !closes(&["closed"]));
    }
}
