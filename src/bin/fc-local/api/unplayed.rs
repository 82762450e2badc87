//! The calls that Function Compute offers and fc-local does not play: each is refused with a message that says so.
//!
//! The names are those of the paths in Alibaba's SDKs, all generations (`@alicloud/fc2` 2.6.6, `@alicloud/fc-open20210406`
//! 2.0.13, `@alicloud/fc20230330` 4.7.6). A call without a name here is unknown.

use crate::facts::{FC2_PREFIX, FC3_PREFIX, FC2021_PREFIX};

/// The first part of a path, after its service and function, and what it is about.
const UNPLAYED: [(&str, &str); 22] = [
    ("accountConfigs", "the account"),
    ("acl", "layers"),
    ("aliases", "aliases"),
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
    ("versions", "versions"),
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
mod tests {
    use super::{UNPLAYED, subject};

    #[test]
    fn a_call_is_known_by_its_first_part_after_service_and_function() {
        for (path, about) in [
            ("/2016-08-15/services/s/versions", Some("versions")),
            (
                "/2021-04-06/services/s/functions/f/event-sources",
                Some("event sources"),
            ),
            (
                "/2023-03-30/functions/f/sessions/x/pause",
                Some("pausing and resuming sessions"),
            ),
            ("/2023-03-30//layers", Some("layers")),
            ("/2023-03-30/functions/versions", None),
            ("/2023-03-30/misspelt", None),
            ("/other/versions", None),
        ] {
            assert_eq!(subject(path), about, "{path}");
        }
    }

    /// The one list of the guide has them all, and so does the list here.
    #[test]
    fn the_guide_lists_what_is_not_played() {
        let page = include_str!("../../../guide/clients.md");
        let (_, list) = page
            .split_once("# Calls that fc-local does not support\n")
            .expect("the list");
        let listed: Vec<&str> = list
            .lines()
            .filter_map(|line| line.strip_prefix("| "))
            .collect();
        for (name, subject) in UNPLAYED {
            let row = listed
                .iter()
                .find(|row| row.starts_with(&format!("{subject} |")));
            let row = row.unwrap_or_else(|| panic!("no row '{subject}'"));
            assert!(row.contains(&format!("`{name}`")), "{name}: {row}");
        }
        let named = listed.concat().matches('`').count() / 2;
        assert_eq!(named, UNPLAYED.len(), "the guide names nothing else");
    }
}
