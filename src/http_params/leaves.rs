//! The strings of a JSON document, each with the names that lead to it.
//!
//! Owns as much of JSON as the compatibility form needs: two levels of names, and strings below them. The shipped
//! function parses JSON nowhere else, so `serde_json`'s parser would be linked for this alone, at 23,976 bytes of the
//! package and 13,954 of the zip more than this one. The tests hold this one to the library's verdict. It must not know
//! what any name means.

/// A value that is no object, no array and not `null`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Leaf {
    /// The name at the top.
    pub(super) field: String,
    /// The name below it, if the field is a map.
    pub(super) key: Option<String>,
    /// The string; `None` where something else than a string stands, or where it lies deeper than two names.
    pub(super) text: Option<String>,
}

/// How deep values may be nested: the contract has three levels, and a limit keeps the stack.
const DEPTH_LIMIT: usize = 32;

/// The leaves of an object, in order, or the place of the byte that JSON does not allow there.
pub(super) fn leaves(json: &[u8]) -> Result<Vec<Leaf>, usize> {
    let mut reader = Reader {
        rest: json,
        ..Reader::default()
    };
    match reader.document() {
        Some(()) => Ok(reader.leaves),
        None => Err(json.len() - reader.rest.len()),
    }
}

/// Every method returns `None` where the document is wrong; `rest` then begins at the wrong byte or just after it.
#[derive(Default)]
struct Reader<'a> {
    rest: &'a [u8],
    names: Vec<String>,
    leaves: Vec<Leaf>,
}

