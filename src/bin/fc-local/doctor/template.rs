//! template.yml (fun, FC 2.0) and s.yaml (Serverless Devs, FC 3.0) against the package and against each other.

use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::finding::Finding;
use super::{CURE_OUTSIDE, DoctorArgs};
use crate::cargo;
use crate::name::Generation;
use crate::project::package::BOOTSTRAP;
use crate::project::template::{FunctionSpec, Template, TemplateError, resources};
use crate::project::yaml::{self, Yaml};

pub(super) const TEMPLATE: &str = "template.yml";
pub(super) const S_YAML: &str = "s.yaml";

/// fun sends no port, so a function of template.yml always gets this one
/// ([contract §4.2](crate::check::sections::SECTIONS#4.2)).
const PORT: i64 = 9000;

/// What both files say of a function: where template.yml has it, as the API names it, and where s.yaml has it.
const SAME: [(&str, &str); 5] = [
    ("memorySize", "memorySize"),
    ("timeout", "timeout"),
    ("instanceConcurrency", "instanceConcurrency"),
    ("initializer", "instanceLifecycleConfig/initializer/handler"),
    (
        "instanceLifecycleConfig/PreStop/Handler",
        "instanceLifecycleConfig/preStop/handler",
    ),
];

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
    let functions = match functions(args, TEMPLATE) {
        Ok(functions) => functions,
        Err(finding) => return vec![finding],
    };
    vec![
        against_package(args, TEMPLATE, &functions),
        against_s_yaml(args, &functions),
    ]
}

fn one(args: &DoctorArgs, file: &str) -> Finding {
    match functions(args, file) {
        Ok(functions) => against_package(args, file, &functions),
        Err(finding) => finding,
    }
}

/// The functions of a template, each with its generation.
fn functions(args: &DoctorArgs, file: &str) -> Result<Vec<(Generation, FunctionSpec)>, Finding> {
    let failure = |seen: String| Finding::failure(file, seen, correct(file));
    let template = Template::read(&args.dir.join(file)).map_err(|error| match error {
        TemplateError::Unreadable { .. } => {
            let cure = "fc-local doctor --template FILE";
            Finding::failure(file, error.to_string(), cure)
        }
        _ => failure(error.to_string()),
    })?;
    let functions = template.functions();
    let functions: Vec<_> = functions
        .map(|(name, function)| (name.generation(), function.clone()))
        .collect();
    if functions.is_empty() {
        Err(failure("it has no function".to_owned()))
    } else {
        Ok(functions)
    }
}

/// The first thing that is wrong with a function, or which functions are right.
fn against_package(
    args: &DoctorArgs,
    file: &str,
    functions: &[(Generation, FunctionSpec)],
) -> Finding {
    let wrong = functions.iter().find_map(|(generation, function)| {
        let of_fun = || wrong_for_fun(function);
        let of_fun = (*generation == Generation::Fc2).then(of_fun).flatten();
        of_fun.or_else(|| match functions {
            [_] => wrong_code(args, *generation, function),
            // Each may have its own package.
            _ => wrong_package(args, *generation, function),
        })
    });
    match wrong {
        Some((seen, line)) => Finding::failure(file, seen, format!("edit {file}: {line}")),
        None => {
            let names: Vec<&str> = functions.iter().map(|(_, one)| one.name.as_str()).collect();
            Finding::sound(file, format!("fits the package: {}", names.join(", ")))
        }
    }
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

fn against_s_yaml(args: &DoctorArgs, functions: &[(Generation, FunctionSpec)]) -> Finding {
    let file = args.dir.join(S_YAML);
    if !file.exists() {
        let seen = format!("there is no {S_YAML}; only `s deploy` needs it");
        return Finding::warning(S_YAML, seen, restore(S_YAML));
    }
    let resources = match resources(&file) {
        Ok(resources) => resources,
        Err(error) => return Finding::failure(S_YAML, error.to_string(), correct(S_YAML)),
    };
    let wrong = functions
        .iter()
        .find_map(|(_, function)| wrong_twin(args, function, twin(&resources, &function.name)));
    match wrong {
        Some((seen, line)) => Finding::failure(S_YAML, seen, format!("edit {S_YAML}: {line}")),
        None => Finding::sound(S_YAML, format!("says the same as {TEMPLATE}")),
    }
}

/// The function of s.yaml that has this name, else the one of the resource that has it.
fn twin<'a>(resources: &'a [(String, Yaml)], name: &str) -> &'a Yaml {
    let named = |props: &Yaml| props["functionName"].as_text() == Some(name);
    let by_name = resources.iter().find(|(_, props)| named(props));
    let found = by_name.or_else(|| resources.iter().find(|(resource, _)| resource == name));
    found.map_or(&Yaml::Null, |(_, props)| props)
}

