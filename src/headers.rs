//! Header names and `Headers`, the list of a message's header fields.
//!
//! Owns the list; `text` has the rule for what a name and a value may contain. It must not know what any header means.

mod debug;
mod edit;
mod error;
mod iter;
pub(crate) mod name;
mod text;

use std::mem;
use std::sync::Arc;

use error::check;

pub use error::HeaderError;
pub use iter::HeaderIter;
pub(crate) use iter::Values;
#[cfg(feature = "tiny-http")]
pub(crate) use text::is_value;
pub(crate) use text::{begins_with, is_token};
#[cfg(any(feature = "direct", not(feature = "tiny-http")))]
pub(crate) use text::{token_length, value_length};

/// Header fields, in the order in which they arrived or were added; a name may occur more than once.
///
/// The fields of a request are not copied one by one: they stay in the text of its head, which the
/// [`Context`](crate::Context) of the call shares. So a clone is cheap, but keeps the whole head in memory.
///
/// # Examples
///
/// ```
/// use fc_runtime::Headers;
///
/// let mut headers = Headers::new();
/// headers.append("Set-Cookie", "a=1")?;
/// headers.append("set-cookie", "b=2")?;
/// assert_eq!(headers.get("SET-COOKIE"), Some("a=1"));
/// assert_eq!(headers.get_all("set-cookie").count(), 2);
/// # Ok::<(), fc_runtime::HeaderError>(())
/// ```
#[derive(Clone, Default)]
pub struct Headers {
    /// The head of a request. Nothing stands here for fields that were made one by one, and no empty list that all share:
    /// the count of its owners would travel from core to core.
    head: Option<Arc<[u8]>>,
    /// The names and values that were added later, one after the other.
    added: Vec<u8>,
    fields: Vec<Field>,
}

/// Where a field stands in the head and what was added after it, as if they were one text.
///
/// Four numbers of 32 bits would do for the head of any request, but not for all that a program may add.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    /// Where its name begins, in bytes.
    pub(crate) name: usize,
    /// How long its name is.
    pub(crate) name_length: usize,
    /// Where its value begins.
    pub(crate) value: usize,
    /// How long its value is.
    pub(crate) value_length: usize,
}

impl Headers {
    /// No header at all.
    pub fn new() -> Self {
        Self::default()
    }

