//! Reads responses as strictly as a client may, and notes whatever in them is against the standard.
//!
//! Owns the rules that hold for every response (RFC 9112 §4 to §7). It must not know any case.

/// One response, its framing undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    /// Names are in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| value.as_str())
    }

    fn is_interim(&self) -> bool {
        self.status < 200
    }

    /// What is wrong with it whatever the request was.
    pub(crate) fn violations(&self) -> Vec<String> {
        let mut violations = Vec::new();
        let mut note = |wrong: bool, what: &str| {
            if wrong {
                violations.push(format!("the {} {what}", self.status));
            }
        };
        let lengths = self.values("content-length").count();
        let coded = self.header("transfer-encoding").is_some();
        note(
            lengths > 1,
            "has more than one Content-Length (RFC 9112 §6.3)",
        );
        note(
            lengths > 0 && coded,
            "has Content-Length beside Transfer-Encoding (RFC 9112 §6.2)",
        );
        let bodiless = self.is_interim() || self.status == 204;
        note(
            bodiless && lengths > 0,
            "has a Content-Length (RFC 9110 §8.6)",
        );
        note(bodiless && coded, "has a Transfer-Encoding (RFC 9112 §6.1)");
        let dated = self.header("date").is_some_and(is_date);
        note(
            !self.is_interim() && self.status < 500 && !dated,
            "has no sound Date (RFC 9110 §6.6.1)",
        );
        violations
    }
}

/// What the bytes at hand are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parsed {
    /// A response, and how many bytes it took.
    Response(Response, usize),
    /// The beginning of a response, or nothing.
    Unfinished,
    /// No response: why not.
    Malformed(String),
}

/// Reads one response from the server of `bytes`; `head_only` if it answers a HEAD request.
pub(crate) fn parse(bytes: &[u8], head_only: bool) -> Parsed {
    match read(bytes, head_only) {
        Ok(Some((response, used))) => Parsed::Response(response, used),
        Ok(None) => Parsed::Unfinished,
        Err(error) => Parsed::Malformed(error),
    }
}

fn read(bytes: &[u8], head_only: bool) -> Result<Option<(Response, usize)>, String> {
    let mut rest = bytes;
    let Some(line) = take_line(&mut rest)? else {
        return Ok(None);
    };
    let mut response = Response {
        status: status(line)?,
        headers: Vec::new(),
        body: Vec::new(),
    };
    loop {
        match take_line(&mut rest)? {
            None => return Ok(None),
            Some("") => break,
            Some(line) => response.headers.push(field(line)?),
        }
    }
    if !(head_only || response.is_interim() || matches!(response.status, 204 | 304)) {
        match take_body(&response, &mut rest)? {
            None => return Ok(None),
            Some(body) => response.body = body,
        }
    }
    Ok(Some((response, bytes.len() - rest.len())))
}

fn status(line: &str) -> Result<u16, String> {
    let code = ["HTTP/1.1 ", "HTTP/1.0 "]
        .iter()
        .find_map(|version| line.strip_prefix(version))
        // The space after the code stands even where no words follow it.
        .filter(|rest| rest.len() > 3 && rest.as_bytes()[3] == b' ')
        .and_then(|rest| rest[..3].parse().ok());
    code.ok_or_else(|| format!("{line:?} is no status line (RFC 9112 §4)"))
}

fn field(line: &str) -> Result<(String, String), String> {
    let is_token = |name: &str| {
        let mark = |byte| b"!#$%&'*+-.^_`|~".contains(&byte);
        !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || mark(byte))
    };
    let clean = |value: &str| {
        !value
            .bytes()
            .any(|byte| byte.is_ascii_control() && byte != b'\t')
    };
    match line.split_once(':') {
        Some((name, value)) if is_token(name) && clean(value) => Ok((
            name.to_ascii_lowercase(),
            value.trim_matches([' ', '\t']).to_owned(),
        )),
        _ => Err(format!("{line:?} is no header (RFC 9112 §5)")),
    }
}

