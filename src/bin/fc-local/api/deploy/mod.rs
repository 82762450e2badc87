//! Deploying a whole template at once, as `fun deploy` does in many requests: all of it or nothing.
//!
//! It knows no build and no watching; the packages have to be there.

mod code;
mod error;
mod plan;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::app::App;
use super::http::address;
use super::lookup;
use crate::facts::FC2_PREFIX;
use crate::name::{FunctionName, Generation};
use crate::output;
use crate::project::template::{FunctionSpec, Template};
use crate::store::{CodeRef, FunctionRecord};

use self::code::{Made, made};
use self::error::DeployError;
use self::plan::{Plan, Planned};

/// What a deployment did.
#[derive(Debug, Default)]
pub(crate) struct Deployment {
    /// The functions whose code, fields or triggers are new.
    pub(crate) changed: Vec<FunctionName>,
    /// The packages that are in use now.
    pub(crate) code: Vec<CodeRef>,
}

/// What was built for a function outside of its own `CodeUri`.
#[derive(Debug, Clone)]
pub(crate) enum BuiltCode {
    /// A folder in the place of all that lies in the `CodeUri`.
    Folder(PathBuf),
    /// The program alone, with all else as it lies there.
    Program(PathBuf),
}

/// What was built for each function, if anything was.
pub(crate) type Built<'a> = &'a dyn Fn(&FunctionSpec) -> Option<BuiltCode>;

/// Makes what a template names be deployed as it says, with the code of each function from where it was built.
///
/// Instances of what has changed finish their calls and take no more. What the template does not name stays.
///
/// # Errors
///
/// FC would refuse the template, a function has no code that could run, or the disk refuses; then nothing has changed.
pub(crate) fn deploy(
    app: &Arc<App>,
    template: &Template,
    built: Built<'_>,
) -> Result<Deployment, DeployError> {
    let plan = Plan::of(template)?;
    let mut domains = template.domains.iter();
    domains.try_for_each(|(domain, _)| app.guard.check_domain(domain))?;
    template.notes.iter().for_each(|note| output::say(note));
    // Packing and the disk take long enough to be in the way of calls.
    let deployment = tokio::task::block_in_place(|| carry_out(app, &plan, built))?;
    let idle = plan.idle_triggers(&app.store.snapshot());
    idle.iter().for_each(|why| output::say(why));
    Ok(deployment)
}

fn carry_out(app: &App, plan: &Plan<'_>, built: Built<'_>) -> Result<Deployment, DeployError> {
    let mut stored = BTreeMap::new();
    let packed = packages(app, plan, built, &mut stored);
    let code_of = |function: &Planned<'_>| stored[&key(function, built)].clone();
    let applied = packed.and_then(|()| app.store.update(|state| plan.apply(state, &code_of)));
    let changed = applied.inspect_err(|_| {
        // Nothing refers to what was stored for it, unless it was there before.
        stored.values().for_each(|code| app.store.remove_code(code));
    })?;
    changed
        .iter()
        .for_each(|name| lookup::retire_latest(app, name));
    Ok(Deployment {
        changed,
        code: stored.into_values().collect(),
    })
}

/// Refuses what FC would refuse, before there is any code.
///
/// # Errors
///
/// The first thing that is wrong.
pub(crate) fn check(template: &Template) -> Result<(), DeployError> {
    Plan::of(template).map(drop)
}

/// What a package is made of: what is packed, and where the project has it, as the rules are relative to that.
type Packed = (Made, PathBuf);

fn key(function: &Planned<'_>, built: Built<'_>) -> Packed {
    let source = function.source;
    (made(source, built), source.code.clone())
}

