//! A response that is written while its client reads it.
//!
//! Owns where the call of such a response ends. It must not know how the bytes are framed.

use std::io::Write;
use std::sync::Arc;

use super::served::Served;
use crate::call::StreamWriter;
use crate::error::Error;
use crate::panics::guard;
use crate::scope::Scope;
use crate::sink::Sink;

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
        let mut has_left = false;
        let mut send = |bytes: Option<&[u8]>| {
            let sent = match bytes {
                Some(bytes) => out.write_all(bytes),
                None => out.flush(),
            };
            sent.inspect_err(|_| has_left = true)
        };
        let mut client = Sink(&mut send);
        let result = guard(|| write(&mut client).and_then(|()| Ok(client.flush()?)));
        match &result {
            // That is no fault of the function; the platform calls it cancelled (contract §4.5).
            Err(error) if has_left => {
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
