//! Deleting by name with everything that hangs on it, for `fc-local rm`.

use crate::api::error::ApiError;
use crate::store::{State, function_key};

/// What a removal took away.
#[derive(Debug, Default)]
pub(crate) struct Removed {
    /// Keys of functions, whose instances have to stop.
    pub(crate) functions: Vec<String>,
    services: Vec<String>,
    domains: Vec<String>,
}

impl Removed {
    /// One line for each thing.
    pub(crate) fn lines(&self) -> Vec<String> {
        let kinds = [
            ("function", &self.functions),
            ("service", &self.services),
            ("domain", &self.domains),
        ];
        let lines = kinds.iter().flat_map(|(kind, names)| {
            names
                .iter()
                .map(move |name| format!("removed {kind} {}", name.trim_start_matches('/')))
        });
        lines.collect()
    }
}

/// Removes the service, function or domain of a name: `service`, `service/function`, `function`, `domain`.
pub(crate) fn remove(state: &mut State, name: &str) -> Result<Removed, ApiError> {
    let mut removed = Removed::default();
    let key = if name.contains('/') {
        name.to_owned()
    } else {
        function_key("", name)
    };
    if state.functions.remove(&key).is_some() {
        removed.functions.push(key);
    } else if state.services.remove(name).is_some() {
        let prefix = function_key(name, "");
        removed.functions = state
            .functions
            .keys()
            .filter(|key| key.starts_with(&prefix))
            .cloned()
            .collect();
        removed
            .functions
            .iter()
            .for_each(|key| drop(state.functions.remove(key)));
        removed.services.push(name.to_owned());
    } else if state.domains.remove(name).is_some() {
        removed.domains.push(name.to_owned());
    } else {
        let message = format!(
            "there is no function, service or domain named '{name}'; `fc-local list` shows all"
        );
        return Err(ApiError::not_found("NotFound", message));
    }
    Ok(removed)
}
