//! What must hold of every input, one module for each fuzz target: its `check` panics where it does not.
//!
//! A target asserts more than that nothing panics: it holds the library's code against another one of the same task, or
//! against what was written by hand here, simple and slow.
//!
//! - [`head`], [`chunks`], [`requests`]: the request reader of the direct server.
//! - [`response`]: the headers that a handler may set, and the writer of responses.
//! - [`http_params`], [`base64`], [`percent`]: the codecs.
//! - [`context`], [`events`]: what handlers are given.
//! - [`package`], [`signature`]: what `fc-local` unpacks, and whom it believes.
//! - [`seeds`]: the inputs that are kept, which `tests/replay.rs` runs without a fuzzer.

#[cfg(not(fuzzing))]
compile_error!(
    "the ways to what is private in the library are missing: call cargo in tests/fuzz, where .cargo/config.toml opens them"
);

pub mod base64;
pub mod chunks;
pub mod context;
mod cuts;
pub mod events;
pub mod head;
pub mod http_params;
pub mod package;
pub mod percent;
pub mod requests;
pub mod response;
pub mod seeds;
pub mod signature;

// The tool is a program, which no other can link; its files are the same here and there.
#[allow(dead_code, reason = "the targets use a part of it")]
#[path = "../../../src/bin/fc-local/facts.rs"]
mod facts;
#[path = "../../../src/bin/fc-local/hex/mod.rs"]
mod hex;
#[allow(dead_code, unused_imports, reason = "the targets use a part of it")]
#[path = "../../../src/bin/fc-local/project/package/mod.rs"]
mod local_package;
#[allow(dead_code, unused_imports, reason = "the targets use a part of it")]
#[path = "../../../src/bin/fc-local/signature/mod.rs"]
mod local_signature;

/// What a target does with an input.
pub type Check = fn(&[u8]);

/// Every target, by its name.
pub const TARGETS: [(&str, Check); 11] = [
    ("base64", base64::check),
    ("chunks", chunks::check),
    ("context", context::check),
    ("events", events::check),
    ("head", head::check),
    ("http_params", http_params::check),
    ("package", package::check),
    ("percent", percent::check),
    ("requests", requests::check),
    ("response", response::check),
    ("signature", signature::check),
];
