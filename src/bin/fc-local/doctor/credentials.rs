//! Whether fun knows an account. No value is ever kept, let alone printed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use crate::project::yaml::{self, Dialect, Yaml};

const NAME: &str = "credentials";
const CONFIGURE: &str = "fun config";

/// What fun takes from the environment or from `.env`; the region is part of it.
const VARIABLES: [&str; 4] = ["ACCOUNT_ID", "REGION", "ACCESS_KEY_ID", "ACCESS_KEY_SECRET"];

/// What `fun config` writes; the endpoint says account and region.
const KEYS: [&str; 3] = ["endpoint", "access_key_id", "access_key_secret"];

/// The right that fun itself needs.
const OWNER_READS: u32 = 0o400;

/// Every right of everybody but the owner.
const OTHERS: u32 = 0o077;

pub(super) fn look(project: &Path) -> Finding {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if VARIABLES.iter().all(|name| set(name)) {
        return Finding::sound(NAME, "from the environment");
    }
    if has_env_file(project) {
        return Finding::sound(NAME, "from .env");
    }
    match home_file().filter(|file| file.exists()) {
        Some(file) => config(&file),
        None => Finding::warning(
            NAME,
            "fun has no account; only `make deploy` needs it",
            CONFIGURE,
        ),
    }
}

fn home_file() -> Option<PathBuf> {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty())?;
    Some(PathBuf::from(home).join(".fcli/config.yaml"))
}

fn config(file: &Path) -> Finding {
    let shown = file.display();
    let mode = fs::metadata(file).map_or(0, |metadata| metadata.permissions().mode());
    let chmod = format!("chmod 600 {shown}");
    if mode & OWNER_READS == 0 {
        let seen = format!("{shown} cannot be read (mode {:o})", mode & 0o777);
        return Finding::warning(NAME, seen, chmod);
    }
    if mode & OTHERS != 0 {
        let seen = format!("{shown} is open to others (mode {:o})", mode & 0o777);
        return Finding::failure(NAME, seen, chmod);
    }
    // The error may quote what was read, so it is not passed on.
    let Ok(text) = fs::read_to_string(file) else {
        let seen = format!("{shown} is not a readable file; only `make deploy` needs it");
        return Finding::warning(NAME, seen, format!("rm -r {shown} && {CONFIGURE}"));
    };
    let config = yaml::parse(&text, Dialect::Fun).unwrap_or(Yaml::Null);
    let given = |key: &str| config[key] != Yaml::Null && config[key].as_text() != Some("");
    match KEYS.iter().find(|key| !given(key)) {
        Some(missing) => {
            let seen = format!("{shown} has no {missing}; only `make deploy` needs it");
            Finding::warning(NAME, seen, CONFIGURE)
        }
        None => Finding::sound(NAME, format!("{shown}, for its owner only")),
    }
}

fn has_env_file(project: &Path) -> bool {
    let text = fs::read_to_string(project.join(".env")).unwrap_or_default();
    VARIABLES.iter().all(|name| {
        text.lines()
            .any(|line| line.trim_start().starts_with(&format!("{name}=")))
    })
}
