//! template.yml as `fun` reads it: services with functions and HTTP triggers, and custom domains, in the shape in which
//! `fun` would send them (fun-cli §3). s.yaml of Serverless Devs is read in `s`.
//!
//! It reads and never deploys; what fc-local cannot imitate is reported in notes instead of being ignored.

mod others;
mod s;
mod schema;

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::name::FunctionName;
use crate::project::pack::Rules;
use crate::project::yaml::{self, Dialect, Yaml, YamlError};
use others::Others;
use schema::{Fields, fields};

const SERVICE_TYPE: &str = "Aliyun::Serverless::Service";
const FUNCTION_TYPE: &str = "Aliyun::Serverless::Function";
const DOMAIN_TYPE: &str = "Aliyun::Serverless::CustomDomain";

/// The endings of what fun sends as it is.
const PACKAGES: [&str; 3] = ["zip", "jar", "war"];

/// What a template describes.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Template {
    pub(crate) services: Vec<Service>,
    /// Those of FC 3.0, which belong to no service.
    pub(crate) functions: Vec<FunctionSpec>,
    /// Names of domains, each with its fields.
    pub(crate) domains: Vec<(String, Fields)>,
    /// What is left out, each as a sentence.
    pub(crate) notes: Vec<String>,
}

/// A service and its functions.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) spec: Fields,
    pub(crate) functions: Vec<FunctionSpec>,
}

/// A function, its code and its triggers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FunctionSpec {
    pub(crate) name: String,
    pub(crate) spec: Fields,
    /// The folder or the file of its code, or its package.
    pub(crate) code: PathBuf,
    /// What of it is not packed.
    pub(crate) rules: Rules,
    pub(crate) triggers: Vec<(String, Fields)>,
    /// How its asynchronous calls are retried, if the template says so.
    pub(crate) async_config: Option<Fields>,
}

/// A template that cannot be used.
#[derive(Debug)]
pub(crate) enum TemplateError {
    Unreadable { file: PathBuf, error: io::Error },
    Unparsed { file: PathBuf, error: YamlError },
    Wrong { file: PathBuf, why: String },
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, error } => write!(
                f,
                "cannot read {}: {error}; is the name right? --template names another",
                file.display()
            ),
            Self::Unparsed { file, error } => write!(f, "{}: {error}", file.display()),
            Self::Wrong { file, why } => write!(f, "{}: {why}", file.display()),
        }
    }
}

impl std::error::Error for TemplateError {}

impl FunctionSpec {
    /// Whether its code is a package already, hence nothing that a folder or a build brings.
    pub(crate) fn is_zipped(&self) -> bool {
        let ending = self.code.extension().and_then(OsStr::to_str);
        ending.is_some_and(|ending| PACKAGES.contains(&ending)) && !self.code.is_dir()
    }

    /// Whether it takes requests, and not events.
    pub(crate) fn is_http(&self) -> bool {
        let mut triggers = self.triggers.iter();
        triggers.any(|(_, trigger)| {
            let kind = trigger.get("triggerType");
            kind.is_some_and(|kind| kind == "http")
        })
    }
}

/// How a template file is called, that of `fun` first.
const FILES: [&str; 4] = ["template.yml", "template.yaml", "s.yaml", "s.yml"];

/// The template of a folder: that of `fun`, else that of Serverless Devs; the first name if there is none.
pub(crate) fn find(folder: &Path) -> PathBuf {
    let files = FILES.map(|name| folder.join(name));
    let found = files.iter().find(|file| file.is_file());
    found.unwrap_or(&files[0]).clone()
}

/// By whose rules the code of a project with this template is packed; `None` if there is no such file.
pub(crate) fn rules(file: &Path) -> Option<Rules> {
    let text = fs::read_to_string(file).ok()?;
    if s::is_one(file, &text) {
        return Some(Rules::ServerlessDevs);
    }
    let project = file.parent().unwrap_or(Path::new("")).to_owned();
    Some(Rules::Fun { project })
}

/// The files that a template is read from: itself, and for Serverless Devs those that it extends and `.env`, if they are
/// there.
pub(crate) fn files(file: &Path) -> Vec<PathBuf> {
    let text = fs::read_to_string(file).ok();
    let text = text.filter(|text| s::is_one(file, text));
    let others = text.map(|text| s::others(file, &text)).unwrap_or_default();
    let others = others.into_iter().filter(|other| other.is_file());
    [file.to_owned()].into_iter().chain(others).collect()
}

/// The resources of a file of Serverless Devs, each with what it hands to its component, all expressions replaced.
///
/// # Errors
///
/// The file cannot be read, or is refused.
pub(crate) fn resources(file: &Path) -> Result<Vec<(String, Yaml)>, TemplateError> {
    s::resources(file).map_err(|why| TemplateError::Wrong {
        file: file.to_owned(),
        why,
    })
}

impl Template {
    /// Reads a template file; code folders are relative to its own.
    pub(crate) fn read(file: &Path) -> Result<Self, TemplateError> {
        let text = fs::read_to_string(file).map_err(|error| TemplateError::Unreadable {
            file: file.to_owned(),
            error,
        })?;
        let file_name = || file.to_owned();
        if s::is_one(file, &text) {
            return s::read(file, &text).map_err(|why| TemplateError::Wrong {
                file: file_name(),
                why,
            });
        }
        let yaml = yaml::parse(&text, Dialect::Fun).map_err(|error| TemplateError::Unparsed {
            file: file_name(),
            error,
        })?;
        let folder = file.parent().unwrap_or(Path::new(""));
        Self::from_yaml(&yaml, folder).map_err(|why| TemplateError::Wrong {
            file: file_name(),
            why,
        })
    }

    /// All functions, each with its name.
    pub(crate) fn functions(&self) -> impl Iterator<Item = (FunctionName, &FunctionSpec)> {
        let of_services = self.services.iter().flat_map(|service| {
            let functions = service.functions.iter();
            functions.map(|one| (FunctionName::fc2(&service.name, &one.name), one))
        });
        let others = self.functions.iter();
        of_services.chain(others.map(|one| (FunctionName::fc3(&one.name), one)))
    }

    /// Whether any function has its code there.
    pub(crate) fn has_code(&self, place: &Path) -> bool {
        self.functions().any(|(_, function)| function.code == place)
    }

    fn from_yaml(yaml: &Yaml, folder: &Path) -> Result<Self, String> {
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

    fn leave_out(&mut self, name: &str, kind: &str) {
        self.notes.push(format!(
            "{name} is left out because fc-local does not imitate {kind}"
        ));
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

#[cfg(test)]
mod tests;
