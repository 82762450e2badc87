//! Media types: what a body is, and what a client takes (RFC 9110 §8.3, §12.5.1).
//!
//! Owns the match of types and ranges. It must not know what a body of a type looks like.

use super::Request;
use crate::headers::name;

/// The highest quality that a client can give a type, in thousandths; 0 is none.
const BEST: u16 = 1000;

/// # Media types
impl Request {
    /// The media type of the body as the client sent it, without parameters such as `charset`.
    pub fn media_type(&self) -> Option<&str> {
        self.header(name::CONTENT_TYPE).map(essence)
    }

    /// Whether the body has this media type; parameters and case do not matter.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::http::Request;
    ///
    /// let request = Request::new("POST", "/").with_header("Content-Type", "Application/JSON; charset=utf-8")?;
    /// assert!(request.is_of_type("application/json"));
    /// # Ok::<(), fc_runtime::HeaderError>(())
    /// ```
    pub fn is_of_type(&self, media_type: &str) -> bool {
        self.media_type()
            .is_some_and(|found| found.eq_ignore_ascii_case(media_type))
    }

    /// Whether the client accepts a response of this media type, according to its header `Accept`. A client without
    /// that header accepts every type.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::http::Request;
    ///
    /// let request = Request::new("POST", "/").with_header("Accept", "application/json, text/*;q=0.5, text/html;q=0")?;
    /// assert!(request.accepts("application/json") && request.accepts("text/event-stream"));
    /// assert!(!request.accepts("text/html") && !request.accepts("image/png"));
    /// # Ok::<(), fc_runtime::HeaderError>(())
    /// ```
    pub fn accepts(&self, media_type: &str) -> bool {
        self.quality(media_type) > 0
    }

    /// Which of these media types the client prefers, according to its header `Accept`; the first one if it prefers
    /// several equally. `None` if it accepts none of them: respond with 406, or with a type that it has not asked for.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::http::Request;
    ///
    /// let offered = ["application/json", "text/html"];
    /// let ask = |accept: &str| Request::new("GET", "/").with_header("Accept", accept);
    /// assert_eq!(ask("text/html, */*;q=0.8")?.preferred(&offered), Some("text/html"));
    /// assert_eq!(ask("*/*")?.preferred(&offered), Some("application/json"));
    /// assert_eq!(ask("image/png")?.preferred(&offered), None);
    /// # Ok::<(), fc_runtime::HeaderError>(())
    /// ```
    pub fn preferred<'a>(&self, offered: &[&'a str]) -> Option<&'a str> {
        let mut best = (0, None);
        for &media_type in offered {
            let quality = self.quality(media_type);
            if quality > best.0 {
                best = (quality, Some(media_type));
            }
        }
        best.1
    }

    /// How much the client likes a type: what the most specific of the ranges says that it is in.
    fn quality(&self, media_type: &str) -> u16 {
        let (mut is_asked, mut best) = (false, (0, 0));
        for list in self.headers().get_all(name::ACCEPT) {
            let mut rest = list;
            while !rest.is_empty() {
                let range;
                (range, rest) = part_at_comma(rest);
                is_asked |= !range.is_empty();
                best = best.max(matched(range, media_type).unwrap_or_default());
            }
        }
        if is_asked { best.1 } else { BEST }
    }
}

/// A media type without its parameters.
pub(super) fn essence(media_type: &str) -> &str {
    let all = (media_type, "");
    cut(media_type, b';').unwrap_or(all).0.trim_ascii()
}

/// How specific a range is and which quality it gives, if the type is in it.
fn matched(range: &str, media_type: &str) -> Option<(usize, u16)> {
    let (wanted, found) = (essence(range), essence(media_type));
    let is_same = |wanted: &str, found: &str| wanted.eq_ignore_ascii_case(found);
    let specific = match wanted.strip_suffix("/*") {
        Some("*") => 0,
        Some(family) if is_same(family, cut(found, b'/')?.0) => 1,
        None if is_same(wanted, found) => 2,
        _ => return None,
    };
    let (mut quality, mut count, mut rest) = (BEST, 0, range);
    while let Some(parameter) = next_parameter(&mut rest) {
        match cut(parameter, b'=') {
            Some((name, value)) if name.eq_ignore_ascii_case("q") => quality = thousandths(value)?,
            _ if parameter.is_empty() => {}
            _ => {
                let mut offered = media_type;
                while !is_same(parameter, next_parameter(&mut offered)?) {}
                count += 1;
            }
        }
    }
    Some((specific + count, quality))
}

