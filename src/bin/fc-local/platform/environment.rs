//! The start command of an instance with the variables that FC sets, and nothing of fc-local's own.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Stdio;

use tokio::process::Command;

use super::strays::{CODE_PATH_VARIABLE, INSTANCE_VARIABLE};
use crate::function::Function;
use crate::name::LATEST;
use crate::platform::agent::Credentials;
use crate::platform::spawn::{self, StartError};

/// The start command with its environment and nothing of fc-local's own.
pub(super) fn command(
    function: &Function,
    code: &Path,
    port: u16,
    id: &str,
    output: OwnedFd,
) -> Result<Command, StartError> {
    let errors = output.try_clone().map_err(StartError::NoPipe)?;
    let mut command = spawn::command_line(function, code);
    command
        .current_dir(code)
        .env_clear()
        .envs(environment(function, &code.to_string_lossy(), port, id))
        .envs(&function.environment)
        .stdin(Stdio::null())
        .stdout(output)
        .stderr(errors);
    Ok(command)
}

/// The variables of [contract §4.3](crate::check::sections::SECTIONS#4.3).
fn environment(
    function: &Function,
    code: &str,
    port: u16,
    id: &str,
) -> Vec<(&'static str, String)> {
    let credentials = Credentials::of(function);
    let mut variables = vec![
        (
            "PATH",
            "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
        ),
        ("HOME", "/tmp".to_owned()),
        (
            "LD_LIBRARY_PATH",
            format!("{code}:{code}/lib:/usr/local/lib"),
        ),
        (CODE_PATH_VARIABLE, code.to_owned()),
        (
            "ALIBABA_CLOUD_ACCESS_KEY_ID",
            credentials.access_key_id.to_owned(),
        ),
        (
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            credentials.access_key_secret.to_owned(),
        ),
        (
            "ALIBABA_CLOUD_SECURITY_TOKEN",
            credentials.security_token.to_owned(),
        ),
        ("FC_ACCOUNT_ID", function.owner.account_id.clone()),
        ("FC_REGION", function.owner.region.clone()),
        (INSTANCE_VARIABLE, id.to_owned()),
        ("FC_FUNCTION_NAME", function.name.function().to_owned()),
        ("FC_FUNCTION_HANDLER", function.handler.clone()),
        ("FC_FUNCTION_MEMORY_SIZE", function.memory_mb.to_string()),
        (
            "FC_SERVICE_NAME",
            function.name.service().unwrap_or_default().to_owned(),
        ),
        ("FC_QUALIFIER", function.name.qualifier().to_owned()),
        ("FC_CUSTOM_LISTEN_PORT", port.to_string()),
        ("FC_SERVER_PORT", port.to_string()),
    ];
    if function.version != LATEST {
        variables.push(("FC_FUNCTION_VERSION", function.version.clone()));
    }
    variables
}
