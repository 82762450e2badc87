//! The keys that a template may have: one that is misspelt is refused by its name, for without it the function would
//! run otherwise than is meant.

use yaml_rust2::Yaml;

/// A place in a template and the keys that have a meaning there: fun's own schema (fun-cli §6).
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys {
    place: &'static str,
    known: &'static [&'static str],
}

pub(super) const SERVICE_PROPERTIES: Keys = Keys {
    place: "Properties",
    known: &[
        "Description",
        "InternetAccess",
        "LogConfig",
        "NasConfig",
        "Policies",
        "Role",
        "TracingConfig",
        "VpcConfig",
    ],
};

pub(super) const FUNCTION: Keys = Keys {
    place: "it",
    known: &["Events", "Properties", "Type"],
};

pub(super) const FUNCTION_PROPERTIES: Keys = Keys {
    place: "Properties",
    known: &[
        "AsyncConfiguration",
        "CAPort",
        "CodeUri",
        // Its runtime is refused later, and by its own name.
        "CustomContainerConfig",
        // fun knows none, but fc-local starts what it names, as the API does.
        "CustomRuntimeConfig",
        "Description",
        "EnvironmentVariables",
        "Handler",
        "InitializationTimeout",
        "Initializer",
        "InstanceConcurrency",
        "InstanceLifecycleConfig",
        "InstanceType",
        "Layers",
        "MemorySize",
        "Runtime",
        "Timeout",
    ],
};

pub(super) const HTTP_TRIGGER: Keys = Keys {
    place: "Properties",
    known: &["AuthType", "InvocationRole", "Methods", "Qualifier"],
};

pub(super) const DOMAIN: Keys = Keys {
    place: "Properties",
    known: &["CertConfig", "DomainName", "Protocol", "RouteConfig"],
};

impl Keys {
    /// Refuses what has another key; `name` is whose keys they are.
    pub(super) fn check(self, name: &str, yaml: &Yaml) -> Result<(), String> {
        let keys = yaml.as_hash().into_iter().flat_map(|hash| hash.keys());
        let unknown = keys
            .filter_map(Yaml::as_str)
            .find(|key| !self.known.contains(key));
        match unknown {
            None => Ok(()),
            Some(key) => Err(format!(
                "{name}: {} has the unknown key {key}; those that it may have are {}",
                self.place,
                self.known.join(", ")
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use yaml_rust2::YamlLoader;

    use super::FUNCTION_PROPERTIES;

    #[test]
    fn a_misspelt_key_is_named_with_those_that_are_known() {
        let check = |text: &str| {
            let yaml = YamlLoader::load_from_str(text).expect("YAML");
            FUNCTION_PROPERTIES.check("s/f", &yaml[0])
        };
        assert_eq!(check("{Timeout: 3, CAPort: 9000}"), Ok(()));
        let refused = check("{Timeout: 3, Timout: 4}").expect_err("refused");
        assert!(
            refused.starts_with("s/f: Properties has the unknown key Timout; those that it may")
                && refused.ends_with(", Runtime, Timeout"),
            "{refused}"
        );
    }
}
