//! `fc-local list`: what is deployed, read from the data folder.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::data::DataArgs;
use crate::name::FunctionName;
use crate::output;
use crate::store::spec::{DomainSpec, Spec};
use crate::store::{FunctionRecord, State, Store};

pub(crate) const EXAMPLES: &str = "Example:\n  fc-local list --data ./fc-data";

/// What `fc-local list` lists.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    #[command(flatten)]
    data: DataArgs,
}

/// Prints everything that is deployed.
pub(crate) fn run(args: &ListArgs) -> ExitCode {
    let listed = args.data.served().and_then(|data| {
        let state = Store::peek(&data).map_err(|error| error.to_string())?;
        output::print_lines(&describe(&state, &data))
    });
    output::exit_code(listed)
}

fn describe(state: &State, data: &Path) -> Vec<String> {
    let services = state
        .services
        .keys()
        .map(|name| format!("service   {name}"));
    let functions = state
        .functions
        .iter()
        .map(|(name, record)| describe_function(name, record));
    let domains = state
        .domains
        .iter()
        .map(|(name, domain)| format!("domain    {name}  {}", routes(&domain.spec)));
    let lines: Vec<String> = services.chain(functions).chain(domains).collect();
    if lines.is_empty() {
        vec![format!("nothing is deployed in {}", data.display())]
    } else {
        lines
    }
}

fn describe_function(name: &FunctionName, record: &FunctionRecord) -> String {
    let fields = record.resource.spec.fields();
    let field = |name: &str| {
        let value = fields.get(name);
        value.map_or_else(|| "default".to_owned(), Value::to_string)
    };
    let more = |name: &str, unset: &str| {
        let value = fields.get(name).and_then(Value::as_str);
        let value = value.filter(|value| !value.is_empty() && *value != unset);
        value.map_or_else(String::new, |value| format!("  {value}"))
    };
    let sessions = more("sessionAffinity", "NONE") + &more("instanceIsolationMode", "SHARE");
    let triggers: Vec<&str> = record.triggers.keys().map(String::as_str).collect();
    let triggers = if triggers.is_empty() {
        String::new()
    } else {
        format!("  triggers: {}", triggers.join(", "))
    };
    format!(
        "function  {name}  {} MB  timeout {} s  code {} bytes  changed {}{sessions}{triggers}{}",
        field("memorySize"),
        field("timeout"),
        record.code.size,
        record.resource.modified,
        published(record)
    )
}

/// The versions and aliases, where there are any.
fn published(record: &FunctionRecord) -> String {
    let versions = record.versions.all();
    let versions: Vec<String> = versions.map(|(number, _)| number.to_string()).collect();
    let aliases = record.versions.aliases.iter();
    let aliases: Vec<String> = aliases
        .map(|(name, alias)| format!("{name} -> {}", alias.spec))
        .collect();
    let lists = [("versions", versions), ("aliases", aliases)].into_iter();
    let filled = lists.filter(|(_, names)| !names.is_empty());
    filled
        .map(|(title, names)| format!("  {title}: {}", names.join(", ")))
        .collect()
}

fn routes(domain: &DomainSpec) -> String {
    let routes = domain.routes().iter();
    let lines = routes.map(|route| format!("{} -> {}", route.path(), route.function()));
    lines.collect::<Vec<_>>().join(", ")
}
