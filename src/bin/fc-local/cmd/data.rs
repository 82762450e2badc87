//! The data folder of deployed functions, as an option of many commands.

use std::path::{Path, PathBuf};

use clap::Args;

use super::running;

/// Names a data folder to all commands.
const DATA_VARIABLE: &str = "FC_LOCAL_DATA";

/// Where deployed functions lie.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    /// The data folder; otherwise `$FC_LOCAL_DATA`, the one of the running server (`list`, `logs`, `fire`, `sessions`), or
    /// `fc-local` in `$XDG_DATA_HOME` or `~/.local/share`
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl DataArgs {
    /// The data folder to serve.
    ///
    /// # Errors
    ///
    /// The command line and the environment name none.
    pub(crate) fn folder(&self) -> Result<PathBuf, String> {
        folder(self.data.as_deref())
    }

    /// The data folder to read: that of the server that runs, if none is named.
    ///
    /// # Errors
    ///
    /// Several servers run, or nothing names a folder.
    pub(super) fn served(&self) -> Result<PathBuf, String> {
        served(self.data.as_deref())
    }
}

/// The given data folder, else that of the server that runs, else the one that the environment names.
///
/// # Errors
///
/// Several servers run, and the current folder has the data of none or of many; or nothing names a folder.
pub(super) fn served(given: Option<&Path>) -> Result<PathBuf, String> {
    if given.is_some() || std::env::var_os(DATA_VARIABLE).is_some() {
        return folder(given);
    }
    let running = running::data_folders();
    let here = std::env::current_dir().unwrap_or_default();
    let below: Vec<&PathBuf> = running
        .iter()
        .filter(|data| data.starts_with(&here))
        .collect();
    match (&below[..], &running[..]) {
        ([one], _) => Ok((*one).clone()),
        (_, [one]) => Ok(one.clone()),
        (_, []) => folder(None),
        _ => Err(several(&running)),
    }
}

fn several(running: &[PathBuf]) -> String {
    let shown = running.iter().map(|data| data.display().to_string());
    let shown: Vec<String> = shown.collect();
    format!(
        "several fc-local run; name the data folder of one with --data (for invoke: --server-data): {}",
        shown.join(", ")
    )
}

/// The given data folder, else the one that the environment names.
///
/// # Errors
///
/// Nothing names one.
pub(super) fn folder(given: Option<&Path>) -> Result<PathBuf, String> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let user =
        || variable("XDG_DATA_HOME").or_else(|| Some(variable("HOME")?.join(".local/share")));
    let folder = given
        .map(Path::to_owned)
        .or_else(|| variable(DATA_VARIABLE));
    folder
        .or_else(|| Some(user()?.join("fc-local")))
        .ok_or_else(|| {
            "neither --data, FC_LOCAL_DATA nor HOME names a data folder; give --data FOLDER"
                .to_owned()
        })
}