/// A quality such as `0.25`, in thousandths; one that is malformed is none, and so is its range.
fn thousandths(value: &str) -> Option<u16> {
    let (whole, part) = cut(value, b'.').unwrap_or((value, ""));
    if !matches!(whole, "0" | "1") || part.len() > 3 {
        return None;
    }
    let mut number = u16::from(whole == "1");
    for at in 0..3 {
        let digit = part.as_bytes().get(at).copied().unwrap_or(b'0');
        number = number * 10 + u16::from(digit.checked_sub(b'0').filter(|&digit| digit < 10)?);
    }
    (number <= BEST).then_some(number)
}

/// The first member of a list, and what follows the comma after it; one in quotes is a part of its member.
fn part_at_comma(list: &str) -> (&str, &str) {
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, byte) in list.bytes().enumerate() {
        let was_escaped = std::mem::replace(&mut is_escaped, false);
        match byte {
            b'"' if !was_escaped => is_quoted = !is_quoted,
            b'\\' if is_quoted && !was_escaped => is_escaped = true,
            b',' if !is_quoted => return (list[..at].trim_ascii(), &list[at + 1..]),
            _ => {}
        }
    }
    (list.trim_ascii(), "")
}

/// The next parameter of a media type, of which the rest is left.
fn next_parameter<'a>(rest: &mut &'a str) -> Option<&'a str> {
    (_, *rest) = cut(rest, b';')?;
    Some(essence(rest))
}

/// What stands before the first of these bytes and after it. Not `split_once`, whose code for the search of a character
/// nothing else in most programs needs.
pub(super) fn cut(text: &str, mark: u8) -> Option<(&str, &str)> {
    let at = text.bytes().position(|byte| byte == mark)?;
    Some((&text[..at], &text[at + 1..]))
}

#[cfg(test)]
mod tests {
    use crate::http::Request;

    fn asking(accept: &[&str]) -> Request {
        accept
            .iter()
            .fold(Request::new("GET", "/"), |request, value| {
                request.with_header("Accept", value).expect("a sound value")
            })
    }

    #[test]
    fn the_most_specific_range_decides_whatever_the_order() {
        for accept in [
            "text/*;q=0.5, text/html;q=0, */*;q=0.1",
            "*/*;q=0.1, text/html;q=0, text/*;q=0.5",
        ] {
            let request = asking(&[accept]);
            assert_eq!(request.quality("text/html"), 0);
            assert_eq!(request.quality("TEXT/plain; charset=utf-8"), 500);
            assert_eq!(request.quality("image/png"), 100);
        }
        let request = asking(&["text/html;level=1, text/html;q=0.7"]);
        assert_eq!(request.quality("text/html;level=1"), 1000);
        assert_eq!(request.quality("text/html; level=2"), 700);
    }

    #[test]
    fn no_accept_or_an_empty_one_takes_all_and_several_are_one_list() {
        assert!(asking(&[]).accepts("a/b") && asking(&[""]).accepts("a/b"));
        let request = asking(&["text/event-stream", "application/json"]);
        assert!(request.accepts("application/json") && request.accepts("text/event-stream"));
        assert!(!request.accepts("text/html"));
    }

    #[test]
    fn what_is_malformed_is_no_range_and_quotes_hold_a_comma() {
        for accept in [
            "text/html;q=2",
            "text/html;q=1.001",
            "text/html;q=0.1234",
            "text/html;q=",
            "text",
            "text/html;q=+1",
            "text/html;q=0.a",
            "text/html;q=0.5/",
        ] {
            assert!(!asking(&[accept]).accepts("text/html"), "{accept}");
        }
        assert!(
            asking(&["a/b;q=1.000"]).accepts("a/b") && asking(&["a/b; Q=0.001"]).accepts("a/b")
        );
        assert!(!asking(&["a/b;q=0.000"]).accepts("a/b"));
        let request = asking(&[r#"a/b;x="1,c/d,\",2", e/f"#]);
        assert!(!request.accepts("c/d") && request.accepts("e/f"));
        assert!(!asking(&["*/html"]).accepts("text/html"));
    }

    #[test]
    fn the_type_of_a_body_has_no_parameters() {
        let request = Request::new("POST", "/")
            .with_header("content-type", "multipart/form-data; boundary=x")
            .expect("a sound value");
        assert_eq!(request.media_type(), Some("multipart/form-data"));
        assert!(
            request.is_of_type("Multipart/Form-Data") && !request.is_of_type("multipart/mixed")
        );
        assert!(!Request::new("POST", "/").is_of_type(""));
    }
}
