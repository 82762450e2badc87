//! Variables for functions from the command line, from files and from `.env`, so that secrets need not stand in a template.
//!
//! It must not know which functions get them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::function::Variables;
use crate::output;

/// The file that is read unless another is named, in the current folder.
const DOTENV: &str = ".env";

/// What `fun` and fc-local take from `.env` for themselves (fun-cli §2): keys of the cloud are not for functions.
const OF_TOOLS: [&str; 10] = [
    "ACCOUNT_ID",
    "REGION",
    "DEFAULT_REGION",
    "ACCESS_KEY_ID",
    "ACCESS_KEY_SECRET",
    "SECURITY_TOKEN",
    "FC_ENDPOINT",
    "TIMEOUT",
    "RETRIES",
    "FUN_DISABLE_VERSION_CHECK",
];

/// Where variables come from, besides a template.
#[derive(Debug, Args)]
pub(crate) struct VariableArgs {
    /// An environment variable of the functions; overrides those of the template and of files; repeatable
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<String>,

    /// A file with variables, one line NAME=VALUE for each; repeatable, later files win. Otherwise `.env` in the current
    /// folder is read, except for the account and the keys that `fun` reads there
    #[arg(long, value_name = "FILE")]
    env_file: Vec<PathBuf>,
}

/// Variables that cannot be read.
#[derive(Debug)]
pub(crate) enum VariablesError {
    /// An option is no variable.
    Option(String),
    /// A file is not there, or has a line that is no variable.
    File(String),
}

impl VariableArgs {
    /// The variables of the files, and over them those of the options.
    ///
    /// # Errors
    ///
    /// A file or an option is wrong; what it is, without a value.
    pub(crate) fn read(&self) -> Result<Variables, VariablesError> {
        let mut variables = Variables::default();
        if self.env_file.is_empty() {
            variables = read_dotenv()?;
        }
        for file in &self.env_file {
            let text = fs::read_to_string(file);
            let shown = file.display();
            let text = text.map_err(|error| {
                VariablesError::File(format!("cannot read {shown} (--env-file): {error}"))
            })?;
            variables.extend(parse(file, &text)?);
        }
        for option in &self.env {
            let variable = option.split_once('=').filter(|(name, _)| is_name(name));
            let (name, value) = variable.ok_or_else(|| {
                let name = option.split('=').next().unwrap_or_default();
                VariablesError::Option(format!(
                    "--env {name:?} is not a variable; write NAME=VALUE"
                ))
            })?;
            variables.set(name, value);
        }
        Ok(variables)
    }
}

impl std::fmt::Display for VariablesError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Option(why) | Self::File(why)) = self;
        f.write_str(why)
    }
}

impl std::error::Error for VariablesError {}

/// The `.env` of the current folder, if there is one; says which variables it sets, but not to what.
fn read_dotenv() -> Result<Variables, VariablesError> {
    let file = Path::new(DOTENV);
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Variables::default()),
        text => text.map_err(|error| {
            VariablesError::File(format!(
                "cannot read {DOTENV}: {error}; name another file with --env-file"
            ))
        })?,
    };
    let mut variables = Variables::default();
    let read = parse(file, &text)?;
    variables.extend(
        read.into_iter()
            .filter(|(name, _)| !OF_TOOLS.contains(&name.as_str())),
    );
    let names: Vec<&str> = variables.names().collect();
    if !names.is_empty() {
        output::say(&format!("{DOTENV} sets {}", names.join(", ")));
    }
    Ok(variables)
}

fn parse(file: &Path, text: &str) -> Result<Vec<(String, String)>, VariablesError> {
    let mut variables = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        // The line may have a secret, so the error does not show it.
        let variable = variable(line).ok_or_else(|| {
            let place = format!("{}:{}", file.display(), index + 1);
            VariablesError::File(format!("{place} is not a variable; write NAME=VALUE"))
        })?;
        variables.push(variable);
    }
    Ok(variables)
}

fn variable(line: &str) -> Option<(String, String)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let (name, value) = line.split_once('=')?;
    let (name, value) = (name.trim(), value_of(value.trim())?);
    is_name(name).then(|| (name.to_owned(), value))
}

/// A value in quotes, or up to a comment.
fn value_of(text: &str) -> Option<String> {
    match text.chars().next() {
        Some('\'') => Some(quoted(&text[1..], '\'')?.to_owned()),
        Some('"') => Some(quoted(&text[1..], '"')?.replace("\\n", "\n")),
        _ => Some(
            text.split(" #")
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned(),
        ),
    }
}

/// What stands before the closing quote, after which only a comment may follow.
fn quoted(text: &str, quote: char) -> Option<&str> {
    let (value, rest) = text.split_once(quote)?;
    let rest = rest.trim();
    (rest.is_empty() || rest.starts_with('#')).then_some(value)
}

fn is_name(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next();
    first.is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests;
