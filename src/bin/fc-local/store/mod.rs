//! What survives a restart: what is deployed, its packages, accepted events, logs.
//!
//! It must not know the API, nor what runs.
//!
//! ```text
//! remove, queue, tasks         deleting by name, accepted events, what is known of those that have an id
//! folder                       the data folder: the state file, packages
//! files                        files that appear whole or not at all
//! sweep                        what nothing names: unfinished files, old packages
//! state, versions              what is deployed, what of it is published
//! resource, logfile            what both consist of, logs
//! spec                         what users describe, typed
//! ```

mod files;
mod folder;
pub(crate) mod logfile;
pub(crate) mod queue;
pub(crate) mod remove;
mod resource;
pub(crate) mod spec;
mod state;
mod sweep;
pub(crate) mod tasks;
mod versions;

pub(crate) use files::{entries, write_whole};
pub(crate) use folder::{Store, StoreError};
pub(crate) use resource::{CodeRef, Resource};
pub(crate) use state::{FunctionRecord, State};
pub(crate) use sweep::is_unfinished;
pub(crate) use versions::{Snapshot, Version};
