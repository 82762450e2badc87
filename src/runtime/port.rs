//! The port that is served, as the environment says.
//!
//! Owns the variables and what may stand in them. It must not know who listens.

/// The variables that may have the port; the first one that is set wins ([contract §4.2](crate::guide::contract#4.2)).
pub const PORT_VARIABLES: [&str; 2] = ["FC_CUSTOM_LISTEN_PORT", "FC_SERVER_PORT"];

/// The port unless another one is set ([contract §4.1](crate::guide::contract#4.1)).
pub const DEFAULT_PORT: u16 = 9000;

/// A variable that does not hold a port.
pub(super) struct NoPort {
    pub(super) variable: &'static str,
    pub(super) value: String,
}

pub(super) fn of_environment() -> Result<u16, NoPort> {
    port_from(|variable| {
        std::env::var_os(variable).map(|value| value.to_string_lossy().into_owned())
    })
}

fn port_from(lookup: impl Fn(&str) -> Option<String>) -> Result<u16, NoPort> {
    let set = |variable| {
        Some((
            variable,
            lookup(variable).filter(|value| !value.is_empty())?,
        ))
    };
    let Some((variable, value)) = PORT_VARIABLES.into_iter().find_map(set) else {
        return Ok(DEFAULT_PORT);
    };
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    match value.parse() {
        Ok(port) if port > 0 && digits => Ok(port),
        _ => Err(NoPort { variable, value }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::RuntimeError;
    use super::port_from;

    fn port(variables: &[(&str, &str)]) -> Result<u16, String> {
        let lookup = |wanted: &str| {
            variables
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| (*value).to_owned())
        };
        port_from(lookup).map_err(|no_port| RuntimeError::from(no_port).to_string())
    }

    #[test]
    fn the_port_comes_from_the_first_variable_that_is_set() {
        assert_eq!(port(&[]), Ok(9000));
        assert_eq!(port(&[("FC_SERVER_PORT", "81")]), Ok(81));
        assert_eq!(
            port(&[("FC_SERVER_PORT", "81"), ("FC_CUSTOM_LISTEN_PORT", "82")]),
            Ok(82)
        );
        assert_eq!(
            port(&[("FC_SERVER_PORT", "81"), ("FC_CUSTOM_LISTEN_PORT", "")]),
            Ok(81)
        );
    }

    #[test]
    fn a_port_that_cannot_be_used_names_the_variable_and_the_value() {
        for value in ["0", "65536", "-1", "+1", "http", " 9000"] {
            assert_eq!(
                port(&[("FC_CUSTOM_LISTEN_PORT", value), ("FC_SERVER_PORT", "81")]),
                Err(format!(
                    "FC_CUSTOM_LISTEN_PORT is {value:?}, which is not a port from 1 to 65535"
                ))
            );
        }
    }
}
