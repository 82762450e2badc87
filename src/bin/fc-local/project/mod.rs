//! What lies in a project's folder: the template and the code packages, read and written as `fun` and FC do.
//!
//! It must not know what is deployed, nor run anything.

pub(crate) mod pack;
pub(crate) mod package;
pub(crate) mod template;
pub(crate) mod yaml;