impl Reader<'_> {
    fn document(&mut self) -> Option<()> {
        self.expect(b'{')?;
        self.group(b'}', 1)?;
        self.skip_space();
        self.rest.is_empty().then_some(())
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        self.skip_space();
        let text = match *self.rest.first()? {
            b'"' => Some(self.string()?),
            b'{' if depth < DEPTH_LIMIT => {
                self.next()?;
                return self.group(b'}', depth + 1);
            }
            b'[' if depth < DEPTH_LIMIT => {
                self.next()?;
                return self.group(b']', depth + 1);
            }
            b'n' => return self.word(b"null"),
            b't' => self.word(b"true").map(|()| None)?,
            b'f' => self.word(b"false").map(|()| None)?,
            b'-' | b'0'..=b'9' => self.number(),
            _ => return None,
        };
        self.add_leaf(text);
        Some(())
    }

    /// What stands between the brackets of an object or array, and the one that closes it.
    fn group(&mut self, close: u8, depth: usize) -> Option<()> {
        if self.skips(close) {
            return Some(());
        }
        loop {
            if close == b'}' {
                self.skip_space();
                let name = self.string()?;
                self.names.push(name);
                self.expect(b':')?;
            }
            self.value(depth)?;
            if close == b'}' {
                self.names.pop();
            }
            if self.skips(close) {
                return Some(());
            }
            self.expect(b',')?;
        }
    }

    fn add_leaf(&mut self, text: Option<String>) {
        if let [field, keys @ ..] = &self.names[..] {
            self.leaves.push(Leaf {
                field: field.clone(),
                key: keys.first().cloned(),
                text: text.filter(|_| keys.len() < 2),
            });
        }
    }

    fn string(&mut self) -> Option<String> {
        self.word(b"\"")?;
        let mut text = Vec::new();
        loop {
            match self.next()? {
                b'"' => return String::from_utf8(text).ok(),
                b'\\' => self.escape(&mut text)?,
                0..=0x1f => return None,
                byte => text.push(byte),
            }
        }
    }

    fn escape(&mut self, text: &mut Vec<u8>) -> Option<()> {
        text.push(match self.next()? {
            byte @ (b'"' | b'\\' | b'/') => byte,
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let character = self.escaped_character()?;
                text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Some(());
            }
            _ => return None,
        });
        Some(())
    }

    /// A character beyond the first 65,536 is two escapes, a high and a low surrogate; one alone is none.
    fn escaped_character(&mut self) -> Option<char> {
        let high = self.four_digits()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high);
        }
        self.word(b"\\u")?;
        match self.four_digits()? {
            low @ 0xdc00..0xe000 => {
                char::from_u32(0x10000 + ((high & 0x3ff) << 10 | (low & 0x3ff)))
            }
            _ => None,
        }
    }

    fn four_digits(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |number, _| {
            Some(number << 4 | char::from(self.next()?).to_digit(16)?)
        })
    }

    /// No field of this form is a number, so that it does not matter which one it is.
    fn number(&mut self) -> Option<String> {
        while let [b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E', rest @ ..] = self.rest {
            self.rest = rest;
        }
        None
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    fn expect(&mut self, mark: u8) -> Option<()> {
        self.skips(mark).then_some(())
    }

    /// Whether this mark comes next; it is read then.
    fn skips(&mut self, mark: u8) -> bool {
        self.skip_space();
        self.word(&[mark]).is_some()
    }

    fn skip_space(&mut self) {
        while let [b' ' | b'\t' | b'\n' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    fn next(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }
}

#[cfg(test)]
mod tests {
    use super::{DEPTH_LIMIT, Leaf, leaves};
    use serde_json::Value;

    fn read(json: &str) -> Vec<(String, Option<String>, Option<String>)> {
        let leaf = |leaf: Leaf| (leaf.field, leaf.key, leaf.text);
        let leaves = leaves(json.as_bytes()).unwrap_or_else(|at| panic!("byte {at} of {json}"));
        leaves.into_iter().map(leaf).collect()
    }

    #[test]
    fn every_string_stands_with_its_names() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            read(
                r#" { "a" : "1" , "m" : {"x":["2","3"],"y":[],"z":null}, "n":-1.5e+3, "t":[true,false],
                      "d":{"e":{"f":"g"}} } "#
            ),
            [
                ("a".into(), None, some("1")),
                ("m".into(), some("x"), some("2")),
                ("m".into(), some("x"), some("3")),
                ("n".into(), None, None),
                ("t".into(), None, None),
                ("t".into(), None, None),
                ("d".into(), some("e"), None),
            ]
        );
        assert_eq!(read("{}"), []);
    }

    #[test]
    fn escapes_of_every_kind_are_read() {
        let text = |json: &str| read(json).remove(0).2.expect("a string");
        assert_eq!(text(r#"{"a":"\"\\\/\b\f\n\r\t"}"#), "\"\\/\u{8}\u{c}\n\r\t");
        assert_eq!(
            text(r#"{"a":"\u0026\u003c\u4F60\uD83D\ude00 你"}"#),
            "&<你\u{1f600} 你"
        );
    }

    fn library_takes(json: &[u8]) -> bool {
        matches!(serde_json::from_slice(json), Ok(Value::Object(_)))
    }

    #[test]
    fn the_library_takes_and_refuses_the_same_documents() {
        const SAMPLE: &[u8] =
            br#"{"a":"x\n\ud83d\ude00","m":{"k":["1",null,true],"e":[]},"n":12,"o":{}}"#;
        assert!(leaves(SAMPLE).is_ok() && library_takes(SAMPLE));
        for at in 0..SAMPLE.len() {
            let cut = &SAMPLE[..at];
            assert_eq!(leaves(cut).is_ok(), library_takes(cut), "cut at {at}");
            for &mark in b"\"\\{}[]:,x0u \x01\xff" {
                let mut changed = SAMPLE.to_vec();
                changed[at] = mark;
                // Numbers alone are read more loosely here.
                let in_number = SAMPLE[at].is_ascii_digit() && mark == b'0';
                assert!(
                    in_number || leaves(&changed).is_ok() == library_takes(&changed),
                    "{}",
                    String::from_utf8_lossy(&changed)
                );
            }
        }
    }

    #[test]
    fn the_place_of_the_error_is_reported() {
        assert_eq!(leaves(b"[]"), Err(0));
        assert_eq!(leaves(br#"{"a":x}"#), Err(5));
        assert_eq!(leaves(br#"{"a":1}}"#), Err(7));
        assert_eq!(leaves(b""), Err(0));
    }

    #[test]
    fn a_document_that_is_nested_too_deep_is_refused() {
        let nested = |depth| format!(r#"{{"a":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        assert!(leaves(nested(DEPTH_LIMIT - 1).as_bytes()).is_ok());
        assert!(leaves(nested(DEPTH_LIMIT).as_bytes()).is_err());
        assert!(leaves(nested(1_000_000).as_bytes()).is_err());
    }
}