/// Packs each code once and stores it, and each zip file as it is.
fn packages(
    app: &App,
    plan: &Plan<'_>,
    built: Built<'_>,
    stored: &mut BTreeMap<Packed, CodeRef>,
) -> Result<(), DeployError> {
    for function in &plan.functions {
        let at_fault = |error| DeployError::Code {
            function: function.name.to_string(),
            error,
        };
        let made = made(function.source, built);
        if !function.spec.has_command() {
            code::check(function.source, &made).map_err(at_fault)?;
        }
        if let Entry::Vacant(new) = stored.entry(key(function, built)) {
            let bytes = code::read(function.source, &made).map_err(at_fault)?;
            let code = app.store.put_code(&bytes)?;
            new.insert(code);
        }
    }
    Ok(())
}

/// How each function of a template is reached.
pub(crate) fn addresses(app: &App, template: &Template) -> Vec<String> {
    let state = app.store.snapshot();
    let functions = template.functions();
    let lines = functions.flat_map(|(name, _)| {
        let record = state.function(&name);
        record.map_or_else(Vec::new, |record| lines_of(app, &name, record))
    });
    let domains = template.domains.iter().map(|(domain, spec)| {
        let routes = spec["routeConfig"]["routes"].as_array();
        (domain, routes.is_some_and(|routes| !routes.is_empty()))
    });
    with_domains(app, lines.collect(), domains)
}

/// How everything that is deployed is reached, with a word on what a browser makes of it.
pub(crate) fn all_addresses(app: &App) -> Vec<String> {
    let state = app.store.snapshot();
    let is_http = |(name, record): (&FunctionName, &FunctionRecord)| {
        called_by_http(name, record).next().is_some()
    };
    let lines = state.functions.iter();
    let lines = lines.flat_map(|(name, record)| lines_of(app, name, record));
    let domains = state.domains.iter();
    let domains = domains.map(|(domain, found)| (domain, !found.spec.routes().is_empty()));
    let mut lines = with_domains(app, lines.collect(), domains.clone());
    let is_shown = |(domain, has_route): (&String, bool)| has_route && is_local(domain);
    if state.functions.iter().any(is_http) && !domains.clone().any(is_shown) {
        lines.push(
            "a browser downloads what a default address answers, as in the cloud; to see it there, deploy a custom domain, such \
             as web.localhost"
                .to_owned(),
        );
    }
    lines
}

/// One line for each name by which HTTP triggers call a function, or one that says how it gets events.
fn lines_of(app: &App, name: &FunctionName, record: &FunctionRecord) -> Vec<String> {
    let endpoint = format!("http://{}", app.address);
    let called: BTreeSet<FunctionName> = called_by_http(name, record).collect();
    if called.is_empty() {
        let data = app.store.path("");
        let data = data.display();
        return vec![format!(
            "{name} takes events: fc-local invoke --on {name} --server-data {data}"
        )];
    }
    let lines = called.iter().map(|name| match name.generation() {
        Generation::Fc2 => format!("{name} answers {endpoint}{FC2_PREFIX}/proxy/{name}/"),
        Generation::Fc3 => format!("{name} answers {}", address(&endpoint, name)),
    });
    lines.collect()
}

/// The function, and those of its versions and aliases that there are, that HTTP triggers call.
fn called_by_http(
    name: &FunctionName,
    record: &FunctionRecord,
) -> impl Iterator<Item = FunctionName> {
    let triggers = record.triggers.values().map(|trigger| &trigger.spec);
    let http = triggers.filter(|trigger| trigger.is_http());
    let called = http.map(|trigger| trigger.called(name));
    called.filter(|called| record.has(called))
}

fn with_domains<'a>(
    app: &App,
    mut lines: Vec<String>,
    // Each with whether it has a route.
    domains: impl Iterator<Item = (&'a String, bool)>,
) -> Vec<String> {
    let address = app.address;
    lines.extend(domains.map(|(domain, has_route)| {
        if !has_route {
            format!("{domain} has no route, so it serves nothing")
        } else if is_local(domain) {
            format!("{domain} answers too: http://{domain}:{}/", address.port())
        } else {
            format!("{domain} answers too: curl -H 'Host: {domain}' http://{address}/")
        }
    }));
    lines
}

/// Whether browsers and curl take the name for this machine.
fn is_local(domain: &str) -> bool {
    domain.ends_with(".localhost")
}
