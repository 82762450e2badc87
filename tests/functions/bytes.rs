//! An event as bytes: counts the words of a text.
//!
//! Start it by `cargo run --example bytes`, and ask it from another terminal:
//!
//! ```sh
//! curl -d 'to be or not to be' http://127.0.0.1:9000/invoke
//! ```

use fc_runtime::{Context, Error, Runtime, RuntimeError, log};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    Runtime::new().invoke(count_words).run()
}

/// An event that is not text fails with the error that `?` has found.
fn count_words(event: &[u8], _: &Context) -> Result<Vec<u8>, Error> {
    let text = std::str::from_utf8(event)?;
    let words = text.split_whitespace().count();
    log::info!("{words} words in {} bytes", event.len());
    Ok(words.to_string().into_bytes())
}
