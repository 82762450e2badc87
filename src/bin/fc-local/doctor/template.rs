//! template.yml (fun, FC 2.0) and s.yaml (Serverless Devs, FC 3.0) against the platform and the package.

use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::finding::Finding;
use super::{CURE_OUTSIDE, DoctorArgs, twin};
use crate::api::deploy::check;
use crate::cargo;
use crate::name::Generation;
use crate::project::package::BOOTSTRAP;
use crate::project::template::{FunctionSpec, Template, TemplateError};

pub(super) const TEMPLATE: &str = "template.yml";
pub(super) const S_YAML: &str = "s.yaml";

/// fun sends no port, so a function of template.yml always gets this one
/// ([contract §4.2](crate::check::sections::SECTIONS#4.2)).
pub(super) const PORT: i64 = 9000;

pub(super) fn look(args: &DoctorArgs) -> Vec<Finding> {
    if let Some(file) = &args.template {
        return vec![one(args, &file.display().to_string())];
    }
    match (
        args.dir.join(TEMPLATE).exists(),
        args.dir.join(S_YAML).exists(),
    ) {
        (true, _) => both(args),
        (false, true) => vec![one(args, S_YAML)],
        (false, false) if cargo::is_workspace_alone(&args.dir) => {
            let seen = "each member of this workspace has its own; check one with --dir MEMBER";
            vec![Finding::sound(TEMPLATE, seen)]
        }
        (false, false) => {
            let seen =
                format!("there is neither {TEMPLATE} nor {S_YAML}; only deploying needs one");
            let cure = if args.is_outside_project() {
                CURE_OUTSIDE.to_owned()
            } else {
                restore(TEMPLATE)
            };
            vec![Finding::warning(TEMPLATE, seen, cure)]
        }
    }
}

/// The template of `fun` against the package, and that of Serverless Devs against it.
fn both(args: &DoctorArgs) -> Vec<Finding> {
    let template = match read(args, TEMPLATE) {
        Ok(template) => template,
        Err(finding) => return vec![finding],
    };
    let ours = against_package(args, TEMPLATE, &template);
    // What the platform refuses is no measure for the other file.
    if check(&template).is_err() {
        return vec![ours];
    }
    vec![ours, twin::look(args, &template)]
}

fn one(args: &DoctorArgs, file: &str) -> Finding {
    match read(args, file) {
        Ok(template) => against_package(args, file, &template),
        Err(finding) => finding,
    }
}

/// A template with functions.
fn read(args: &DoctorArgs, file: &str) -> Result<Template, Finding> {
    let failure = |seen: String| Finding::failure(file, seen, correct(file));
    let template = Template::read(&args.dir.join(file)).map_err(|error| match error {
        TemplateError::Unreadable { .. } => {
            let cure = "fc-local doctor --template FILE";
            Finding::failure(file, error.to_string(), cure)
        }
        _ => failure(error.to_string()),
    })?;
    if template.functions().next().is_none() {
        return Err(failure("it has no function".to_owned()));
    }
    Ok(template)
}

/// The first thing that is wrong with a function, or which functions are right.
fn against_package(args: &DoctorArgs, file: &str, template: &Template) -> Finding {
    let functions: Vec<_> = template.functions().collect();
    let of_fun = functions.iter().find_map(|(name, function)| {
        let is_funs = name.generation() == Generation::Fc2;
        is_funs.then(|| wrong_for_fun(function)).flatten()
    });
    let edit = |(seen, line)| Finding::failure(file, seen, format!("edit {file}: {line}"));
    if let Some(wrong) = of_fun {
        return edit(wrong);
    }
    if let Err(refusal) = check(template) {
        return Finding::failure(file, refusal.to_string(), correct(file));
    }
    let wrong = functions.iter().find_map(|(name, function)| {
        let generation = name.generation();
        match &functions[..] {
            [_] => wrong_code(args, generation, function),
            // Each may have its own package.
            _ => wrong_package(args, generation, function),
        }
    });
    wrong.map_or_else(
        || {
            let names: Vec<&str> = functions.iter().map(|(_, one)| one.name.as_str()).collect();
            Finding::sound(file, format!("fits the package: {}", names.join(", ")))
        },
        edit,
    )
}

/// What `fun` would refuse, or send otherwise than is written.
fn wrong_for_fun(function: &FunctionSpec) -> Option<(String, String)> {
    let name = &function.name;
    let text = |key: &str| function.spec.get(key).and_then(Value::as_str);
    let line = |line: &str| format!("`{line}` under {name}");
    let runtime = text("runtime").unwrap_or_default();
    if runtime != "custom" {
        let seen = format!("{name} has Runtime {runtime:?}, but a bootstrap needs custom");
        return Some((seen, line("Runtime: custom")));
    }
    if text("handler").unwrap_or_default().is_empty() {
        let seen = format!("{name} has no Handler, which fun requires");
        return Some((seen, line("Handler: index.handler")));
    }
    let port = function.spec.get("caPort").and_then(Value::as_i64);
    if let Some(port) = port.filter(|port| *port != PORT) {
        let seen = format!("{name} has CAPort {port}, which fun does not send: it stays {PORT}");
        return Some((seen, line(&format!("CAPort: {PORT}"))));
    }
    None
}

/// Code that is not the package.
fn wrong_code(
    args: &DoctorArgs,
    generation: Generation,
    function: &FunctionSpec,
) -> Option<(String, String)> {
    let key = code_key(generation);
    if plain(&function.code) == plain(&args.dir.join(&args.package)) {
        return None;
    }
    let (name, code) = (&function.name, inside(args, &function.code));
    let package = args.package.display();
    let seen = format!("{name} has {key} {code}, but the package is {package}");
    Some((seen, format!("`{key}: ./{package}` under {name}")))
}

/// A folder of one of several functions that is there, but has nothing to start.
fn wrong_package(
    args: &DoctorArgs,
    generation: Generation,
    function: &FunctionSpec,
) -> Option<(String, String)> {
    let code = &function.code;
    if !code.is_dir()
        || code.join(BOOTSTRAP).exists()
        || function.spec.contains_key("customRuntimeConfig")
    {
        return None;
    }
    let (name, key, code) = (&function.name, code_key(generation), inside(args, code));
    let seen = format!("{name} has {key} {code}, where there is no {BOOTSTRAP}");
    Some((
        seen,
        format!("`{key}` under {name}: the folder of its package"),
    ))
}

fn code_key(generation: Generation) -> &'static str {
    match generation {
        Generation::Fc2 => "CodeUri",
        Generation::Fc3 => "code",
    }
}

/// A path without `.` and doubled slashes.
pub(super) fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

/// A path as it stands in the files of the project.
pub(super) fn inside(args: &DoctorArgs, path: &Path) -> String {
    let path = plain(path);
    let inner = path.strip_prefix(plain(&args.dir)).unwrap_or(&path);
    format!("./{}", inner.display())
}

pub(super) fn restore(file: &str) -> String {
    format!("git checkout -- {file}")
}

/// What is wrong stands in the line before; the file may have edits that must not be lost.
pub(super) fn correct(file: &str) -> String {
    format!("edit {file}: the line above says what is wrong")
}