/// What a function of s.yaml says otherwise, and what it should say.
fn wrong_twin(
    args: &DoctorArgs,
    function: &FunctionSpec,
    props: &Yaml,
) -> Option<(String, String)> {
    let name = &function.name;
    if *props == Yaml::Null {
        let seen = format!("it has no function {name}, as {TEMPLATE} has");
        return Some((seen, format!("add {name} under resources")));
    }
    let runtime = props["runtime"].as_text().unwrap_or_default();
    if runtime != "custom" && !runtime.starts_with("custom.") {
        let seen = format!("{name} has runtime {runtime:?}, but a bootstrap needs a custom one");
        return Some((seen, format!("`runtime: custom.debian12` for {name}")));
    }
    let port = to_json(at(props, "customRuntimeConfig/port")).as_i64();
    if let Some(port) = port.filter(|port| *port != PORT) {
        let seen = format!("{name} listens on port {port}, in {TEMPLATE} on {PORT}");
        return Some((seen, format!("`port: {PORT}` for {name}")));
    }
    let code = props["code"].as_text().unwrap_or_default();
    if plain(&args.dir.join(code)) != plain(&function.code) {
        let wanted = inside(args, &function.code);
        let seen = format!("{name} has code {code}, in {TEMPLATE} CodeUri is {wanted}");
        return Some((seen, format!("`code: {wanted}` for {name}")));
    }
    SAME.iter()
        .find_map(|same| different(function, props, *same))
}

/// A value that the two files have otherwise.
fn different(
    function: &FunctionSpec,
    props: &Yaml,
    (ours, theirs): (&str, &str),
) -> Option<(String, String)> {
    let spec = Value::Object(function.spec.clone());
    let left = spec.pointer(&format!("/{ours}")).cloned();
    let (left, right) = (left.unwrap_or_default(), to_json(at(props, theirs)));
    (left != right).then(|| {
        let name = &function.name;
        (
            format!("{name} has {theirs} {right}, in {TEMPLATE} {ours} is {left}"),
            format!("{theirs} of {name} as {left}"),
        )
    })
}

/// What lies at this path of keys.
fn at<'a>(yaml: &'a Yaml, path: &str) -> &'a Yaml {
    path.split('/').fold(yaml, |yaml, key| &yaml[key])
}

/// A path without `.` and doubled slashes.
fn plain(path: &Path) -> PathBuf {
    path.components()
        .filter(|part| *part != Component::CurDir)
        .collect()
}

/// A path as it stands in the files of the project.
fn inside(args: &DoctorArgs, path: &Path) -> String {
    let path = plain(path);
    let inner = path.strip_prefix(plain(&args.dir)).unwrap_or(&path);
    format!("./{}", inner.display())
}

fn restore(file: &str) -> String {
    format!("git checkout -- {file}")
}

/// What is wrong stands in the line before; the file may have edits that must not be lost.
fn correct(file: &str) -> String {
    format!("edit {file}: the line above says what is wrong")
}

/// A value as JSON has it; null for a value that JSON lacks, such as a date.
fn to_json(yaml: &Yaml) -> Value {
    yaml::read(yaml).unwrap_or_default()
}
