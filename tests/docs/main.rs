//! What the project says of itself: the guide, the READMEs, the examples, the figures, the scripts.

#[path = "../support/mod.rs"]
mod support;

mod changelog;
mod examples;
mod figures;
mod findings;
mod guide;
mod links;
mod lints;
mod readme;
mod scripts;
mod templates;
