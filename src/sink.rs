//! A writer that is a closure: one type for all, because each type that writes has its own code of what `Write` provides.
//!
//! Owns how the two ways to call it are told apart. It must not know where the bytes go.

use std::io::{self, Write};

/// What takes all of these bytes, or flushes what it has taken.
pub(crate) type Take<'a> = &'a mut dyn FnMut(Option<&[u8]>) -> io::Result<()>;

/// A writer that hands everything on.
pub(crate) struct Sink<'a>(pub(crate) Take<'a>);

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.write_all(bytes)?;
        Ok(bytes.len())
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        (self.0)(Some(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        (self.0)(None)
    }
}
