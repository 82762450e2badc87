//! The calls that Function Compute offers and fc-local does not play: each is refused with a message that says so.
//!
//! The names are those of the paths in Alibaba's SDKs, all generations (`@alicloud/fc2` 2.6.6, `@alicloud/fc-open20210406`
//! 2.0.13, `@alicloud/fc20230330` 4.7.6). A call without a name here is unknown.

use crate::facts::{FC2_PREFIX, FC3_PREFIX, FC2021_PREFIX};

/// The first part of a path, after its service and function, and what it is about.
const UNPLAYED: [(&str, &str); 22] = [
    ("accountConfigs", "the account"),
    ("acl", "layers"),
    ("aliases", "aliases of FC 2.0"),
    ("bindings", "VPC bindings"),
    ("event-sources", "event sources"),
    ("gpuInstances", "GPU instances"),
    ("invoke", "switching invocations off and on"),
    ("layerarn", "layers"),
    ("layers", "layers"),
    ("on-demand-config", "on-demand configurations"),
    ("on-demand-configs", "on-demand configurations"),
    ("reservedCapacities", "reserved capacity"),
    ("reserved-capacities", "reserved capacity"),
    ("resource-groups", "resource groups"),
    ("sessions", "pausing and resuming sessions"),
    ("snapshots", "snapshots"),
    (
        "stateful-async-invocation-functions",
        "lists of functions with tasks",
    ),
    ("tag", "tags of FC 2.0"),
    ("tags", "tags of FC 2.0"),
    ("tempCodeBucketToken", "temporary buckets"),
    ("versions", "versions of FC 2.0"),
    ("vpc-bindings", "VPC bindings"),
];

/// What a path is about, if Function Compute offers it and fc-local does not.
pub(super) fn subject(path: &str) -> Option<&'static str> {
    let prefixes = [FC2_PREFIX, FC2021_PREFIX, FC3_PREFIX];
    let path = prefixes
        .iter()
        .find_map(|prefix| path.strip_prefix(prefix))?;
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let mut part = parts.next()?;
    for owner in ["services", "functions"] {
        if part == owner {
            parts.next()?;
            part = parts.next()?;
        }
    }
    let found = UNPLAYED.iter().find(|(name, _)| *name == part);
    found.map(|(_, subject)| *subject)
}

#[cfg(test)]
mod tests;
