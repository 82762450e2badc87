//! What an expression means: `${vars.x}`, `${env('X')}`, `${this.props.x}`, as Serverless Devs fills them in.
//!
//! It must not know what a resource is, nor which of them come first.

use std::fs;
use std::path::Path;

use super::dotenv::Variables;
use super::expression::{self, Expression, Part};
use super::value::{self, Entries, text_of};
use crate::function::DEFAULT_ACCOUNT_ID;
use crate::project::yaml::{self, Dialect, Yaml};

/// How deep values may name values; a value that names itself has no end.
const DEPTH_MAX: usize = 64;

/// The names whose expressions are left as they are: only a deployment knows their values.
const LATER: [&str; 2] = ["self", "shared"];

/// What resources have after a deployment.
const OUTPUTS: [&str; 2] = ["output", "info"];

/// What `this` is called among the names; Serverless Devs replaces it before it looks names up, and only the first time.
pub(super) const THIS: &str = "that";

/// What expressions see.
#[derive(Debug, Clone)]
pub(super) struct Scope<'a> {
    /// The folder of the file, to which paths are relative.
    pub(super) folder: &'a Path,
    pub(super) variables: &'a Variables,
    /// `vars`, `resources`, `that`, …
    pub(super) names: Entries,
}

/// A value with all expressions in it replaced; what is null goes.
///
/// # Errors
///
/// The place in the value, and what is wrong there.
pub(super) fn fill(value: &Yaml, scope: &Scope<'_>) -> Result<Yaml, String> {
    fill_at(value, scope, 0)
}

fn fill_at(value: &Yaml, scope: &Scope<'_>, depth: usize) -> Result<Yaml, String> {
    if depth > DEPTH_MAX {
        return Err("it names itself without an end".to_owned());
    }
    match value {
        Yaml::Text(text) => match compile(text, scope)? {
            filled @ (Yaml::Map(_) | Yaml::List(_)) => fill_at(&filled, scope, depth + 1),
            filled => Ok(filled),
        },
        Yaml::Map(entries) => {
            let entries = entries.iter().filter(|(_, value)| *value != Yaml::Null);
            let filled = entries.map(|(key, value)| {
                let filled = fill_at(value, scope, depth + 1);
                Ok((key.clone(), filled.map_err(|why| below(key, &why))?))
            });
            filled.collect::<Result<_, _>>().map(Yaml::Map)
        }
        Yaml::List(items) => {
            let items = items.iter().enumerate();
            let filled = items.map(|(at, item)| {
                fill_at(item, scope, depth + 1).map_err(|why| below(&at.to_string(), &why))
            });
            let mut filled = filled.collect::<Result<Vec<_>, _>>()?;
            // A copy has the places of the values alone, so what is null at the end is not there.
            while filled.last() == Some(&Yaml::Null) {
                filled.pop();
            }
            Ok(Yaml::List(filled))
        }
        Yaml::Date(text) => Err(format!(
            "{text} is a date to Serverless Devs, of which nothing reaches a function; put it in quotes"
        )),
        other => Ok(other.clone()),
    }
}

/// The place of a mistake, one key further out; its end is a colon, that of the sentence.
fn below(key: &str, why: &str) -> String {
    match why.strip_prefix(PLACE) {
        Some(rest) => format!("{PLACE}{key}.{rest}"),
        None => format!("{PLACE}{key}: {why}"),
    }
}

/// Marks a message that begins with its place.
const PLACE: char = '\u{1}';

/// A message as users read it, below the name of what was filled.
pub(super) fn message(name: &str, why: &str) -> String {
    match why.strip_prefix(PLACE) {
        Some(rest) => format!("{name}.{rest}"),
        None => format!("{name}: {why}"),
    }
}

/// A text with its expressions replaced, twice: what a value names may have expressions itself.
pub(super) fn compile(text: &str, scope: &Scope<'_>) -> Result<Yaml, String> {
    let filled = render(&text.replace("${this.", &format!("${{{THIS}.")), scope)?;
    match &filled {
        Yaml::Text(text) if expression::is_in(text) => render(text, scope),
        _ => Ok(filled),
    }
}

/// A text that is one expression has its value's type, any other is text.
fn render(text: &str, scope: &Scope<'_>) -> Result<Yaml, String> {
    if text.contains("<%") {
        return Err("fc-local does not evaluate <% … %>; write ${…}".to_owned());
    }
    match expression::split(text).as_slice() {
        [Part::Marked { source, code }] => value_of(source, code, scope),
        parts => {
            let texts = parts.iter().map(|part| match part {
                Part::Plain(text) => Ok((*text).to_owned()),
                Part::Marked { source, code } => {
                    value_of(source, code, scope).map(|value| text_of(&value))
                }
            });
            texts.collect::<Result<String, _>>().map(Yaml::Text)
        }
    }
}

fn value_of(source: &str, code: &str, scope: &Scope<'_>) -> Result<Yaml, String> {
    let shown = source.replace(&format!("${{{THIS}."), "${this.");
    let expression = expression::parse(code).ok_or_else(|| {
        format!("fc-local does not evaluate {shown}: it knows paths such as vars.a, and calls such as env('A', 'b')")
    })?;
    if let Expression::Path(keys) = &expression {
        return path(keys, source, &shown, scope);
    }
    match argument(&expression, scope)? {
        Yaml::Null => Err(format!("{shown} has no value")),
        value => Ok(value),
    }
}

