//! template.yml as `fun` reads it: services with functions and HTTP triggers, and custom domains, in the shape in which
//! `fun` would send them (fun-cli §3).
//!
//! It reads and never deploys; what fc-local cannot imitate is reported in notes instead of being ignored.

mod schema;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use yaml_rust2::{ScanError, Yaml, YamlLoader};

use crate::project::yaml::{self, key_text};
use schema::{Fields, fields};

const SERVICE_TYPE: &str = "Aliyun::Serverless::Service";
const FUNCTION_TYPE: &str = "Aliyun::Serverless::Function";
const DOMAIN_TYPE: &str = "Aliyun::Serverless::CustomDomain";

/// What a template describes.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Template {
    pub(crate) services: Vec<Service>,
    /// Names of domains, each with its fields.
    pub(crate) domains: Vec<(String, Fields)>,
    /// What is left out, each as a sentence.
    pub(crate) notes: Vec<String>,
}

/// A service and its functions.
#[derive(Debug, PartialEq)]
pub(crate) struct Service {
    pub(crate) name: String,
    pub(crate) spec: Fields,
    pub(crate) functions: Vec<FunctionSpec>,
}

/// A function, its code and its triggers.
#[derive(Debug, PartialEq)]
pub(crate) struct FunctionSpec {
    pub(crate) name: String,
    pub(crate) spec: Fields,
    /// The folder or the zip file of its code.
    pub(crate) code: PathBuf,
    pub(crate) triggers: Vec<(String, Fields)>,
}

/// A template that cannot be used.
#[derive(Debug)]
pub(crate) enum TemplateError {
    Unreadable { file: PathBuf, error: io::Error },
    NoYaml { file: PathBuf, error: ScanError },
    Wrong { file: PathBuf, why: String },
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { file, error } => write!(
                f,
                "cannot read {}: {error}; name the template with --template",
                file.display()
            ),
            Self::NoYaml { file, error } => write!(f, "{} is not YAML: {error}", file.display()),
            Self::Wrong { file, why } => write!(f, "{}: {why}", file.display()),
        }
    }
}

impl std::error::Error for TemplateError {}

impl FunctionSpec {
    /// Whether its code is a package already, hence nothing that a folder or a build brings.
    pub(crate) fn is_zipped(&self) -> bool {
        self.code.extension().is_some_and(|ending| ending == "zip") && !self.code.is_dir()
    }
}

impl Template {
    /// Reads a template file; code folders are relative to its own.
    pub(crate) fn read(file: &Path) -> Result<Self, TemplateError> {
        let text = fs::read_to_string(file).map_err(|error| TemplateError::Unreadable {
            file: file.to_owned(),
            error,
        })?;
        let parsed = YamlLoader::load_from_str(&text).map_err(|error| TemplateError::NoYaml {
            file: file.to_owned(),
            error,
        })?;
        let folder = file.parent().unwrap_or(Path::new(""));
        Self::from_yaml(parsed.first().unwrap_or(&Yaml::Null), folder).map_err(|why| {
            TemplateError::Wrong {
                file: file.to_owned(),
                why,
            }
        })
    }

    /// Whether any function has its code there.
    pub(crate) fn has_code(&self, place: &Path) -> bool {
        let mut functions = self.services.iter().flat_map(|service| &service.functions);
        functions.any(|function| function.code == place)
    }

    fn from_yaml(yaml: &Yaml, folder: &Path) -> Result<Self, String> {
        if yaml["Resources"].as_hash().is_none() {
            return Err("it has no Resources".to_owned());
        }
        let mut template = Self::default();
        for (name, resource) in entries(&yaml["Resources"]) {
            match resource["Type"].as_str() {
                Some(SERVICE_TYPE) => template.add_service(&name, resource, folder)?,
                Some(DOMAIN_TYPE) => template.add_domain(&name, resource)?,
                kind => template.leave_out(&name, kind.unwrap_or("without a Type")),
            }
        }
        if template.services.is_empty() {
            return Err(format!(
                "no resource has the Type {SERVICE_TYPE}, so there is nothing to run"
            ));
        }
        Ok(template)
    }

