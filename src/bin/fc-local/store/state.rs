//! What is deployed, typed; the form of `state.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::resource::{CodeRef, Resource};
use super::spec::{
    AsyncSpec, ConcurrencySpec, DomainSpec, FunctionSpec, ProvisionSpec, ScalingSpec, ServiceSpec,
    TriggerSpec,
};
use super::versions::{Snapshot, Version, Versions};
use crate::name::{FunctionName, LATEST};

/// The state file, in the data folder.
pub(super) const STATE_FILE: &str = "state.json";

/// The version of the state file; raised when an older fc-local could not read it.
pub(super) const FORMAT: u32 = 1;

/// Everything that was deployed.
#[derive(Debug, Default, Clone, Serialize, Deserialize)]
pub(crate) struct State {
    pub(super) format: u32,
    pub(crate) services: BTreeMap<String, Resource<ServiceSpec>>,
    pub(crate) functions: BTreeMap<FunctionName, FunctionRecord>,
    pub(crate) domains: BTreeMap<String, Resource<DomainSpec>>,
}

/// A function with what hangs on it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct FunctionRecord {
    pub(crate) resource: Resource<FunctionSpec>,
    pub(crate) code: CodeRef,
    pub(crate) triggers: BTreeMap<String, Resource<TriggerSpec>>,
    pub(crate) async_config: Option<Resource<AsyncSpec>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) concurrency: Option<Resource<ConcurrencySpec>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) provision: Option<Resource<ProvisionSpec>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scaling: Option<Resource<ScalingSpec>>,
    #[serde(default, skip_serializing_if = "Versions::is_unused")]
    pub(crate) versions: Versions,
}

impl State {
    /// The functions of a service, or those of FC 3.0.
    pub(crate) fn functions_of<'a>(
        &'a self,
        service: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a FunctionName, &'a FunctionRecord)> {
        let all = self.functions.iter();
        all.filter(move |(name, _)| name.service() == service)
    }

    /// The function that a name means, whatever its qualifier.
    pub(crate) fn function(&self, name: &FunctionName) -> Option<&FunctionRecord> {
        self.functions.get(&*name.latest())
    }

    /// The code of all functions and of their versions.
    pub(crate) fn codes(&self) -> impl Iterator<Item = &CodeRef> {
        self.functions.values().flat_map(|record| {
            let versions = record.versions.all();
            let codes = versions.map(|(_, version)| &version.code);
            codes.chain([&record.code])
        })
    }

    /// The function of `service/function`, or of a function's name alone where only one function has it; one of FC 3.0 may have
    /// a qualifier.
    ///
    /// # Errors
    ///
    /// No function or more than one has the name.
    pub(crate) fn named(&self, text: &str) -> Result<FunctionName, String> {
        let wanted = FunctionName::parse(text);
        // `/f` is that of FC 3.0.
        let alone = !text.contains('/');
        let fits = |name: &&FunctionName| {
            **name == *wanted.latest() || alone && name.function() == wanted.function()
        };
        let names: Vec<&FunctionName> = self.functions.keys().filter(fits).collect();
        match names.as_slice() {
            [name] => Ok((*name).clone().at(wanted.qualifier())),
            [] => Err(format!(
                "there is no function '{text}'; `fc-local list` shows all"
            )),
            several => Err(format!(
                "several functions are named '{text}'; write one of: {}",
                unmistakable(several)
            )),
        }
    }
}

/// The names as they are to be written so that each means one function: one of FC 3.0 with an empty service.
fn unmistakable(names: &[&FunctionName]) -> String {
    let texts = names
        .iter()
        .map(|name| format!("{}/{}", name.service().unwrap_or_default(), name.function()));
    texts.collect::<Vec<_>>().join(", ")
}

impl FunctionRecord {
    /// A function as it was just asked for.
    pub(crate) fn new(spec: FunctionSpec, code: CodeRef) -> Self {
        Self {
            resource: Resource::new(spec),
            code,
            triggers: BTreeMap::new(),
            async_config: None,
            concurrency: None,
            provision: None,
            scaling: None,
            versions: Versions::default(),
        }
    }

    /// Whether it has the version or alias of a name of it.
    pub(crate) fn has(&self, name: &FunctionName) -> bool {
        self.versions.version_of(name.qualifier(), 0.0).is_some()
    }

    /// The fields and the code of `LATEST` or of a version; nothing if there is no such version.
    pub(crate) fn snapshot(&self, version: &str) -> Option<Snapshot<'_>> {
        if version == LATEST {
            return Some(self.latest());
        }
        self.versions.get(version).map(Version::snapshot)
    }

    /// The fields and the code that can be changed.
    pub(crate) fn latest(&self) -> Snapshot<'_> {
        Snapshot {
            resource: &self.resource,
            code: &self.code,
        }
    }

    /// How the asynchronous calls by a qualifier are made, if that is set.
    pub(crate) fn async_config(&self, qualifier: &str) -> Option<&Resource<AsyncSpec>> {
        match qualifier {
            LATEST => self.async_config.as_ref(),
            other => self.versions.settings().get(other)?.async_config.as_ref(),
        }
    }

    pub(crate) fn async_config_mut(&mut self, qualifier: &str) -> &mut Option<Resource<AsyncSpec>> {
        match qualifier {
            LATEST => &mut self.async_config,
            other => &mut self.versions.settings_mut(other).async_config,
        }
    }
}
