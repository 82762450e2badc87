//! The ways through a list of header fields.
//!
//! Owns the order and what an owner gets. It must not know what a name and a value may contain.

use super::{Headers, as_text};

/// Every field of [`Headers`] as (name, value), in order.
#[derive(Debug, Clone)]
pub struct HeaderIter<'a> {
    headers: &'a Headers,
    next: usize,
}

impl<'a> HeaderIter<'a> {
    pub(super) fn new(headers: &'a Headers) -> Self {
        Self { headers, next: 0 }
    }
}

impl<'a> Iterator for HeaderIter<'a> {
    type Item = (&'a str, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let field = self.headers.fields.get(self.next)?;
        self.next += 1;
        // Every name was a token or a text when it was added, so that none is lost here.
        let name = as_text(self.headers.name(field)).unwrap_or_default();
        Some((name, self.headers.value(field)))
    }
}

impl<'a> IntoIterator for &'a Headers {
    type Item = (&'a str, &'a [u8]);
    type IntoIter = HeaderIter<'a>;

    fn into_iter(self) -> HeaderIter<'a> {
        self.iter()
    }
}

impl IntoIterator for Headers {
    type Item = (String, Vec<u8>);
    type IntoIter = std::vec::IntoIter<(String, Vec<u8>)>;

    fn into_iter(self) -> Self::IntoIter {
        let owned = |(name, value): (&str, &[u8])| (name.to_owned(), value.to_vec());
        self.iter().map(owned).collect::<Vec<_>>().into_iter()
    }
}

/// Every value of one name. A type, and not adapters around each other, which would be compiled anew for each use.
pub(crate) struct Values<'a> {
    headers: &'a Headers,
    name: &'a str,
    next: usize,
}

impl<'a> Values<'a> {
    pub(super) fn new(headers: &'a Headers, name: &'a str) -> Self {
        Self {
            headers,
            name,
            next: 0,
        }
    }
}

impl<'a> Iterator for Values<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while let Some(field) = self.headers.fields.get(self.next) {
            self.next += 1;
            if self.headers.is_named(field, self.name) {
                return Some(self.headers.value(field));
            }
        }
        None
    }
}