    fn add_service(&mut self, name: &str, service: &Yaml, folder: &Path) -> Result<(), String> {
        let described: schema::Service = read(name, service)?;
        let mut functions = Vec::new();
        for (inner, resource) in entries(service) {
            match resource["Type"].as_str() {
                Some(FUNCTION_TYPE) => {
                    let full_name = format!("{name}/{inner}");
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
        Ok(())
    }

    fn triggers(&mut self, function: &str, events: &Yaml) -> Result<Vec<(String, Fields)>, String> {
        let mut triggers = Vec::new();
        for (trigger, event) in entries(events) {
            let name = format!("{function}/{trigger}");
            match event["Type"].as_str() {
                Some("HTTP") => triggers.push((trigger, http_trigger(read(&name, event)?))),
                kind => self.leave_out(&name, kind.unwrap_or("without a Type")),
            }
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
    name: String,
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
        name,
        spec: fields(&properties),
        code,
        triggers,
    })
}

fn http_trigger(event: schema::HttpEvent) -> Fields {
    let config = fields(&event.properties.unwrap_or_default());
    let mut spec = Fields::new();
    spec.insert("triggerType".to_owned(), "http".into());
    spec.insert("triggerConfig".to_owned(), config.into());
    spec
}

/// Reads a part of the template; what is wrong is told with its name.
fn read<T: DeserializeOwned>(name: &str, part: &Yaml) -> Result<T, String> {
    yaml::read(part).map_err(|why| format!("{name}: {why}"))
}

/// The entries of a mapping, in the order of the file.
fn entries(yaml: &Yaml) -> impl Iterator<Item = (String, &Yaml)> {
    let entries = yaml.as_hash().into_iter().flatten();
    entries.filter_map(|(name, value)| Some((key_text(name)?, value)))
}

/// A value as JSON has it.
pub(crate) fn to_json(yaml: &Yaml) -> Value {
    // JSON has everything that a node can be.
    yaml::read(yaml).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;
    use yaml_rust2::YamlLoader;

    use super::Template;

    fn read(text: &str) -> Result<Template, String> {
        let yaml = YamlLoader::load_from_str(text).expect("YAML");
        Template::from_yaml(&yaml[0], Path::new("project"))
    }

    #[test]
    fn a_template_reads_as_fun_would_send_it() {
        let project = Path::new("../../..");
        let template = Template::read(&project.join("template.yml")).expect("a template");
        let [service] = &template.services[..] else {
            panic!("{template:?}")
        };
        assert_eq!(service.name, "fc-runtime-demo");
        let names: Vec<&str> = service
            .functions
            .iter()
            .map(|function| function.name.as_str())
            .collect();
        assert_eq!(names, ["event", "web"]);
        let (event, web) = (&service.functions[0], &service.functions[1]);
        assert_eq!(event.code, project.join("./pkg"));
        assert_eq!(event.spec["initializer"], "index.initializer");
        assert_eq!(event.spec["instanceConcurrency"], 100);
        assert!(event.triggers.is_empty() && !event.spec.contains_key("codeUri"));
        let config =
            json!({"authType": "anonymous", "methods": ["GET", "POST", "PUT", "DELETE", "HEAD"]});
        assert_eq!(web.triggers[0].0, "http-trigger");
        assert_eq!(web.triggers[0].1["triggerConfig"], config);
        let routes =
            json!([{"path": "/*", "serviceName": "fc-runtime-demo", "functionName": "web"}]);
        assert_eq!(template.domains[0].0, "fc-runtime.example.com");
        assert_eq!(template.domains[0].1["routeConfig"]["routes"], routes);
        assert!(template.notes.is_empty(), "{:?}", template.notes);
    }

    /// The table of the guide's page about tools names these values.
    #[test]
    fn plain_values_of_variables_are_text() {
        for (value, text) in [
            ("0755", "755"),
            ("012", "12"),
            ("0o14", "12"),
            ("08", "8"),
            ("1_000", "1_000"),
            ("1e3", "1000"),
            ("0b11", "0b11"),
            ("on", "on"),
            ("19:59", "19:59"),
            ("190:20:30", "190:20:30"),
        ] {
            let template = read(&format!(
                "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n    f:\n      Type: Aliyun::Serverless::Function\n      \
                 Properties: {{CodeUri: ., EnvironmentVariables: {{A: {value}}}}}\n"
            ))
            .expect("a template");
            let variables = &template.services[0].functions[0].spec["environmentVariables"];
            assert_eq!(*variables, json!({"A": text}), "{value}");
        }
    }

    #[test]
    fn what_cannot_be_played_is_noted() {
        let template = read(
            "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n    f:\n      Type: Aliyun::Serverless::Function\n      \
             Properties: {CodeUri: ., EnvironmentVariables: {A: 1, B: true, C: text}}\n      Events:\n        t: {Type: Timer}\n  \
             d: {Type: Aliyun::Serverless::CustomDomain, Properties: {DomainName: Auto}}\n  \
             l: {Type: Aliyun::Serverless::Log}\n",
        )
        .expect("a template");
        let variables = &template.services[0].functions[0].spec["environmentVariables"];
        assert_eq!(*variables, json!({"A": "1", "B": "true", "C": "text"}));
        let notes = [
            "s/f/t is left out because fc-local does not imitate Timer",
            "d is left out: only the cloud gives it a DomainName",
            "l is left out because fc-local does not imitate Aliyun::Serverless::Log",
        ];
        assert_eq!(template.notes, notes);
    }

    #[test]
    fn a_template_without_a_function_to_run_is_refused() {
        let service = "Resources: {s: {Type: 'Aliyun::Serverless::Service', f: {Type: 'Aliyun::Serverless::Function'";
        for (text, why) in [
            ("a: 1", "it has no Resources"),
            ("Resources: {l: {Type: x}}", "so there is nothing to run"),
            (&format!("{service}}}}}}}"), "s/f has no CodeUri"),
            (
                &format!("{service}, Properties: {{CodeUri: 'oss://b/o'}}}}}}}}"),
                "only a folder or a zip file can be run here",
            ),
        ] {
            let refused = read(text).expect_err(text);
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn a_misspelt_key_is_named_with_those_that_are_known() {
        let check = |properties: &str| {
            read(&format!(
                "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n    f:\n      \
                 Type: Aliyun::Serverless::Function\n      Properties: {properties}\n"
            ))
            .map(drop)
        };
        assert_eq!(check("{CodeUri: ., Timeout: 3, CAPort: 9000}"), Ok(()));
        let refused = check("{CodeUri: ., Timeout: 3, Timout: 4}").expect_err("refused");
        assert!(
            refused.starts_with("s/f: Properties has the unknown key Timout; those that it may")
                && refused.ends_with(", Runtime, Timeout"),
            "{refused}"
        );
        let refused = check("{CodeUri: [a]}").expect_err("refused");
        assert_eq!(
            refused,
            "s/f: Properties.CodeUri: invalid type: sequence, expected a string"
        );
    }
}