    /// The first value of `name`, if there is one and it is UTF-8.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_bytes(name).and_then(as_text)
    }

    /// The first value of `name`, as its bytes.
    pub fn get_bytes(&self, name: &str) -> Option<&[u8]> {
        let mut fields = self.fields.iter();
        let found = fields.find(|field| self.is_named(field, name))?;
        Some(self.value(found))
    }

    /// Every value of `name` that is UTF-8, in order.
    pub fn get_all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.all(name).filter_map(as_text)
    }

    /// Every field as (name, value), in order.
    pub fn iter(&self) -> HeaderIter<'_> {
        HeaderIter::new(self)
    }

    /// The number of fields.
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there are no fields.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Adds a field after the others; it replaces none.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] when the name is not a token, or the value contains a control character, with which it could end
    /// the header and begin another.
    pub fn append(&mut self, name: &str, value: impl AsRef<str>) -> Result<(), HeaderError> {
        self.append_field(name, value.as_ref().as_bytes())
    }

    /// Adds a field whose value need not be UTF-8, as [`append`](Self::append) does.
    ///
    /// # Errors
    ///
    /// The errors of [`append`](Self::append).
    pub fn append_bytes(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), HeaderError> {
        self.append_field(name, value.as_ref())
    }

    /// Replaces all fields of this name with this one.
    ///
    /// # Errors
    ///
    /// Those of [`append`](Self::append); nothing is changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::Headers;
    ///
    /// let mut headers = Headers::new();
    /// headers.append("accept", "text/html")?;
    /// headers.append("accept", "image/png")?;
    /// headers.insert("Accept", "*/*")?;
    /// headers.insert("range", format!("bytes={}-", 100))?;
    /// assert_eq!(headers.get_all("accept").collect::<Vec<_>>(), ["*/*"]);
    /// assert!(headers.remove("range") && !headers.remove("range"));
    /// for (name, value) in &headers {
    ///     println!("{name}: {}", value.escape_ascii());
    /// }
    /// assert_eq!(headers.into_iter().collect::<Vec<_>>(), [("Accept".to_owned(), b"*/*".to_vec())]);
    /// # Ok::<(), fc_runtime::HeaderError>(())
    /// ```
    pub fn insert(&mut self, name: &str, value: impl AsRef<str>) -> Result<(), HeaderError> {
        self.insert_field(name, value.as_ref().as_bytes())
    }

    /// Sets the one field of this name to a value that need not be UTF-8, as [`insert`](Self::insert) does.
    ///
    /// # Errors
    ///
    /// Those of [`append`](Self::append); nothing is changed then.
    pub fn insert_bytes(&mut self, name: &str, value: impl AsRef<[u8]>) -> Result<(), HeaderError> {
        self.insert_field(name, value.as_ref())
    }

    /// Removes every field of this name, and returns whether there was one.
    pub fn remove(&mut self, name: &str) -> bool {
        let mut fields = mem::take(&mut self.fields);
        let before = fields.len();
        fields.retain(|field| !self.is_named(field, name));
        self.fields = fields;
        self.fields.len() < before
    }

    fn append_field(&mut self, name: &str, value: &[u8]) -> Result<(), HeaderError> {
        check(name, value)?;
        self.push(name, value);
        Ok(())
    }

    fn insert_field(&mut self, name: &str, value: &[u8]) -> Result<(), HeaderError> {
        check(name, value)?;
        self.remove(name);
        self.push(name, value);
        Ok(())
    }

    /// The fields of a head, which a parser has found sound: each name is a token.
    #[cfg(any(test, feature = "direct", not(feature = "tiny-http")))]
    pub(crate) fn of(head: Arc<[u8]>, fields: Vec<Field>) -> Self {
        Self {
            head: Some(head),
            added: Vec::new(),
            fields,
        }
    }

    /// No header yet, but room for so many, whose names and values have so many bytes together.
    #[cfg(feature = "tiny-http")]
    pub(crate) fn with_capacity(fields: usize, bytes: usize) -> Self {
        Self {
            head: None,
            added: Vec::with_capacity(bytes),
            fields: Vec::with_capacity(fields),
        }
    }

    /// Every field as (name, value), in order and as it stood on the wire.
    pub(crate) fn raw(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields
            .iter()
            .map(|field| (self.name(field), self.value(field)))
    }

    /// Every value of `name`, in order and as it stood on the wire.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> Values<'a> {
        Values::new(self, name)
    }

    /// How many bytes the names and values have together.
    pub(crate) fn bytes(&self) -> usize {
        let length = |field: &Field| field.name_length + field.value_length;
        self.fields.iter().map(length).sum()
    }

    fn is_named(&self, field: &Field, name: &str) -> bool {
        field.name_length == name.len() && begins_with(self.name(field), name)
    }

    fn name(&self, field: &Field) -> &[u8] {
        self.text(field.name, field.name_length)
    }

    fn value(&self, field: &Field) -> &[u8] {
        self.text(field.value, field.value_length)
    }

    fn text(&self, start: usize, length: usize) -> &[u8] {
        let head = self.head();
        match start.checked_sub(head.len()) {
            None => &head[start..][..length],
            Some(start) => &self.added[start..][..length],
        }
    }

    fn head(&self) -> &[u8] {
        self.head.as_deref().unwrap_or_default()
    }

    /// Where the next byte that is added will stand.
    fn end(&self) -> usize {
        self.head().len() + self.added.len()
    }
}

/// Two lists are equal when they have the same fields in the same order; where these stand is all the same.
impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.raw().eq(other.raw())
    }
}

impl Eq for Headers {}

fn as_text(value: &[u8]) -> Option<&str> {
    std::str::from_utf8(value).ok()
}

#[cfg(test)]
mod tests;