/// What lies at a path of keys.
fn path(keys: &[String], source: &str, shown: &str, scope: &Scope<'_>) -> Result<Yaml, String> {
    let found = lookup(keys, scope);
    if LATER.contains(&keys[0].as_str()) {
        return Ok(Yaml::Text(source.to_owned()));
    }
    match found {
        Yaml::Null => match after_deployment(keys, scope) {
            Some(Yaml::Null) => Err(format!(
                "only a deployment knows {shown}; write the value, or an expression of what the file has"
            )),
            Some(value) => Ok(value),
            None => Err(format!(
                "{shown} not found; is it spelt as the file has it?"
            )),
        },
        value => Ok(value),
    }
}

fn lookup(keys: &[String], scope: &Scope<'_>) -> Yaml {
    let mut found = value::get(&scope.names, &keys[0]);
    for key in &keys[1..] {
        found = found.and_then(|value| match value {
            Yaml::List(items) => items.get(key.parse::<usize>().ok()?),
            value => value.get(key),
        });
    }
    found.cloned().unwrap_or(Yaml::Null)
}

/// What a resource has after its deployment: the fields that it has before; null for the others.
fn after_deployment(keys: &[String], scope: &Scope<'_>) -> Option<Yaml> {
    let [kind, resource, output, rest @ ..] = keys else {
        return None;
    };
    if kind != "resources" && kind != "components" || !OUTPUTS.contains(&output.as_str()) {
        return None;
    }
    let mut fields = vec![kind.clone(), resource.clone(), "props".to_owned()];
    fields.extend(rest.iter().cloned());
    match lookup(&fields, scope) {
        Yaml::Text(text) => compile(&text, scope).ok(),
        value => Some(value),
    }
}

fn argument(expression: &Expression, scope: &Scope<'_>) -> Result<Yaml, String> {
    match expression {
        Expression::Text(text) => Ok(Yaml::Text(text.clone())),
        Expression::Number(number) => Ok(Yaml::Number(*number)),
        Expression::Boolean(value) => Ok(Yaml::Boolean(*value)),
        Expression::Path(keys) => Ok(lookup(keys, scope)),
        Expression::Call { name, arguments } => {
            let arguments = arguments.iter().map(|one| argument(one, scope));
            let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
            call(name, &arguments, scope)
        }
    }
}

fn call(name: &str, arguments: &[Yaml], scope: &Scope<'_>) -> Result<Yaml, String> {
    let first = arguments.first().map(text_of).unwrap_or_default();
    match name {
        "env" => env(&first, arguments.get(1), scope),
        "env.init" => init(&first, scope),
        "str" => Ok(Yaml::Text(text_of(&named(&first, scope)))),
        "json" => value::from_json(&first)
            .map_err(|error| format!("what json(…) is given is not JSON: {error}")),
        "yaml" => yaml::parse(&first, Dialect::ServerlessDevs)
            .map_err(|_| "what yaml(…) is given is not YAML".to_owned()),
        "file" => {
            let file = scope.folder.join(&first);
            let text = fs::read_to_string(&file);
            text.map(Yaml::Text)
                .map_err(|error| format!("cannot read {}: {error}", file.display()))
        }
        "path" => existing(&first, scope),
        "config" if first == "AccountID" => Ok(Yaml::Text(DEFAULT_ACCOUNT_ID.to_owned())),
        "config" | "secret" => Err(format!(
            "{name}('{first}') not found: fc-local keeps no credentials of the cloud; take env('…') instead"
        )),
        _ => Err(format!(
            "fc-local does not support the function {name}; it supports env, env.init, str, json, yaml, file, path, config"
        )),
    }
}

/// A variable; an empty one counts as none.
fn env(name: &str, default: Option<&Yaml>, scope: &Scope<'_>) -> Result<Yaml, String> {
    let value = scope.variables.get(name).filter(|value| !value.is_empty());
    match (value, default) {
        (Some(value), _) => Ok(Yaml::Text(value.to_owned())),
        (None, Some(default)) if *default != Yaml::Null => Ok(default.clone()),
        (None, _) => Err(format!(
            "env('{name}') not found; set {name}, or give a default: env('{name}', '…')"
        )),
    }
}

/// The whole number that a name or a text begins with.
fn init(first: &str, scope: &Scope<'_>) -> Result<Yaml, String> {
    let text = text_of(&named(first, scope));
    let text = text.trim();
    let digits = text.trim_start_matches(['-', '+']);
    let end = digits.find(|letter: char| !letter.is_ascii_digit());
    let length = text.len() - digits.len() + end.unwrap_or(digits.len());
    let number = text[..length].trim_start_matches('+').parse();
    number
        .map(Yaml::Number)
        .map_err(|_| "what env.init(…) is given is not a number".to_owned())
}

/// What lies at the path that a text is, else the text.
fn named(text: &str, scope: &Scope<'_>) -> Yaml {
    let keys: Vec<String> = text.split('.').map(str::to_owned).collect();
    match lookup(&keys, scope) {
        Yaml::Null => Yaml::Text(text.to_owned()),
        value => value,
    }
}

fn existing(text: &str, scope: &Scope<'_>) -> Result<Yaml, String> {
    let file = scope.folder.join(text);
    if file.exists() {
        Ok(Yaml::Text(file.to_string_lossy().into_owned()))
    } else {
        Err(format!(
            "path('{text}') not found: there is no {}",
            file.display()
        ))
    }
}
