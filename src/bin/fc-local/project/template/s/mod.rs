//! s.yaml as Serverless Devs reads it: functions of the component fc3 and domains of fc3-domain, in the shape in which they
//! would send them.
//!
//! ```text
//! resolve       vars, template, extend, the order of resources
//! evaluate      what ${…} means
//! expression    how ${…} is written
//! dotenv        the variables of ${env(…)}
//! schema        the keys of functions
//! domain        the keys of domains
//! value         mappings by key, values as text
//! ```
//!
//! It must not know how a template is deployed. The rules are those of `@serverless-devs/parse-spec` 0.0.30; a test runs both
//! on the same files.

mod domain;
mod dotenv;
mod evaluate;
mod expression;
mod resolve;
mod schema;
mod value;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::schema::{Fields, fields};
use super::{FunctionSpec, Template, others};
use crate::project::pack::Rules;
use crate::project::yaml::{self, Dialect, Yaml};
use domain::DomainProps;
use resolve::Resource;
use schema::{FunctionProps, Trigger};

/// The component of functions, and that of domains.
const FUNCTION: &str = "fc3";
const DOMAIN: &str = "fc3-domain";

/// A domain that only the cloud can name.
const AUTO: &str = "auto";

/// The triggers that fc-local plays.
const TRIGGERS: [&str; 2] = ["http", "timer"];

/// Whether a file is one of Serverless Devs, by its name or its keys; each tool reads YAML in its own way.
pub(super) fn is_one(file: &Path, text: &str) -> bool {
    const KEYS: [&str; 4] = ["edition", "resources", "services", "extend"];
    let keys = text.lines().filter_map(|line| line.split_once(':'));
    let mut keys = keys.map(|(key, _)| key.trim_end().trim_matches(['"', '\'']));
    file.file_stem().is_some_and(|name| name == "s") || keys.any(|key| KEYS.contains(&key))
}

/// The other files that a file of Serverless Devs is read with, be they there or not.
pub(super) fn others(file: &Path, text: &str) -> Vec<PathBuf> {
    let document = parse(text).unwrap_or(Yaml::Null);
    let base = document.get("extend").and_then(Yaml::as_text);
    let names = base.into_iter().chain([dotenv::FILE]);
    names.map(|name| file.with_file_name(name)).collect()
}

/// Reads what a file describes; code folders are relative to the file's own.
///
/// # Errors
///
/// A sentence that names the place.
pub(super) fn read(file: &Path, text: &str) -> Result<Template, String> {
    let resources = resolve::resources(file, parse(text)?, load)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    let mut template = Template::default();
    let mut left_out = Vec::new();
    for resource in &resources {
        match component(resource) {
            FUNCTION => left_out.extend(add_function(&mut template, resource, folder)?),
            DOMAIN => add_domain(&mut template, resource)?,
            other => template.leave_out(&resource.name, &format!("the component {other}")),
        }
    }
    others::drop_routes(&mut template, &left_out);
    if template.functions.is_empty() {
        return Err(format!(
            "no resource of the component {FUNCTION} can run here, so there is nothing to run; {}",
            template.notes.join("; ")
        ));
    }
    Ok(template)
}

/// The resources of a file, each with its props.
///
/// # Errors
///
/// As [`read`].
pub(super) fn resources(file: &Path) -> Result<Vec<(String, Yaml)>, String> {
    let resources = resolve::resources(file, load(file)?, load)?.into_iter();
    Ok(resources.map(|one| (one.name, one.props)).collect())
}

fn load(file: &Path) -> Result<Yaml, String> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
    parse(&text)
}

fn parse(text: &str) -> Result<Yaml, String> {
    yaml::parse(text, Dialect::ServerlessDevs).map_err(|error| error.to_string())
}

/// The name of a component without its owner and version: `devsapp/fc3@0.1.22` is `fc3`.
fn component(resource: &Resource) -> &str {
    let name = resource.component.rsplit('/').next().unwrap_or_default();
    name.split('@').next().unwrap_or_default()
}

/// Adds a function, or returns the name of one that cannot run here as a route has it.
fn add_function(
    template: &mut Template,
    resource: &Resource,
    folder: &Path,
) -> Result<Option<String>, String> {
    let place = &resource.name;
    let mut props: FunctionProps = props_of(resource)?;
    let runtime = props.runtime.clone().unwrap_or_default();
    if others::is_other(&runtime) {
        template.leave_out(place, &format!("the runtime '{runtime}'"));
        return Ok(props.function_name.map(|name| format!("/{name}")));
    }
    for key in props.unplayed() {
        template.leave_out(&format!("{place}: {key}"), "it");
    }
    let name = props.function_name.take();
    let name = name.ok_or_else(|| format!("{place} has no functionName"))?;
    let code = code_of(place, props.code.take())?;
    let triggers = std::mem::take(&mut props.triggers);
    let triggers = triggers
        .into_iter()
        .filter_map(|trigger| played_trigger(template, place, trigger))
        .collect();
    let async_config = props.async_invoke_config.take();
    template.functions.push(FunctionSpec {
        name,
        spec: fields(&props.into_fields()),
        code: folder.join(code),
        rules: Rules::ServerlessDevs,
        triggers,
        async_config: async_config.map(|config| fields(&config)),
    });
    Ok(None)
}

fn code_of(place: &str, code: Option<Value>) -> Result<String, String> {
    match code {
        Some(Value::String(code)) if !code.contains("://") => Ok(code),
        Some(code) => Err(format!(
            "the code of {place} is {code}, but only a folder or a zip file can be run here"
        )),
        None => Err(format!("{place} has no code")),
    }
}

/// A trigger as the API takes it, unless fc-local does not play it.
fn played_trigger(
    template: &mut Template,
    place: &str,
    trigger: Trigger,
) -> Option<(String, Fields)> {
    let kind = &trigger.trigger_type;
    if !TRIGGERS.contains(&kind.as_str()) {
        let name = format!("{place}/{}", trigger.trigger_name);
        template.leave_out(&name, &format!("triggers of the type {kind}"));
        return None;
    }
    let spec = json!({
        "triggerType": kind,
        "triggerConfig": trigger.trigger_config,
        "description": trigger.description,
        "invocationRole": trigger.invocation_role,
        "qualifier": trigger.qualifier,
        "sourceArn": trigger.source_arn,
    });
    Some((trigger.trigger_name, fields(&spec)))
}

fn add_domain(template: &mut Template, resource: &Resource) -> Result<(), String> {
    let place = &resource.name;
    let props: DomainProps = props_of(resource)?;
    if props.domain_name.eq_ignore_ascii_case(AUTO) {
        let note = format!("{place} is left out: only the cloud gives it a domainName");
        template.notes.push(note);
        return Ok(());
    }
    for key in props.unplayed() {
        template.leave_out(&format!("{place}: {key}"), "it");
    }
    let spec = json!({
        "protocol": props.protocol.unwrap_or_else(|| "HTTP".into()),
        "routeConfig": fields(&props.route_config.unwrap_or_default()),
    });
    let domain = props.domain_name.to_ascii_lowercase();
    template.domains.push((domain, fields(&spec)));
    Ok(())
}

/// The props of a resource, typed; what is wrong is reported with their place.
fn props_of<T: serde::de::DeserializeOwned>(resource: &Resource) -> Result<T, String> {
    yaml::read(&resource.props).map_err(|why| format!("{}: {why}", resource.name))
}

#[cfg(test)]
mod tests;
