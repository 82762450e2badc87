//! A function by the name that a person types.

use crate::store::State;

/// The key of `service/function`, or of a function's name alone where only one function has it.
pub(crate) fn key_of(state: &State, name: &str) -> Result<String, String> {
    let fits = |key: &&String| {
        **key == name
            || key
                .rsplit_once('/')
                .is_some_and(|(_, function)| function == name)
    };
    let keys: Vec<&String> = state.functions.keys().filter(fits).collect();
    match keys.as_slice() {
        [key] => Ok((*key).clone()),
        [] => Err(format!(
            "there is no function '{name}'; `fc-local list` shows all"
        )),
        _ => Err(format!(
            "several functions are named '{name}'; write SERVICE/{name}"
        )),
    }
}
