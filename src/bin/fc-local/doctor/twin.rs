//! s.yaml (Serverless Devs, FC 3.0) against template.yml (fun, FC 2.0): what both say of a function has to be the same.

use std::path::Path;

use serde_json::Value;

use super::DoctorArgs;
use super::finding::Finding;
use super::template::{PORT, S_YAML, TEMPLATE, correct, inside, plain, restore};
use crate::api::deploy::check;
use crate::project::template::{FunctionSpec, Template, resources};
use crate::project::yaml::{self, Yaml};

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

/// Why s.yaml does not go with the other template, or that it does.
pub(super) fn look(args: &DoctorArgs, template: &Template) -> Finding {
    let file = args.dir.join(S_YAML);
    if !file.exists() {
        let seen = format!(
            "there is no {S_YAML}; only `make deploy-fc3`, which runs `s deploy`, needs it"
        );
        return Finding::warning(S_YAML, seen, restore(S_YAML));
    }
    let failure = |seen: String| Finding::failure(S_YAML, seen, correct(S_YAML));
    let resources = match resources(&file) {
        Ok(resources) => resources,
        Err(error) => return failure(error.to_string()),
    };
    let edit = |(seen, line)| Finding::failure(S_YAML, seen, format!("edit {S_YAML}: {line}"));
    let functions = || template.functions().map(|(_, function)| function);
    let twin = |function: &FunctionSpec| twin(&resources, &function.name);
    let runtime = functions().find_map(|function| wrong_runtime(function, twin(function)));
    if let Some(wrong) = runtime {
        return edit(wrong);
    }
    if let Some(refusal) = refusal(&file) {
        return failure(refusal);
    }
    let wrong = functions().find_map(|function| wrong_twin(args, function, twin(function)));
    wrong.map_or_else(
        || Finding::sound(S_YAML, format!("says the same as {TEMPLATE}")),
        edit,
    )
}

/// Why `fc-local start` does not take a template, if it does not.
fn refusal(file: &Path) -> Option<String> {
    match Template::read(file) {
        Ok(template) => check(&template).err().map(|error| error.to_string()),
        Err(error) => Some(error.to_string()),
    }
}

/// The function of s.yaml that has this name, else the one of the resource that has it.
fn twin<'a>(resources: &'a [(String, Yaml)], name: &str) -> &'a Yaml {
    let named = |props: &Yaml| props["functionName"].as_text() == Some(name);
    let by_name = resources.iter().find(|(_, props)| named(props));
    let found = by_name.or_else(|| resources.iter().find(|(resource, _)| resource == name));
    found.map_or(&Yaml::Null, |(_, props)| props)
}

/// A runtime that no bootstrap runs in.
fn wrong_runtime(function: &FunctionSpec, props: &Yaml) -> Option<(String, String)> {
    let name = &function.name;
    let runtime = props["runtime"].as_text().unwrap_or_default();
    if *props == Yaml::Null || runtime == "custom" || runtime.starts_with("custom.") {
        return None;
    }
    let seen = format!("{name} has runtime {runtime:?}, but a bootstrap needs a custom one");
    Some((seen, format!("`runtime: custom.debian12` for {name}")))
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

/// A value as JSON has it; null for a value that JSON lacks, such as a date.
fn to_json(yaml: &Yaml) -> Value {
    yaml::read(yaml).unwrap_or_default()
}
