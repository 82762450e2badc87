//! template.yml (fun, FC 2.0) and s.yaml (Serverless Devs, FC 3.0) against the package and against each other.

use std::fs;
use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::DoctorArgs;
use super::finding::Finding;
use crate::project::template::{FunctionSpec, Template};
use crate::project::yaml::{self, Dialect, Yaml};

const TEMPLATE: &str = "template.yml";
const S_YAML: &str = "s.yaml";

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
    let file = args.dir.join(TEMPLATE);
    if !file.exists() {
        let seen = format!("there is no {TEMPLATE}; only `make deploy` needs it");
        return vec![Finding::warning(TEMPLATE, seen, restore(TEMPLATE))];
    }
    let functions: Vec<FunctionSpec> = match Template::read(&file) {
        Ok(template) => template
            .services
            .into_iter()
            .flat_map(|service| service.functions)
            .collect(),
        Err(error) => {
            let seen = error.to_string();
            return vec![Finding::failure(TEMPLATE, seen, restore(TEMPLATE))];
        }
    };
    if functions.is_empty() {
        return vec![Finding::failure(
            TEMPLATE,
            "it has no function",
            restore(TEMPLATE),
        )];
    }
    vec![
        against_package(args, &functions),
        against_s_yaml(args, &functions),
    ]
}

/// The first thing that is wrong with a function, or which functions are right.
fn against_package(args: &DoctorArgs, functions: &[FunctionSpec]) -> Finding {
    let wrong = functions
        .iter()
        .find_map(|function| wrong_function(args, function));
    match wrong {
        Some((seen, cure)) => Finding::failure(TEMPLATE, seen, cure),
        None => {
            let names: Vec<&str> = functions.iter().map(|one| one.name.as_str()).collect();
            Finding::sound(TEMPLATE, format!("fits the package: {}", names.join(", ")))
        }
    }
}

fn wrong_function(args: &DoctorArgs, function: &FunctionSpec) -> Option<(String, String)> {
    let name = &function.name;
    let text = |key: &str| function.spec.get(key).and_then(Value::as_str);
    let edit = |line: &str| format!("edit {TEMPLATE}: `{line}` under {name}");
    let runtime = text("runtime").unwrap_or_default();
    if runtime != "custom" {
        let seen = format!("{name} has Runtime {runtime:?}, where a bootstrap needs custom");
        return Some((seen, edit("Runtime: custom")));
    }
    if text("handler").unwrap_or_default().is_empty() {
        let seen = format!("{name} has no Handler, which fun insists on");
        return Some((seen, edit("Handler: index.handler")));
    }
    let port = function.spec.get("caPort").and_then(Value::as_i64);
    if let Some(port) = port.filter(|port| *port != PORT) {
        let seen = format!("{name} has CAPort {port}, which fun does not send: it stays {PORT}");
        return Some((seen, edit(&format!("CAPort: {PORT}"))));
    }
    if plain(&function.code) != plain(&args.dir.join(&args.package)) {
        let (code, package) = (inside(args, &function.code), args.package.display());
        let seen = format!("{name} has CodeUri {code}, where the package is {package}");
        return Some((seen, edit(&format!("CodeUri: ./{package}"))));
    }
    None
}

fn against_s_yaml(args: &DoctorArgs, functions: &[FunctionSpec]) -> Finding {
    let yaml = match read(&args.dir.join(S_YAML)) {
        Ok(Some(yaml)) => yaml,
        Ok(None) => {
            let seen = format!("there is no {S_YAML}; only `s deploy` needs it");
            return Finding::warning(S_YAML, seen, restore(S_YAML));
        }
        Err(error) => return Finding::failure(S_YAML, error, restore(S_YAML)),
    };
    let wrong = functions
        .iter()
        .find_map(|function| wrong_twin(args, function, twin(&yaml, &function.name)));
    match wrong {
        Some((seen, line)) => Finding::failure(S_YAML, seen, format!("edit {S_YAML}: {line}")),
        None => Finding::sound(S_YAML, format!("says the same as {TEMPLATE}")),
    }
}

/// The function of s.yaml that has this name, else the one of the resource that has it.
fn twin<'a>(yaml: &'a Yaml, name: &str) -> &'a Yaml {
    let resources = yaml["resources"].entries();
    resources
        .map(|(_, resource)| at(resource, "props"))
        .find(|props| props["functionName"].as_text() == Some(name))
        .unwrap_or_else(|| at(yaml, &format!("resources/{name}/props")))
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
        let seen = format!("{name} has runtime {runtime:?}, where a bootstrap needs a custom one");
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

/// What a file of Serverless Devs says, or `None` if there is no such file.
fn read(file: &Path) -> Result<Option<Yaml>, String> {
    if !file.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(file).map_err(|error| error.to_string())?;
    match yaml::parse(&text, Dialect::ServerlessDevs).map_err(|error| error.to_string())? {
        Yaml::Null => Err("it is empty".to_owned()),
        document => Ok(Some(document)),
    }
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

/// A value as JSON has it; null for what has no such value, as a date.
fn to_json(yaml: &Yaml) -> Value {
    yaml::read(yaml).unwrap_or_default()
}
