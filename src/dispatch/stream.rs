//! A response that is written while its client reads it.
//!
//! Owns where the call of such a response ends. It must not know how the bytes are framed.

use std::io::{self, Write};
use std::sync::Arc;

use super::served::Served;
use crate::call::StreamWriter;
use crate::error::Error;
use crate::panics::guard;
use crate::scope::Scope;

/// The end line of a streamed response stands before its last byte ([contract §4.1](crate::guide::contract#4.1)), so
/// the stream itself writes it: when it has run, or when it is dropped because nobody may see it.
pub(super) fn serve(write: StreamWriter, served: Served) -> StreamWriter {
    let mut stream = Stream {
        write: Some(write),
        served,
    };
    Box::new(move |out| stream.run(out))
}

/// A streamed response that is being served.
struct Stream {
    /// The handler's closure, until it runs.
    write: Option<StreamWriter>,
    served: Served,
}

impl Stream {
    fn run(&mut self, out: &mut dyn Write) -> Result<(), Error> {
        let Some(write) = self.write.take() else {
            return Ok(());
        };
        let _scope = Scope::enter(Arc::clone(&self.served.request_id));
        let mut client = Client { out, left: false };
        let result = guard(|| write(&mut client).and_then(|()| Ok(client.flush()?)));
        match &result {
            // That is no fault of the function; the platform calls it cancelled (contract §4.5).
            Err(error) if client.left => {
                log::warn!("the client left before the end of its stream: {error}");
            }
            Err(error) => self.served.fail(error),
            Ok(()) => {}
        }
        result
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let unseen = self.write.take();
        // What the handler has put into it may panic when it is dropped, and the response is still to be sent.
        let _ = self.served.run(|| {
            drop(unseen);
            Ok(())
        });
    }
}

/// The writer to the client, which knows whether the client is still there.
struct Client<'a> {
    out: &'a mut dyn Write,
    left: bool,
}

impl Write for Client<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.out.write(bytes).inspect_err(|_| self.left = true)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush().inspect_err(|_| self.left = true)
    }
}
