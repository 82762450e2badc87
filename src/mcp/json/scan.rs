//! The reading of JSON in place (RFC 8259): nothing is built, a value is the text that stands for it.
//!
//! Owns the grammar. It must not know what a value means.

/// How deep values may be nested: a limit keeps the stack.
const DEPTH_LIMIT: usize = 128;

/// The value that a text is, without the space around it; or the place of the byte that JSON does not allow there.
pub(super) fn whole(text: &str) -> Result<&str, usize> {
    let mut cursor = Cursor::new(text);
    cursor.skip_space();
    let value = cursor.value(0);
    cursor.skip_space();
    match value {
        Some(value) if cursor.at == text.len() => Ok(value),
        _ => Err(cursor.at),
    }
}

/// What a string stands for, where it has escapes. It is known to be sound.
pub(super) fn unescaped(inner: &str) -> String {
    let (mut cursor, mut text) = (Cursor::new(inner), String::new());
    while let Some(length) = inner[cursor.at..].bytes().position(|byte| byte == b'\\') {
        text.push_str(&inner[cursor.at..cursor.at + length]);
        cursor.at += length + 1;
        text.extend(cursor.escape());
    }
    text + &inner[cursor.at..]
}

/// The entries between the brackets of an object or an array, in their order: names, which an array has none of, and values.
pub(super) struct Entries<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Entries<'a> {
    /// Those of a value that is known to be sound; one that is neither object nor array has none.
    pub(super) fn of(value: &'a str) -> Self {
        let mut cursor = Cursor::new(value);
        if !matches!(cursor.next(), Some(b'{' | b'[')) {
            cursor.at = value.len();
        }
        Self { cursor }
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        self.cursor.skip_space();
        self.cursor.skips(b',');
        let is_object = self.cursor.text.starts_with('{');
        let name = if is_object { self.cursor.name()? } else { "" };
        self.cursor.skip_space();
        Some((name, self.cursor.value(0)?))
    }
}

/// A place in a text. Every method returns `None` where the text is wrong; the cursor then stands at the wrong byte or just
/// after it.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    fn value(&mut self, depth: usize) -> Option<&'a str> {
        let start = self.at;
        match self.peek()? {
            b'"' => self.string().map(|_| ())?,
            open @ (b'{' | b'[') if depth < DEPTH_LIMIT => self.group(open, depth + 1)?,
            b'n' => self.word("null")?,
            b't' => self.word("true")?,
            b'f' => self.word("false")?,
            b'-' | b'0'..=b'9' => self.number()?,
            _ => return None,
        }
        Some(&self.text[start..self.at])
    }

    /// An object or array.
    fn group(&mut self, open: u8, depth: usize) -> Option<()> {
        let close = open + 2;
        self.at += 1;
        self.skip_space();
        if self.skips(close) {
            return Some(());
        }
        loop {
            if open == b'{' {
                self.name()?;
            }
            self.skip_space();
            self.value(depth)?;
            self.skip_space();
            if self.skips(close) {
                return Some(());
            }
            self.skips(b',').then_some(())?;
        }
    }

    /// A name and the colon after it: the text between its quotes.
    fn name(&mut self) -> Option<&'a str> {
        self.skip_space();
        let name = self.string()?;
        self.skip_space();
        self.skips(b':').then_some(name)
    }

    /// A string: the text between its quotes.
    fn string(&mut self) -> Option<&'a str> {
        self.skips(b'"').then_some(())?;
        let start = self.at;
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let ends = |&byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1f);
            self.at += rest.iter().position(ends).unwrap_or(rest.len());
            match self.next()? {
                b'"' => return Some(&self.text[start..self.at - 1]),
                b'\\' => drop(self.escape()?),
                _ => return None,
            }
        }
    }

    /// What follows a backslash. A character beyond the first 65,536 is two escapes, a high and a low surrogate; one alone is
    /// none.
    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            byte @ (b'"' | b'\\' | b'/') => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let high = self.four_digits()?;
                if !(0xd800..0xdc00).contains(&high) {
                    return char::from_u32(high);
                }
                self.word("\\u")?;
                let low = self.four_digits()?.checked_sub(0xdc00)?;
                // Beyond it, the sum would be another character.
                let low = (low < 0x400).then_some(low)?;
                return char::from_u32(0x10000 + ((high & 0x3ff) << 10 | low));
            }
            _ => return None,
        })
    }

    fn four_digits(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |number, _| {
            Some(number << 4 | char::from(self.next()?).to_digit(16)?)
        })
    }

    fn number(&mut self) -> Option<()> {
        self.skips(b'-');
        if !self.skips(b'0') {
            self.digits()?;
        }
        if self.skips(b'.') {
            self.digits()?;
        }
        if self.skips(b'e') || self.skips(b'E') {
            let _ = self.skips(b'+') || self.skips(b'-');
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }

    fn word(&mut self, word: &str) -> Option<()> {
        let is_there = self.text.as_bytes()[self.at..].starts_with(word.as_bytes());
        self.at += if is_there { word.len() } else { 0 };
        is_there.then_some(())
    }

    /// Whether this byte comes next; it is read then.
    fn skips(&mut self, byte: u8) -> bool {
        let is_there = self.peek() == Some(byte);
        self.at += usize::from(is_there);
        is_there
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }
}

#[cfg(test)]
mod tests;
