//! The parts of the conformance test, in the order in which a case goes through them.
//!
//! `parse` reads a case into `case`, line by line by `draft` and `words`; `script` makes of it what is sent, which `bytes`
//! expands; `exchange` plays that and reads the responses by `wire`; `verdict` holds what was seen against what was expected; `runner` does that for all cases, and `report` counts.

mod bytes;
mod case;
mod draft;
mod exchange;
mod kernel;
mod parse;
mod report;
mod runner;
mod script;
mod verdict;
mod wire;
mod words;

pub(crate) use case::{Case, Server};
#[cfg(not(feature = "direct"))]
pub(crate) use kernel::is_read;
pub(crate) use parse::load;
pub(crate) use report::Report;
pub(crate) use runner::play;

/// Names the cases to play by words in their name.
pub(crate) const FILTER_VARIABLE: &str = "FC_HTTP_CASE";

/// Why servers deviate, each with its name before it.
pub(crate) const CAUSES: &str = include_str!("deviations.txt");
