//! Deploying a whole template at once, as `fun deploy` does in many requests: all of it or nothing.
//!
//! It knows no build and no watching; the packages have to be there.

mod code;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::api::App;
use crate::api::error::ApiError;
use crate::api::spec::{self, check_name};
use crate::facts::FC2_PREFIX;
use crate::function::Generation;
use crate::output;
use crate::project::template::{FunctionSpec, Service, Template};
use crate::store::{CodeRef, FunctionRecord, Resource, State, StoreError, function_key};

use self::code::{CodeError, place};

type Spec = Map<String, Value>;

/// What a deployment did.
#[derive(Debug, Default)]
pub(crate) struct Deployment {
    /// The functions whose code, fields or triggers are new, as `service/function`.
    pub(crate) changed: Vec<String>,
    /// The packages that are in use now.
    pub(crate) code: Vec<CodeRef>,
}

/// A template that was not deployed; what was deployed before is as it was.
#[derive(Debug)]
pub(crate) enum DeployError {
    /// A function has no code that could run.
    Code { function: String, error: CodeError },
    /// The platform would refuse it.
    Refused(ApiError),
    /// The data folder cannot take it.
    Store(StoreError),
}

impl fmt::Display for DeployError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code { function, error } => write!(f, "{function} {error}"),
            Self::Refused(error) => f.write_str(&error.message),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DeployError {}

impl DeployError {
    /// The error with the file to be mended, if that is the template.
    pub(crate) fn in_template(&self, file: &Path) -> String {
        match self {
            Self::Store(error) => error.to_string(),
            _ => format!("{}: {self}", file.display()),
        }
    }
}

impl From<StoreError> for DeployError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ApiError> for DeployError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

/// Makes what a template names be deployed as it says; `built` is a folder to take for every function whose code is no
/// zip file.
///
/// Instances of what has changed finish their calls and take no more. What the template does not name stays.
pub(crate) fn deploy(
    app: &Arc<App>,
    template: &Template,
    built: Option<&Path>,
) -> Result<Deployment, DeployError> {
    check(app, template)?;
    template.notes.iter().for_each(|note| output::say(note));
    let mut stored = BTreeMap::new();
    // Packing takes long enough to be in the way of calls.
    let packed = tokio::task::block_in_place(|| packages(app, template, built, &mut stored));
    let applied = packed.and_then(|()| {
        app.store.update(|state| {
            Ok(apply(state, template, &|function| {
                stored[place(function, built)].clone()
            }))
        })
    });
    let changed = applied.inspect_err(|_| {
        // Nothing refers to what was stored for it, unless it was there before.
        stored.values().for_each(|code| app.store.remove_code(code));
    })?;
    changed.iter().for_each(|key| app.pool.retire(key));
    if !changed.is_empty() {
        addresses(app, template)
            .iter()
            .for_each(|line| output::say(line));
    }
    Ok(Deployment {
        changed,
        code: stored.into_values().collect(),
    })
}

/// Refuses what FC would refuse, before there is any code.
pub(crate) fn check(app: &App, template: &Template) -> Result<(), DeployError> {
    for service in &template.services {
        check_name("serviceName", &service.name)?;
        for function in &service.functions {
            check_function(app, service, function)?;
        }
    }
    Ok(())
}

/// Packs each folder once and stores it, and each zip file as it is.
fn packages(
    app: &App,
    template: &Template,
    built: Option<&Path>,
    stored: &mut BTreeMap<PathBuf, CodeRef>,
) -> Result<(), DeployError> {
    for service in &template.services {
        for function in &service.functions {
            let at_fault = |error| DeployError::Code {
                function: function_key(&service.name, &function.name),
                error,
            };
            let place = place(function, built);
            code::check(function, place).map_err(at_fault)?;
            if !stored.contains_key(place) {
                let bytes = code::read(function, place).map_err(at_fault)?;
                stored.insert(place.to_owned(), app.store.put_code(&bytes)?);
            }
        }
    }
    Ok(())
}

/// Brings the state to what the template says; returns the keys of the functions that changed.
fn apply(
    state: &mut State,
    template: &Template,
    code_of: &dyn Fn(&FunctionSpec) -> CodeRef,
) -> Vec<String> {
    let mut changed = Vec::new();
    for service in &template.services {
        put(&mut state.services, &service.name, service.spec.clone());
        for function in &service.functions {
            let key = function_key(&service.name, &function.name);
            if put_function(state, &key, function, code_of(function)) {
                changed.push(key);
            }
        }
    }
    for (name, spec) in &template.domains {
        put(&mut state.domains, name, spec.clone());
    }
    changed
}

fn check_function(app: &App, service: &Service, function: &FunctionSpec) -> Result<(), ApiError> {
    check_name("functionName", &function.name)?;
    let owner = Some((service.name.as_str(), &service.spec));
    spec::function(
        Generation::Fc2,
        &app.owner,
        owner,
        &function.name,
        &function.spec,
    )
    .map(drop)
    .map_err(|error| {
        let key = function_key(&service.name, &function.name);
        ApiError::invalid(format!("{key}: {}", error.message))
    })
}

/// Creates or replaces a resource; tells whether that changed anything.
fn put(resources: &mut BTreeMap<String, Resource>, name: &str, spec: Spec) -> bool {
    match resources.get_mut(name) {
        Some(resource) => resource.replace(spec),
        None => {
            resources.insert(name.to_owned(), Resource::new(spec));
            true
        }
    }
}

fn put_function(state: &mut State, key: &str, function: &FunctionSpec, code: CodeRef) -> bool {
    let Some(record) = state.functions.get_mut(key) else {
        let mut record = FunctionRecord {
            resource: Resource::new(function.spec.clone()),
            code,
            triggers: BTreeMap::new(),
            async_config: None,
        };
        put_triggers(&mut record, function);
        state.functions.insert(key.to_owned(), record);
        return true;
    };
    let new_code = record.code != code;
    if new_code {
        record.code = code;
        record.resource.touch();
    }
    let new_fields = record.resource.replace(function.spec.clone());
    let new_triggers = put_triggers(record, function);
    new_code || new_fields || new_triggers
}

fn put_triggers(record: &mut FunctionRecord, function: &FunctionSpec) -> bool {
    let before = record.triggers.len();
    let named = |name: &String| function.triggers.iter().any(|(wanted, _)| wanted == name);
    record.triggers.retain(|name, _| named(name));
    let mut changed = record.triggers.len() < before;
    for (name, spec) in &function.triggers {
        changed |= put(&mut record.triggers, name, spec.clone());
    }
    changed
}

/// How each function is reached.
fn addresses(app: &App, template: &Template) -> Vec<String> {
    let endpoint = format!("http://{}", app.address);
    let functions = template.services.iter().flat_map(|service| {
        let functions = service.functions.iter();
        functions.map(move |function| (&service.name, function))
    });
    let data = app.store.path("");
    let data = data.display();
    let lines = functions.map(|(service, function)| {
        let name = format!("{service}/{}", function.name);
        if function.triggers.is_empty() {
            format!("{name} takes events: fc-local invoke --on {name} --server-data {data}")
        } else {
            format!("{name} answers {endpoint}{FC2_PREFIX}/proxy/{name}/")
        }
    });
    let domains = template
        .domains
        .iter()
        .map(|(domain, _)| format!("{domain} answers too: curl -H 'Host: {domain}' {endpoint}/"));
    lines.chain(domains).collect()
}
