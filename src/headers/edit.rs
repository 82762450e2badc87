//! What the runtime itself changes in a list of header fields.
//!
//! Owns where a field that is added stands. It must not know what a name and a value may contain: those that come here are
//! known to be sound.

use std::mem;

use super::{Field, Headers, begins_with};

impl Headers {
    /// Adds a field whose name and value are known to be sound.
    pub(crate) fn push(&mut self, name: &str, value: &[u8]) {
        let at = self.end();
        self.added.extend_from_slice(name.as_bytes());
        self.added.extend_from_slice(value);
        self.fields.push(Field {
            name: at,
            name_length: name.len(),
            value: at + name.len(),
            value_length: value.len(),
        });
    }

    /// Puts `value` into every field of this name; none is added.
    pub(crate) fn replace(&mut self, name: &str, value: &[u8]) {
        let at = self.end();
        self.added.extend_from_slice(value);
        for index in 0..self.fields.len() {
            if self.is_named(&self.fields[index], name) {
                let field = &mut self.fields[index];
                (field.value, field.value_length) = (at, value.len());
            }
        }
    }

    /// Takes the fields whose name begins with `prefix` (in lower case) out of this list.
    pub(crate) fn split_off(&mut self, prefix: &str) -> Headers {
        let mut fields = mem::take(&mut self.fields);
        let mut taken = Vec::with_capacity(fields.len());
        fields.retain(|field| {
            let is_taken = begins_with(self.name(field), prefix);
            if is_taken {
                taken.push(*field);
            }
            !is_taken
        });
        self.fields = fields;
        Self {
            head: self.head.clone(),
            added: self.added.clone(),
            fields: taken,
        }
    }

    /// Leaves the last field of this name, which has been added just now, and takes the one before it out, if any.
    pub(crate) fn keep_last(&mut self, name: &str) {
        let named = |field: &Field| self.is_named(field, name);
        if let Some(index) = self.fields.iter().position(named) {
            let last = self.fields.len() - 1;
            self.fields.swap(index, last);
            self.fields.truncate(last.max(index + 1));
        }
    }
}
