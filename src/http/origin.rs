//! Where a page of a browser came from that sent a request (RFC 6454 §7).
//!
//! Owns the match of origins. It must not know which of them a program trusts.

use super::Request;
use super::media::cut;
use crate::headers::name;

impl Request {
    /// Whether the request comes from a page of these origins or from a program: its `Origin` is one of them, or it has
    /// none, because only browsers send one.
    ///
    /// An entry is an origin such as `https://app.example.com`, or a host such as `localhost`, of any scheme and port.
    /// A page without an origin sends `null`, and only the entry `null` allows it. Refuse all other requests with 403.
    /// This keeps other people's pages from calling your server in the name of their readers, even through a domain
    /// that they point to your address (DNS rebinding). For that reason, an `Origin` that is equal to the request's own
    /// `Host` is not enough.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::http::Request;
    ///
    /// let trusted = ["https://app.example.com", "localhost"];
    /// let ask = |origin: &str| Request::new("POST", "/mcp").with_header("Origin", origin);
    /// assert!(ask("https://app.example.com")?.comes_from(&trusted));
    /// assert!(ask("http://localhost:5173")?.comes_from(&trusted));
    /// assert!(!ask("https://evil.example")?.comes_from(&trusted));
    /// assert!(Request::new("POST", "/mcp").comes_from(&trusted), "it is no page");
    /// # Ok::<(), fc_runtime::HeaderError>(())
    /// ```
    pub fn comes_from(&self, origins: &[impl AsRef<str>]) -> bool {
        let mut sent = self.headers().all(name::ORIGIN);
        sent.all(|origin| {
            let origin = std::str::from_utf8(origin).unwrap_or_default().trim_ascii();
            origins.iter().any(|entry| is_same(entry.as_ref(), origin))
        })
    }
}

/// Whether an origin is that of an entry.
fn is_same(entry: &str, origin: &str) -> bool {
    let (ours, its) = (parts(entry), parts(origin));
    match (ours[SCHEME], its[SCHEME]) {
        ("", "") => entry == "null" && origin == "null",
        // Not the host of that name.
        ("", _) => entry != "null" && its[HOST].eq_ignore_ascii_case(entry),
        _ => std::iter::zip(ours, its).all(|(ours, its)| ours.eq_ignore_ascii_case(its)),
    }
}

const SCHEME: usize = 0;
const HOST: usize = 1;

/// The scheme, the host and the port. Where there is no scheme, all but the host is empty.
fn parts(origin: &str) -> [&str; 3] {
    let (scheme, authority) = match cut(origin, b':') {
        Some((scheme, rest)) if rest.starts_with("//") => (scheme, &rest[2..]),
        _ => return ["", origin, ""],
    };
    match authority.bytes().rposition(|byte| byte == b':') {
        // What stands in brackets is an address with colons.
        Some(at) if !authority.ends_with(']') => [scheme, &authority[..at], &authority[at + 1..]],
        _ => [scheme, authority, default_port(scheme)],
    }
}

fn default_port(scheme: &str) -> &'static str {
    if scheme.eq_ignore_ascii_case("http") {
        "80"
    } else if scheme.eq_ignore_ascii_case("https") {
        "443"
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use crate::http::Request;

    fn is_let_in(entry: &str, origin: &str) -> bool {
        let request = Request::new("POST", "/").with_header("origin", origin);
        request.expect("a sound value").comes_from(&[entry])
    }

    #[test]
    fn an_origin_is_compared_by_scheme_host_and_port() {
        for (entry, origin) in [
            ("https://a.example", "https://a.example"),
            ("https://a.example:443", "https://A.example"),
            ("HTTPS://a.example", "https://a.example:443"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("a.example", "http://a.example:8080"),
            ("[::1]", "https://[::1]:1"),
            ("A.example", "https://a.example"),
            ("null", "null"),
        ] {
            assert!(is_let_in(entry, origin), "{entry} {origin}");
        }
        for (entry, origin) in [
            ("https://a.example", "http://a.example"),
            ("https://a.example", "https://a.example:444"),
            ("https://a.example", "https://b.a.example"),
            ("https://a.example", "https://a.example.evil"),
            ("a.example", "https://xa.example"),
            ("a.example", "a.example"),
            ("a.example", "null"),
            ("https://a.example", "null"),
            ("null", "https://null"),
            ("[::1]", "http://[::2]"),
            ("", ""),
            ("a.example", ""),
        ] {
            assert!(!is_let_in(entry, origin), "{entry} {origin}");
        }
    }

    #[test]
    fn each_of_several_origins_must_be_let_in_and_one_that_is_no_text_is_not() {
        let mut request = Request::new("POST", "/")
            .with_header("origin", "http://localhost")
            .expect("sound");
        assert!(request.comes_from(&["localhost"]));
        request = request.with_header("origin", "http://evil").expect("sound");
        assert!(!request.comes_from(&["localhost"]));
        let mut headers = crate::Headers::new();
        headers.append_bytes("origin", [0xff]).expect("sound");
        let request = Request::from_parts("POST".into(), "/".into(), headers, Vec::new());
        assert!(!request.comes_from(&["localhost", ""]));
    }
}
