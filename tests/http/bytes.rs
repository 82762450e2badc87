//! The little language in which a case writes bytes.
//!
//! Owns the escapes. It must not know what the bytes are for.

/// Expands `text` to bytes.
///
/// - `\r \n \t \0 \s \\` and `\x7f` are one byte each; `\s` is a space where a line would end in one
/// - `{a}`, one small letter, is the request id of that letter, unique to this run of the case
/// - `{text*9}` is the text nine times
pub(crate) fn expand(text: &str, id: &dyn Fn(char) -> String) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['\\', '{']) {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = if rest[at..].starts_with('\\') {
            escape(&rest[at + 1..], &mut bytes)?
        } else {
            brace(&rest[at + 1..], id, &mut bytes)?
        };
    }
    bytes.extend_from_slice(rest.as_bytes());
    Ok(bytes)
}

fn escape<'a>(after: &'a str, bytes: &mut Vec<u8>) -> Result<&'a str, String> {
    let mark = after.chars().next().ok_or("a lone \\ ends the text")?;
    let rest = &after[mark.len_utf8()..];
    let byte = match mark {
        'r' => b'\r',
        'n' => b'\n',
        't' => b'\t',
        '0' => b'\0',
        's' => b' ',
        '\\' => b'\\',
        'x' => {
            let digits = rest.get(..2).ok_or("\\x needs two hex digits")?;
            let byte = u8::from_str_radix(digits, 16).map_err(|_| "\\x needs two hex digits")?;
            bytes.push(byte);
            return Ok(&rest[2..]);
        }
        other => return Err(format!("\\{other} is no escape")),
    };
    bytes.push(byte);
    Ok(rest)
}

fn brace<'a>(
    after: &'a str,
    id: &dyn Fn(char) -> String,
    bytes: &mut Vec<u8>,
) -> Result<&'a str, String> {
    let (inner, rest) = after.split_once('}').ok_or("a { is not closed")?;
    let mut letters = inner.chars();
    match (letters.next(), letters.next(), inner.rsplit_once('*')) {
        (Some(letter), None, _) if letter.is_ascii_lowercase() => {
            bytes.extend_from_slice(id(letter).as_bytes());
        }
        (_, _, Some((text, times))) => {
            let times = times
                .parse()
                .map_err(|_| format!("{times:?} is not a number of times"))?;
            bytes.extend(expand(text, id)?.repeat(times));
        }
        _ => return Err(format!("{{{inner}}} is neither an id nor a repetition")),
    }
    Ok(rest)
}

#[cfg(test)]
mod tests {
    use super::expand;

    fn expanded(text: &str) -> Result<Vec<u8>, String> {
        expand(text, &|letter| format!("id-{letter}"))
    }

    #[test]
    fn escapes_ids_and_repetitions_become_bytes() {
        assert_eq!(
            expanded(r"a\r\n\t\0\s\\\xffz"),
            Ok(b"a\r\n\t\0 \\\xffz".to_vec())
        );
        assert_eq!(
            expanded(r"X: {a}, {ab\n*2}."),
            Ok(b"X: id-a, ab\nab\n.".to_vec())
        );
        assert_eq!(expanded("{**3}"), Ok(b"***".to_vec()));
    }

    #[test]
    fn what_is_not_in_the_language_is_an_error() {
        for text in [
            r"\q", r"\x1", r"\xzz", "\\", "{", "{ab}", "{A}", "{a*x}", "{}",
        ] {
            assert!(expanded(text).is_err(), "{text}");
        }
    }
}
