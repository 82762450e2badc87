//! What survives a restart: what is deployed, its packages, accepted events, logs.
//!
//! It must not know the API, nor what runs.

pub(crate) mod logfile;
mod state;

pub(crate) use state::{
    CodeRef, FunctionRecord, Resource, State, Store, StoreError, entries, function_key, hex,
    write_whole,
};
