//! `fc-local list`: what is deployed, read from the data folder.

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde_json::Value;

use super::data::DataArgs;
use crate::output;
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
    let listed = args.data.folder().and_then(|data| {
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
        .map(|(key, record)| describe_function(key, record));
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

fn describe_function(key: &str, record: &FunctionRecord) -> String {
    let field = |name: &str| {
        record
            .resource
            .spec
            .get(name)
            .map_or_else(|| "default".to_owned(), Value::to_string)
    };
    let triggers: Vec<&str> = record.triggers.keys().map(String::as_str).collect();
    let triggers = if triggers.is_empty() {
        String::new()
    } else {
        format!("  triggers: {}", triggers.join(", "))
    };
    format!(
        "function  {}  {} MB  timeout {} s  code {} bytes  changed {}{triggers}",
        key.trim_start_matches('/'),
        field("memorySize"),
        field("timeout"),
        record.code.size,
        record.resource.modified
    )
}

fn routes(spec: &serde_json::Map<String, Value>) -> String {
    let routes = spec
        .get("routeConfig")
        .and_then(|config| config.get("routes"))
        .and_then(Value::as_array);
    let line = |route: &Value| {
        let text = |name: &str| {
            route
                .get(name)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        format!(
            "{} -> {}",
            text("path"),
            format!("{}/{}", text("serviceName"), text("functionName")).trim_start_matches('/')
        )
    };
    routes.map_or_else(String::new, |routes| {
        routes.iter().map(line).collect::<Vec<_>>().join(", ")
    })
}
