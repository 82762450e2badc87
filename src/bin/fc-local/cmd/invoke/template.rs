//! The function as a template describes it, so that a call here sees what a call of the deployed function would see.

use std::path::{Path, PathBuf};

use super::args::InvokeArgs;
use super::error::InvokeError;
use crate::function::{Function, Owner};
use crate::name::FunctionName;
use crate::project::template::{self, FunctionSpec as Source, Template};
use crate::store::spec::{FunctionSpec, ServiceSpec, Spec};

/// A function of a template.
#[derive(Debug)]
pub(super) struct Described {
    pub(super) function: Function,
    /// The folder or zip file of its code.
    pub(super) code: PathBuf,
}

/// A function of a template, with its full name.
type Named<'a> = (FunctionName, &'a Source);

/// The function of the template that the options mean, if they mean one.
pub(super) fn described(args: &InvokeArgs) -> Result<Option<Described>, InvokeError> {
    let default = template::find(Path::new(""));
    let file = match &args.template {
        Some(file) => file,
        None if args.function.is_some() || (default.exists() && !args.no_template) => &default,
        None => return Ok(None),
    };
    let template = Template::read(file).map_err(|error| refused(&error.to_string()))?;
    let Some((name, source)) = meant(args, file, &template)? else {
        return Ok(None);
    };
    let function = function(args, &template, &name, source);
    Ok(Some(Described {
        function: function.map_err(|why| refused(&format!("{}: {name}: {why}", file.display())))?,
        code: source.place(),
    }))
}

/// The function as it would be deployed.
fn function(
    args: &InvokeArgs,
    template: &Template,
    name: &FunctionName,
    source: &Source,
) -> Result<Function, String> {
    let mut services = template.services.iter();
    let service = services.find(|service| Some(service.name.as_str()) == name.service());
    let service = service.map(|service| ServiceSpec::read(service.spec.clone()));
    let spec = FunctionSpec::read(source.spec.clone());
    let spec = spec.map_err(|why| source.in_its_keys(why))?;
    let as_fc3 = FunctionName::fc3(name.function());
    let name = if args.fc3 { &as_fc3 } else { name };
    Ok(spec.function(name, &Owner::default(), service.transpose()?.as_ref()))
}

/// The function that is named; else the only one with this code and, if need be, for these calls.
fn meant<'a>(
    args: &InvokeArgs,
    file: &Path,
    template: &'a Template,
) -> Result<Option<Named<'a>>, InvokeError> {
    let all: Vec<Named<'_>> = template.functions().collect();
    let mut fitting = all.clone();
    if let Some(wanted) = &args.function {
        fitting.retain(|(name, _)| name.function() == wanted || name.to_string() == *wanted);
    } else if let Some(dir) = &args.dir {
        fitting.retain(|(_, function)| function.lies_at(dir));
    }
    let shown = file.display();
    if fitting.len() > 1 && args.function.is_none() {
        narrow(args, &mut fitting).map_err(|why| {
            let all = names(&fitting);
            InvokeError::Usage(format!("{shown} {why}: name one with --function: {all}"))
        })?;
    }
    match (&fitting[..], &args.function) {
        ([one], _) => Ok(Some(one.clone())),
        ([], Some(wanted)) => Err(InvokeError::Usage(format!(
            "{shown} has no function {wanted} (--function); it has {}",
            names(&all)
        ))),
        ([], None) if args.template.is_some() => Err(InvokeError::Usage(format!(
            "{shown} has no function whose CodeUri is the given --dir; name one with --function: {}",
            names(&all)
        ))),
        // Another package than the template's.
        ([], None) => Ok(None),
        (several, _) => Err(InvokeError::Usage(format!(
            "{shown} has several functions that fit: name one with --function, or none with --no-template: {}",
            names(several)
        ))),
    }
}

/// Functions with an HTTP trigger take requests, and the others events.
///
/// # Errors
///
/// None fits, so it is not known which is meant.
fn narrow(args: &InvokeArgs, functions: &mut Vec<Named<'_>>) -> Result<(), &'static str> {
    let (events, requests) = (!args.events.sources.is_empty(), !args.http.is_empty());
    if events == requests {
        return Ok(());
    }
    let fits = |(_, function): &Named<'_>| function.is_http() == requests;
    if functions.iter().any(fits) {
        functions.retain(fits);
        return Ok(());
    }
    Err(if requests {
        "has no function with an HTTP trigger for --http"
    } else {
        "has only functions with an HTTP trigger, which --http calls"
    })
}

fn names(functions: &[Named<'_>]) -> String {
    let names: Vec<String> = functions.iter().map(|(name, _)| name.to_string()).collect();
    names.join(", ")
}

fn refused(why: &str) -> InvokeError {
    InvokeError::Refused(why.to_owned())
}
