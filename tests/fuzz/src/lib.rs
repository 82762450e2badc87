//! What must hold of every input, one module for each fuzz target: its `check` panics where it does not.
//!
//! A target asserts more than that nothing panics: it holds the library's code against another one of the same task, or
//! against what was written by hand here, simple and slow.
//!
//! - [`head`], [`chunks`], [`requests`]: the request reader of the direct server.
//! - [`answer`]: the headers that a handler may set, and the writer of answers.
//! - [`http_params`], [`base64`], [`percent`]: the codecs.
//! - [`context`], [`events`]: what handlers are given.
//! - [`seeds`]: the inputs that are kept, which `tests/replay.rs` runs without a fuzzer.

#[cfg(not(fuzzing))]
compile_error!(
    "the ways to what is private in the library are missing: call cargo in tests/fuzz, where .cargo/config.toml opens them"
);

pub mod answer;
pub mod base64;
pub mod chunks;
pub mod context;
mod cuts;
pub mod events;
pub mod head;
pub mod http_params;
pub mod percent;
pub mod requests;
pub mod seeds;

/// What a target does with an input.
pub type Check = fn(&[u8]);

/// Every target, by its name.
pub const TARGETS: [(&str, Check); 9] = [
    ("answer", answer::check),
    ("base64", base64::check),
    ("chunks", chunks::check),
    ("context", context::check),
    ("events", events::check),
    ("head", head::check),
    ("http_params", http_params::check),
    ("percent", percent::check),
    ("requests", requests::check),
];
