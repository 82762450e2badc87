//! Templates: services with functions and triggers, and custom domains, in the shape in which the tool that a template is
//! written for would send them. template.yml is read in `fun`, s.yaml of Serverless Devs in `s`.
//!
//! It reads and never deploys; what fc-local cannot imitate is reported in notes instead of being ignored.

mod fun;
mod others;
mod place;
mod s;
mod schema;

use std::ffi::OsStr;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::name::FunctionName;
use crate::project::pack::Rules;
use crate::project::yaml::{self, Dialect, Yaml, YamlError};
use schema::Fields;

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

    /// What is wrong with a field, with its name as the template has it: fun's keys begin with a capital.
    pub(crate) fn in_its_keys(&self, why: String) -> String {
        let end = why.find([' ', '.']).unwrap_or(why.len());
        let is_funs = matches!(self.rules, Rules::Fun { .. });
        if !is_funs || !self.spec.contains_key(&why[..end]) {
            return why;
        }
        why[..1].to_ascii_uppercase() + &why[1..]
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

    /// Notes what is left out because it is of a kind that fc-local has not.
    fn leave_out(&mut self, name: &str, kind: &str) {
        self.notes.push(format!(
            "{name} is left out because fc-local does not imitate {kind}"
        ));
    }

    /// Whether any function has its code there.
    pub(crate) fn has_code(&self, place: &Path) -> bool {
        self.functions().any(|(_, function)| function.code == place)
    }
}

#[cfg(test)]
mod tests;
