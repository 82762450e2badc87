//! How to reach the server that runs on a data folder: `server.json` for other commands, `env.sh` for `fun`.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::running::Entry;
use crate::api::App;
use crate::output;
use crate::store::write_whole;

/// The SDK's time limit that is announced to clients, in seconds; it covers the function's run time.
const CLIENT_TIMEOUT_SECONDS: u32 = 60;

/// What other commands need to reach a running server.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ServerFile {
    pub(crate) endpoint: String,
    pub(crate) access_key_id: String,
    pub(crate) access_key_secret: String,
}

impl ServerFile {
    pub(crate) fn path(data: &Path) -> PathBuf {
        data.join("server.json")
    }
}

/// Writes both files, enters the server among those that run, and prints how to reach it. It stays entered as long as the
/// entry is kept.
pub(super) fn make(app: &App, data: &Path) -> Result<Option<Entry>, String> {
    let endpoint = format!("http://{}", app.address);
    let file = ServerFile {
        endpoint: endpoint.clone(),
        access_key_id: app.keys.id.clone(),
        access_key_secret: app.keys.secret.clone(),
    };
    let json = serde_json::to_vec_pretty(&file).map_err(|error| error.to_string())?;
    write_whole(&ServerFile::path(data), &json).map_err(|error| error.to_string())?;
    let exports = exports(app, &endpoint);
    // With the process id, a reader of the file can find out whether the server still runs.
    let sourced = format!("# Written by process {}\n{exports}", std::process::id());
    write_whole(&env_file(data), sourced.as_bytes()).map_err(|error| error.to_string())?;
    let text = format!(
        "# fc-local listens on {endpoint} and keeps its data in {}.\n# For `fun`, in another shell (or: . {}):\n{exports}",
        data.display(),
        env_file(data).display()
    );
    output::print(text.as_bytes()).map_err(|error| format!("cannot write to stdout: {error}"))?;
    let entered = Entry::of(data);
    Ok(entered
        .inspect_err(|error| {
            output::say(&format!(
                "other commands need --data to find this server, because it cannot be entered: {error}"
            ));
        })
        .ok())
}

/// Removes both, when the server ends.
pub(super) fn remove(data: &Path) {
    // What cannot be removed is replaced by the next start.
    let _ = fs::remove_file(ServerFile::path(data));
    let _ = fs::remove_file(env_file(data));
}

fn env_file(data: &Path) -> PathBuf {
    data.join("env.sh")
}

/// What points the `fun` CLI here (fun-cli §2, §3).
fn exports(app: &App, endpoint: &str) -> String {
    let variables = [
        ("ACCOUNT_ID", app.owner.account_id.clone()),
        ("REGION", app.owner.region.clone()),
        ("ACCESS_KEY_ID", app.keys.id.clone()),
        ("ACCESS_KEY_SECRET", app.keys.secret.clone()),
        ("FC_ENDPOINT", endpoint.to_owned()),
        ("TIMEOUT", CLIENT_TIMEOUT_SECONDS.to_string()),
        ("RETRIES", "1".to_owned()),
        ("FUN_DISABLE_VERSION_CHECK", "1".to_owned()),
        // `fun package` has no setting for the store's address; it goes there as by a proxy.
        ("URLLIB_ENABLE_PROXY", "1".to_owned()),
        ("URLLIB_PROXY", endpoint.to_owned()),
    ];
    variables
        .iter()
        .map(|(name, value)| format!("export {name}={}\n", quoted(value)))
        .collect()
}

/// A value as a shell reads it back.
fn quoted(value: &str) -> String {
    let plain = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_./:".contains(&byte));
    if plain && !value.is_empty() {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "'\\''"))
    }
}
