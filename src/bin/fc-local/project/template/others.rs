//! Functions that are left out, as those that fc-local cannot run, and what leads to them.
//!
//! It must not know what makes up the other functions.

use serde_json::Value;

use super::fun::{FUNCTION_TYPE, SERVICE_TYPE};
use super::{FunctionSpec, Template};
use crate::project::yaml::Yaml;

/// How the names of the runtimes begin that FC has and fc-local has not. Any other name is refused when it is deployed, as it
/// may be misspelt.
const OTHER_RUNTIMES: [&str; 9] = [
    "nodejs",
    "python",
    "java",
    "php",
    "dotnetcore",
    "go",
    "powershell",
    "custom-container",
    "micro-sandbox",
];

/// Which functions of a template are left out.
pub(super) struct Others {
    /// Without one that can run none is left out: then each is refused when it is deployed.
    has_one_that_runs: bool,
}

impl Template {
    /// The template with these functions alone, and without the routes to others.
    pub(crate) fn with_only(&self, keep: impl Fn(&FunctionSpec) -> bool) -> Self {
        let mut template = self.clone();
        let mut left_out = Vec::new();
        for service in &mut template.services {
            retain(&mut service.functions, &service.name, &keep, &mut left_out);
        }
        retain(&mut template.functions, "", &keep, &mut left_out);
        drop_routes(&mut template, &left_out);
        template
    }
}

fn retain(
    functions: &mut Vec<FunctionSpec>,
    service: &str,
    keep: impl Fn(&FunctionSpec) -> bool,
    left_out: &mut Vec<String>,
) {
    functions.retain(|function| {
        let is_kept = keep(function);
        if !is_kept {
            left_out.push(format!("{service}/{}", function.name));
        }
        is_kept
    });
}

impl Others {
    pub(super) fn of(resources: &Yaml) -> Self {
        let services = resources.entries().map(|(_, service)| service);
        let services = services.filter(|service| service["Type"].as_text() == Some(SERVICE_TYPE));
        let mut functions = services
            .flat_map(Yaml::entries)
            .filter(|(_, function)| function["Type"].as_text() == Some(FUNCTION_TYPE));
        let has_one_that_runs = functions.any(|(_, function)| other_runtime(function).is_none());
        Self { has_one_that_runs }
    }

    /// The runtime of a function that is left out.
    pub(super) fn runtime<'a>(&self, function: &'a Yaml) -> Option<&'a str> {
        other_runtime(function).filter(|_| self.has_one_that_runs)
    }
}

/// The runtime of a function, if fc-local cannot run it.
fn other_runtime(function: &Yaml) -> Option<&str> {
    let runtime = function["Properties"]["Runtime"].as_text()?;
    is_other(runtime).then_some(runtime)
}

/// Whether FC has a runtime and fc-local has not.
pub(super) fn is_other(runtime: &str) -> bool {
    let mut others = OTHER_RUNTIMES.iter();
    others.any(|other| runtime.starts_with(other))
}

/// Takes out the routes that lead to functions which were left out, `service/function` or `/function` each, and domains that had no others.
pub(super) fn drop_routes(template: &mut Template, left_out: &[String]) {
    let mut notes = Vec::new();
    template.domains.retain_mut(|(domain, spec)| {
        let routes = spec
            .get_mut("routeConfig")
            .and_then(|config| config["routes"].as_array_mut());
        let Some(routes) = routes else {
            return true;
        };
        let before = routes.len();
        routes.retain(|route| !left_out.contains(&goal(route)));
        if routes.len() < before {
            notes.push(format!(
                "{domain} is left out as far as it leads to functions that are"
            ));
        }
        !routes.is_empty() || before == 0
    });
    template.notes.extend(notes);
}

/// Where a route leads.
fn goal(route: &Value) -> String {
    let name = |key: &str| route[key].as_str().unwrap_or_default();
    format!("{}/{}", name("serviceName"), name("functionName"))
}