fn take_body(response: &Response, rest: &mut &[u8]) -> Result<Option<Vec<u8>>, String> {
    let length = response.header("content-length").map(str::parse::<usize>);
    match (response.header("transfer-encoding"), length) {
        (Some("chunked"), _) => take_chunks(rest),
        (None, Some(Ok(length))) => Ok(take(rest, length).map(<[u8]>::to_vec)),
        // Its end would be that of the connection, which no server of keep-alive may wait for: it stays unfinished.
        (None, None) => Ok(None),
        other => Err(format!(
            "no end of the body is stated: {other:?} (RFC 9112 §6.3)"
        )),
    }
}

fn take_chunks(rest: &mut &[u8]) -> Result<Option<Vec<u8>>, String> {
    let mut body = Vec::new();
    loop {
        let Some(line) = take_line(rest)? else {
            return Ok(None);
        };
        let size = usize::from_str_radix(line, 16)
            .map_err(|_| format!("{line:?} is no chunk size (RFC 9112 §7.1)"))?;
        let Some(chunk) = take(rest, size) else {
            return Ok(None);
        };
        body.extend_from_slice(chunk);
        match take_line(rest)? {
            None => return Ok(None),
            Some("") if size == 0 => return Ok(Some(body)),
            Some("") => {}
            Some(line) => return Err(format!("{line:?} follows a chunk (RFC 9112 §7.1)")),
        }
    }
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

/// Takes a line without its CRLF, or nothing when it is not whole.
fn take_line<'a>(rest: &mut &'a [u8]) -> Result<Option<&'a str>, String> {
    let Some(end) = rest.windows(2).position(|pair| pair == b"\r\n") else {
        return Ok(None);
    };
    let line = std::str::from_utf8(&rest[..end]).map_err(|_| "a line is no text".to_owned())?;
    *rest = &rest[end + 2..];
    Ok(Some(line))
}

/// Whether this is like `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
fn is_date(value: &str) -> bool {
    let like = "Aaa, 00 Aaa 0000 00:00:00 GMT";
    value.len() == like.len()
        && like
            .bytes()
            .zip(value.bytes())
            .all(|(like, byte)| match like {
                b'A' => byte.is_ascii_uppercase(),
                b'a' => byte.is_ascii_lowercase(),
                b'0' => byte.is_ascii_digit(),
                like => byte == like,
            })
}

#[cfg(test)]
mod tests {
    use super::{Parsed, parse};

    fn whole(text: &str, head_only: bool) -> (u16, Vec<u8>, usize, Vec<String>) {
        match parse(text.as_bytes(), head_only) {
            Parsed::Response(response, used) => (
                response.status,
                response.body.clone(),
                used,
                response.violations(),
            ),
            other => panic!("{other:?}"),
        }
    }

    const DATE: &str = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n";

    #[test]
    fn a_response_ends_where_its_framing_says() {
        let text = format!("HTTP/1.1 200 OK\r\n{DATE}Content-Length: 2\r\n\r\nabHTTP/1.1 ");
        assert_eq!(
            whole(&text, false),
            (200, b"ab".to_vec(), text.len() - 9, Vec::new())
        );
        assert_eq!(whole(&text, true).2, text.len() - 11);
        let text = format!(
            "HTTP/1.1 200 \r\n{DATE}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
        );
        assert_eq!(whole(&text, false).1, b"ab");
        for end in 0..text.len() {
            assert_eq!(parse(&text.as_bytes()[..end], false), Parsed::Unfinished);
        }
    }

    #[test]
    fn what_no_response_may_be_is_noted() {
        let text = "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n";
        assert_eq!(whole(text, false).3.len(), 2, "a length and no date");
        for text in [
            "HTTP/2 200 OK\r\n\r\n",
            "HTTP/1.1 200\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA : b\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\rc\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n",
        ] {
            assert!(
                matches!(parse(text.as_bytes(), false), Parsed::Malformed(_)),
                "{text:?}"
            );
        }
    }
}
