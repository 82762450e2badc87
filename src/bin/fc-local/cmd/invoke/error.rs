//! Why `fc-local invoke` fails.

use std::fmt;
use std::io;

use crate::cmd::variables::VariablesError;
use crate::platform::cold::ColdError;

/// Why a one-shot call did not end well.
#[derive(Debug)]
pub(super) enum InvokeError {
    /// The command line asks for something impossible.
    Usage(String),
    /// What the command line names is not there, or too large.
    Refused(String),
    /// The instance did not start.
    Cold(ColdError),
    /// The answer is not right.
    Answer(String),
    /// Somebody pressed Ctrl-C, or a supervisor ended it.
    Interrupted,
    /// stdout is closed, or an input cannot be read.
    Io(String, io::Error),
}

impl From<VariablesError> for InvokeError {
    fn from(error: VariablesError) -> Self {
        match error {
            VariablesError::Option(why) => Self::Usage(why),
            VariablesError::File(why) => Self::Refused(why),
        }
    }
}

impl fmt::Display for InvokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Refused(message) | Self::Answer(message) => {
                f.write_str(message)
            }
            Self::Cold(error @ ColdError::Initialize { log, .. }) if !log.is_empty() => {
                write!(f, "{error}\nIts log:\n{log}")
            }
            Self::Cold(error) => error.fmt(f),
            Self::Interrupted => f.write_str("interrupted"),
            Self::Io(what, error) => write!(f, "{what}: {error}"),
        }
    }
}
