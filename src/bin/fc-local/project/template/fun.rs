//! template.yml as `fun` reads it, in the shape in which `fun` would send what is in it (fun-cli §3).
//!
//! It must not know files, nor s.yaml.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::others::{self, Others};
use super::schema::{self, Fields, fields};
use super::{FunctionSpec, Service, Template};
use crate::project::pack::Rules;
use crate::project::yaml::{self, Yaml};

pub(super) const SERVICE_TYPE: &str = "Aliyun::Serverless::Service";
pub(super) const FUNCTION_TYPE: &str = "Aliyun::Serverless::Function";
const DOMAIN_TYPE: &str = "Aliyun::Serverless::CustomDomain";

impl Template {
    /// Reads what is in a template.yml of this folder.
    pub(super) fn from_yaml(yaml: &Yaml, folder: &Path) -> Result<Self, String> {
        if !yaml["Resources"].is_map() {
            return Err("it has no Resources".to_owned());
        }
        let (mut template, mut left_out) = (Self::default(), Vec::new());
        let others = Others::of(&yaml["Resources"]);
        for (name, resource) in yaml["Resources"].entries() {
            match resource["Type"].as_text() {
                Some(SERVICE_TYPE) => {
                    left_out.extend(template.add_service(name, resource, folder, &others)?);
                }
                Some(DOMAIN_TYPE) => template.add_domain(name, resource)?,
                kind => template.leave_out(name, kind.unwrap_or("without a Type")),
            }
        }
        if template.services.is_empty() {
            return Err(format!(
                "no resource has the Type {SERVICE_TYPE}, so there is nothing to run"
            ));
        }
        others::drop_routes(&mut template, &left_out);
        Ok(template)
    }

    /// Returns the names of its functions that cannot be run.
    fn add_service(
        &mut self,
        name: &str,
        service: &Yaml,
        folder: &Path,
        others: &Others,
    ) -> Result<Vec<String>, String> {
        let described: schema::Service = read(name, service)?;
        let (mut functions, mut left_out) = (Vec::new(), Vec::new());
        for (inner, resource) in service.entries() {
            match resource["Type"].as_text() {
                Some(FUNCTION_TYPE) => {
                    let full_name = format!("{name}/{inner}");
                    if let Some(runtime) = others.runtime(resource) {
                        self.leave_out(&full_name, runtime);
                        left_out.push(full_name);
                        continue;
                    }
                    let triggers = self.triggers(&full_name, &resource["Events"])?;
                    functions.push(function(&full_name, inner, resource, folder, triggers)?);
                }
                Some(kind) => self.leave_out(&format!("{name}/{inner}"), kind),
                None => {}
            }
        }
        self.services.push(Service {
            name: name.to_owned(),
            spec: fields(&described.properties.unwrap_or_default()),
            functions,
        });
        Ok(left_out)
    }

    fn triggers(&mut self, function: &str, events: &Yaml) -> Result<Vec<(String, Fields)>, String> {
        let mut triggers = Vec::new();
        for (name, event) in events.entries() {
            let place = format!("{function}/{name}");
            let (kind, config) = match event["Type"].as_text() {
                Some("HTTP") => (
                    "http",
                    config(read::<schema::Event<schema::HttpProperties>>(
                        &place, event,
                    )?),
                ),
                Some("Timer") => (
                    "timer",
                    config(read::<schema::Event<schema::TimerProperties>>(
                        &place, event,
                    )?),
                ),
                kind => {
                    self.leave_out(&place, kind.unwrap_or("without a Type"));
                    continue;
                }
            };
            triggers.push((name.to_owned(), trigger(kind, config)));
        }
        Ok(triggers)
    }

    fn add_domain(&mut self, name: &str, domain: &Yaml) -> Result<(), String> {
        let described: schema::Domain = read(name, domain)?;
        let properties = described.properties.unwrap_or_default();
        // Without one the resource's name is the domain, as for fun.
        let domain_name = properties.domain_name.as_deref().unwrap_or(name);
        if domain_name == "Auto" {
            let note = format!("{name} is left out: only the cloud gives it a DomainName");
            self.notes.push(note);
            return Ok(());
        }
        let routes = properties.route_config.unwrap_or_default().routes;
        let routes = routes.unwrap_or_default().0.into_iter();
        let routes: Vec<Value> = routes
            .map(|(path, route)| {
                let mut route = fields(&route);
                route.insert("path".to_owned(), path.into());
                Value::Object(route)
            })
            .collect();
        let mut spec = Fields::new();
        let protocol = properties.protocol.unwrap_or_else(|| "HTTP".into());
        spec.insert("protocol".to_owned(), protocol);
        spec.insert("routeConfig".to_owned(), json!({ "routes": routes }));
        self.domains.push((domain_name.to_ascii_lowercase(), spec));
        Ok(())
    }
}

fn function(
    full_name: &str,
    name: &str,
    function: &Yaml,
    folder: &Path,
    triggers: Vec<(String, Fields)>,
) -> Result<FunctionSpec, String> {
    let described: schema::Function = read(full_name, function)?;
    let properties = described.properties.unwrap_or_default();
    let code = match &properties.code_uri {
        Some(path) if path.starts_with("oss://") => {
            return Err(format!(
                "the CodeUri of {full_name} is {path}, but only a folder or a zip file can be run here"
            ));
        }
        Some(path) => folder.join(path),
        None => return Err(format!("{full_name} has no CodeUri")),
    };
    Ok(FunctionSpec {
        name: name.to_owned(),
        spec: fields(&properties),
        code,
        rules: Rules::Fun {
            project: folder.to_owned(),
        },
        triggers,
        async_config: None,
    })
}

/// The configuration of an event's trigger.
fn config<T: Default + Serialize>(event: schema::Event<T>) -> Fields {
    fields(&event.properties.unwrap_or_default())
}

/// A trigger of a type, as the API takes it.
fn trigger(kind: &str, config: Fields) -> Fields {
    let mut spec = Fields::new();
    spec.insert("triggerType".to_owned(), kind.into());
    spec.insert("triggerConfig".to_owned(), config.into());
    spec
}

/// Reads a part of the template; an error names it.
fn read<T: DeserializeOwned>(name: &str, part: &Yaml) -> Result<T, String> {
    yaml::read(part).map_err(|why| format!("{name}: {why}"))
}
