//! Where deployed functions lie, as many commands are told it.

use std::path::{Path, PathBuf};

use clap::Args;

/// Where deployed functions lie.
#[derive(Debug, Args)]
pub(crate) struct DataArgs {
    /// The data folder; otherwise `$FC_LOCAL_DATA`, or `fc-local` in `$XDG_DATA_HOME` or `~/.local/share`
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

impl DataArgs {
    /// The data folder that is meant.
    ///
    /// # Errors
    ///
    /// The command line and the environment name none.
    pub(crate) fn folder(&self) -> Result<PathBuf, String> {
        folder(self.data.as_deref())
    }
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
        .or_else(|| variable("FC_LOCAL_DATA"));
    folder
        .or_else(|| Some(user()?.join("fc-local")))
        .ok_or_else(|| {
            "neither --data, FC_LOCAL_DATA nor HOME names a data folder; give --data FOLDER"
                .to_owned()
        })
}
