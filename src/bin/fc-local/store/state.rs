//! What is deployed, typed; the form of `state.json`.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use super::spec::{
    AsyncSpec, ConcurrencySpec, DomainSpec, Fields, FunctionSpec, ProvisionSpec, ScalingSpec,
    ServiceSpec, Spec, TriggerSpec,
};
use crate::name::FunctionName;

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

/// Anything that was created by a request and can be read back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Resource<S> {
    pub(crate) spec: S,
    pub(crate) id: String,
    pub(crate) created: String,
    pub(crate) modified: String,
    /// Counts the changes, so that instances of an older version can be recognized.
    pub(crate) revision: u64,
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
}

/// A stored code package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodeRef {
    /// Its digest, which names its file.
    pub(crate) sha256: String,
    /// Its checksum as the API shows it, in decimal digits: CRC-64 with the polynomial of ECMA-182, as xz computes it. Empty in
    /// the state of an older fc-local, until that is opened.
    #[serde(default)]
    pub(crate) crc64: String,
    pub(crate) size: u64,
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

    /// The function of `service/function`, or of a function's name alone where only one function has it.
    ///
    /// # Errors
    ///
    /// No function or more than one has the name.
    pub(crate) fn named(&self, text: &str) -> Result<FunctionName, String> {
        let fits =
            |name: &&FunctionName| **name == FunctionName::parse(text) || name.function() == text;
        let names: Vec<&FunctionName> = self.functions.keys().filter(fits).collect();
        match names.as_slice() {
            [name] => Ok((*name).clone()),
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
        }
    }
}

impl<S: Spec> Resource<S> {
    /// A resource as it was just asked for.
    pub(crate) fn new(spec: S) -> Self {
        let now = now();
        Self {
            spec,
            id: uuid::Uuid::new_v4().to_string(),
            created: now.clone(),
            modified: now,
            revision: 0,
        }
    }

    /// Replaces the fields that the change names and keeps the others.
    ///
    /// # Errors
    ///
    /// The change would be refused; then nothing is changed.
    pub(crate) fn change(&mut self, change: Fields) -> Result<(), String> {
        self.spec = self.spec.changed(change)?;
        self.touch();
        Ok(())
    }

    /// Replaces all fields, if they differ; says whether they did.
    pub(crate) fn replace(&mut self, spec: S) -> bool {
        let differs = self.spec != spec;
        if differs {
            self.spec = spec;
            self.touch();
        }
        differs
    }

    /// Marks a change of something that is not among the fields.
    pub(crate) fn touch(&mut self) {
        self.modified = now();
        self.revision += 1;
    }
}

/// The present as the API writes times.
fn now() -> String {
    humantime::format_rfc3339_seconds(SystemTime::now()).to_string()
}
