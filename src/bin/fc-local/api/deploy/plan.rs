//! A template as the store would have it, typed, and what it changes there.

use std::collections::BTreeMap;

use super::error::DeployError;
use crate::api::domain;
use crate::api::error::ApiError;
use crate::api::lookup;
use crate::name::{self, FunctionName, Generation, LATEST};
use crate::output;
use crate::project::template::{self, Template};
use crate::store::spec::{AsyncSpec, DomainSpec, FunctionSpec, ServiceSpec, Spec, TriggerSpec};
use crate::store::{CodeRef, FunctionRecord, Resource, State};

/// What a template asks for.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    services: Vec<(&'a str, ServiceSpec)>,
    pub(super) functions: Vec<Planned<'a>>,
    domains: Vec<(&'a str, DomainSpec)>,
}

/// A function of a template.
#[derive(Debug)]
pub(super) struct Planned<'a> {
    pub(super) name: FunctionName,
    pub(super) spec: FunctionSpec,
    triggers: Vec<(&'a str, TriggerSpec)>,
    async_config: Option<AsyncSpec>,
    pub(super) source: &'a template::FunctionSpec,
}

impl<'a> Plan<'a> {
    /// Reads a template, and refuses what FC would refuse, before there is any code.
    pub(super) fn of(template: &'a Template) -> Result<Self, DeployError> {
        let mut plan = Self {
            services: Vec::new(),
            functions: Vec::new(),
            domains: Vec::new(),
        };
        for service in &template.services {
            name::check("serviceName", &service.name).map_err(ApiError::invalid)?;
            let spec = ServiceSpec::read(service.spec.clone());
            let spec = spec.map_err(refused_at(&service.name))?;
            plan.services.push((&service.name, spec));
        }
        for (name, function) in template.functions() {
            plan.functions.push(Planned::of(name, function)?);
        }
        for (domain, fields) in &template.domains {
            let spec = DomainSpec::read(fields.clone()).map_err(refused_at(domain))?;
            plan.domains.push((domain, spec));
        }
        Ok(plan)
    }

    /// Brings the state to what the template says; returns the functions that changed. `code_of` has their packages.
    pub(super) fn apply(
        &self,
        state: &mut State,
        code_of: &dyn Fn(&Planned<'_>) -> CodeRef,
    ) -> Result<Vec<FunctionName>, DeployError> {
        for (name, spec) in &self.services {
            put(&mut state.services, name, spec);
        }
        let functions = self.functions.iter();
        let changed = functions.filter(|function| function.put(state, code_of(function)));
        let changed = changed.map(|function| function.name.clone()).collect();
        for (name, spec) in &self.domains {
            domain::check_routes(state, spec).map_err(|error| {
                let message = format!("{name}: {}", error.message);
                ApiError { message, ..error }
            })?;
            put(&mut state.domains, name, spec);
        }
        Ok(changed)
    }

    /// What to say of the triggers that call a version or alias which does not exist: it may be published later.
    pub(super) fn idle_triggers(&self, state: &State) -> Vec<String> {
        let functions = self.functions.iter();
        let all = functions.flat_map(|function| {
            let triggers = function.triggers.iter();
            triggers.map(|(trigger, spec)| (trigger, spec.called(&function.name)))
        });
        let idle = all.filter_map(|(trigger, called)| {
            let error = lookup::qualified(state, &called).err()?;
            Some(format!(
                "the trigger {trigger} of {} calls nothing: {}; publish it, or leave out qualifier",
                called.latest(),
                error.message
            ))
        });
        idle.collect()
    }
}

impl<'a> Planned<'a> {
    fn of(name: FunctionName, function: &'a template::FunctionSpec) -> Result<Self, DeployError> {
        name::check("functionName", &function.name).map_err(ApiError::invalid)?;
        let full_name = name.to_string();
        let spec = FunctionSpec::read(function.spec.clone());
        let spec = spec.map_err(|why| function.in_its_keys(why));
        let spec = spec.map_err(refused_at(&full_name))?;
        let triggers = function.triggers.iter().map(|(trigger, fields)| {
            let spec = TriggerSpec::read(fields.clone());
            let place = format!("{full_name}/{trigger}");
            Ok((trigger.as_str(), spec.map_err(refused_at(&place))?))
        });
        let triggers = triggers.collect::<Result<_, DeployError>>()?;
        let async_config = function.async_config.clone().map(AsyncSpec::read);
        let async_config = async_config.transpose().map_err(refused_at(&full_name))?;
        Ok(Self {
            name,
            spec,
            triggers,
            async_config,
            source: function,
        })
    }

    /// Creates or replaces the function; says whether that changed anything.
    fn put(&self, state: &mut State, code: CodeRef) -> bool {
        let Some(record) = state.functions.get_mut(&self.name) else {
            let mut record = FunctionRecord::new(self.spec.clone(), code);
            self.put_triggers(&mut record);
            self.put_async_config(&mut record);
            state.functions.insert(self.name.clone(), record);
            return true;
        };
        let new_code = record.code != code;
        if new_code {
            record.code = code;
            record.resource.touch();
        }
        let new_fields = record.resource.replace(self.spec.clone());
        let new_triggers = self.put_triggers(record);
        self.put_async_config(record);
        new_code || new_fields || new_triggers
    }

    /// One that the template does not have stays: neither tool removes it. Instances need not know of it.
    fn put_async_config(&self, record: &mut FunctionRecord) {
        let Some(spec) = &self.async_config else {
            return;
        };
        // In FC 2.0 only LATEST is played.
        let qualifier = match self.name.generation() {
            Generation::Fc2 => LATEST,
            Generation::Fc3 => spec.qualifier(),
        };
        if record.versions.version_of(qualifier, 0.0).is_none() {
            let name = self.name.clone().at(qualifier);
            output::say(&format!(
                "{name} does not exist yet, so its asynchronous configuration is left out: publish it, and deploy again"
            ));
            return;
        }
        match record.async_config_mut(qualifier) {
            Some(resource) => {
                resource.replace(spec.clone());
            }
            none => *none = Some(Resource::new(spec.clone())),
        }
    }

    fn put_triggers(&self, record: &mut FunctionRecord) -> bool {
        let before = record.triggers.len();
        let named = |name: &String| self.triggers.iter().any(|(wanted, _)| wanted == name);
        record.triggers.retain(|name, _| named(name));
        let mut changed = record.triggers.len() < before;
        for (name, spec) in &self.triggers {
            changed |= put(&mut record.triggers, name, spec);
        }
        changed
    }
}

/// Creates or replaces a resource; says whether that changed anything.
fn put<S: Spec>(resources: &mut BTreeMap<String, Resource<S>>, name: &str, spec: &S) -> bool {
    match resources.get_mut(name) {
        Some(resource) => resource.replace(spec.clone()),
        None => {
            resources.insert(name.to_owned(), Resource::new(spec.clone()));
            true
        }
    }
}

fn refused_at(place: &str) -> impl FnOnce(String) -> ApiError + use<> {
    let place = place.to_owned();
    move |why| ApiError::invalid(format!("{place}: {why}"))
}
