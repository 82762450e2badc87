//! An initializer and what it leaves for all calls of its instance: greetings, read once.
//!
//! Start it by `GREETINGS='en=Hello,de=Hallo' cargo run --example initialize`, and ask it from another terminal:
//!
//! ```sh
//! curl -X POST http://127.0.0.1:9000/initialize
//! curl -d de http://127.0.0.1:9000/invoke
//! ```

use std::collections::HashMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use fc_runtime::{Context, Error, Runtime, RuntimeError, log};

/// What the initializer has read. Calls of one instance run side by side, so what they share is made for that.
static GREETINGS: OnceLock<HashMap<String, String>> = OnceLock::new();
static SERVED: AtomicUsize = AtomicUsize::new(0);

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    Runtime::new()
        .initialize(|_| greetings().map(drop))
        .invoke(greet)
        .pre_stop(say_goodbye)
        .run()
}

fn greet(language: &[u8], _: &Context) -> Result<Vec<u8>, Error> {
    let language = std::str::from_utf8(language)?;
    let greeting = greetings()?.get(language);
    let unknown = || Error::new("UnknownLanguage", format!("no greeting in {language:?}"));
    SERVED.fetch_add(1, Ordering::Relaxed);
    Ok(greeting.ok_or_else(unknown)?.clone().into_bytes())
}

/// The greetings, read by the first call: an initializer is called only where one is configured.
fn greetings() -> Result<&'static HashMap<String, String>, Error> {
    if let Some(greetings) = GREETINGS.get() {
        return Ok(greetings);
    }
    let missing = |_| Error::new("NoGreetings", "set GREETINGS, such as en=Hello,de=Hallo");
    let text = std::env::var("GREETINGS").map_err(missing)?;
    log::info!("reading the greetings");
    let pairs = text.split(',').filter_map(|pair| pair.split_once('='));
    let greetings = pairs.map(|(language, words)| (language.to_owned(), words.to_owned()));
    Ok(GREETINGS.get_or_init(|| greetings.collect()))
}

fn say_goodbye(_: &Context) -> Result<(), Error> {
    log::info!("{} calls were served", SERVED.load(Ordering::Relaxed));
    Ok(())
}
