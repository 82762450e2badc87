//! Deleting by name with everything that hangs on it, for `fc-local rm`.

use super::State;
use crate::name::FunctionName;

/// What a removal took away.
#[derive(Debug, Default)]
pub(crate) struct Removed {
    /// The functions, whose instances have to stop.
    pub(crate) functions: Vec<FunctionName>,
    /// Their versions and aliases, whose instances have to stop too.
    pub(crate) qualified: Vec<FunctionName>,
    services: Vec<String>,
    domains: Vec<String>,
}

impl Removed {
    /// One line for each thing.
    pub(crate) fn lines(&self) -> Vec<String> {
        let functions = self.functions.iter();
        let functions = functions.map(|name| format!("removed function {name}"));
        let services = self.services.iter();
        let services = services.map(|name| format!("removed service {name}"));
        let domains = self.domains.iter();
        let domains = domains.map(|name| format!("removed domain {name}"));
        functions.chain(services).chain(domains).collect()
    }
}

/// Removes the service, function or domain of a name: `service`, `service/function`, `function`, `domain`.
///
/// # Errors
///
/// Nothing has the name.
pub(crate) fn remove(state: &mut State, name: &str) -> Result<Removed, String> {
    let mut removed = Removed::default();
    let function = FunctionName::parse(name);
    if let Some(record) = state.functions.remove(&function) {
        let qualifiers = record.versions.qualifiers();
        let qualified = qualifiers.map(|qualifier| function.clone().at(&qualifier));
        removed.qualified = qualified.collect();
        removed.functions.push(function);
    } else if state.services.remove(name).is_some() {
        let functions = state.functions_of(Some(name));
        removed.functions = functions.map(|(function, _)| function.clone()).collect();
        state
            .functions
            .retain(|function, _| function.service() != Some(name));
        removed.services.push(name.to_owned());
    } else if state.domains.remove(name).is_some() {
        removed.domains.push(name.to_owned());
    } else {
        return Err(format!(
            "there is no function, service or domain named '{name}'; `fc-local list` shows all"
        ));
    }
    Ok(removed)
}
