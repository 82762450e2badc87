//! What handlers are given, and what happens to what they return.

#[path = "../support/mod.rs"]
mod support;

mod endpoints;
mod events;
mod failures;
mod http_params;
mod library;
mod responses;
