//! What a function's own settings are in the headers of its calls.
//!
//! Owns the names and the credentials. It must not know which request they go into.

use crate::function::{Function, Hook};
use crate::name::Generation;

/// The headers that have a value here, or may have one, and the same in every call.
pub(super) fn function_headers(function: &Function) -> [(&'static str, String); 18] {
    let seconds = |hook: &Option<Hook>| {
        hook.as_ref()
            .map_or(String::new(), |hook| hook.timeout.as_secs().to_string())
    };
    let handler = |hook: &Option<Hook>| {
        hook.as_ref()
            .map_or(String::new(), |hook| hook.handler.clone())
    };
    let credentials = Credentials::of(function);
    let version = if function.name.generation() == Generation::Fc2 {
        function.name.qualifier()
    } else {
        ""
    };
    [
        ("x-fc-access-key-id", credentials.access_key_id.to_owned()),
        (
            "x-fc-access-key-secret",
            credentials.access_key_secret.to_owned(),
        ),
        ("x-fc-security-token", credentials.security_token.to_owned()),
        ("x-fc-function-name", function.name.function().to_owned()),
        ("x-fc-function-handler", function.handler.clone()),
        ("x-fc-function-memory", function.memory_mb.to_string()),
        (
            "x-fc-function-timeout",
            function.timeout.as_secs().to_string(),
        ),
        ("x-fc-function-initializer", handler(&function.initializer)),
        (
            "x-fc-initialization-timeout",
            seconds(&function.initializer),
        ),
        (
            "x-fc-instance-lifecycle-pre-freeze-handler",
            handler(&function.pre_freeze),
        ),
        (
            "x-fc-instance-lifecycle-pre-stop-handler",
            handler(&function.pre_stop),
        ),
        ("x-fc-region", function.owner.region.clone()),
        ("x-fc-account-id", function.owner.account_id.clone()),
        ("x-fc-qualifier", function.name.qualifier().to_owned()),
        ("x-fc-version-id", version.to_owned()),
        (
            "x-fc-service-name",
            function.name.service().unwrap_or_default().to_owned(),
        ),
        ("x-fc-service-logproject", function.log_project.clone()),
        ("x-fc-service-logstore", function.log_store.clone()),
    ]
}

/// The temporary credentials a function with a role gets: made up, because there is no role service here.
pub(crate) struct Credentials {
    pub(crate) access_key_id: &'static str,
    pub(crate) access_key_secret: &'static str,
    pub(crate) security_token: &'static str,
}

impl Credentials {
    /// The credentials of a function; all empty when it has no role.
    pub(crate) fn of(function: &Function) -> Self {
        if function.has_role {
            Self {
                access_key_id: "STS.fc-local",
                access_key_secret: "fc-local-secret",
                security_token: "fc-local-security-token",
            }
        } else {
            Self {
                access_key_id: "",
                access_key_secret: "",
                security_token: "",
            }
        }
    }
}
