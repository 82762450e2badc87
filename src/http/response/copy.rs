//! Copies what a reader returns into a body.
//!
//! Owns how much is read at once, and what a reader that ends too early costs. It must not know responses.

use std::io::{self, Read, Write};

use crate::error::{Error, kind};

/// Copies so many bytes, and fails where there are fewer.
pub(super) fn copy_exactly(
    reader: impl Read,
    length: u64,
    out: &mut dyn Write,
) -> Result<(), Error> {
    let mut left = reader.take(length);
    copy(&mut left, out)?;
    match left.limit() {
        0 => Ok(()),
        missing => {
            let message =
                format!("the reader ended {missing} bytes before the {length} of the body");
            Err(Error::new(kind::SHORT_BODY, message))
        }
    }
}

/// Copies everything, and sends what each read returns at once.
pub(super) fn copy(mut reader: impl Read, out: &mut dyn Write) -> io::Result<()> {
    const BUFFER_BYTES: usize = 16 * 1024;
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(length) => {
                out.write_all(&buffer[..length])?;
                out.flush()?;
            }
            // A freeze interrupts system calls (contract §4.5).
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
