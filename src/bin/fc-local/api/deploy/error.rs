//! Why a template is not deployed.

use std::fmt;
use std::path::Path;

use super::code::CodeError;
use crate::api::error::ApiError;
use crate::store::StoreError;

/// A template that was not deployed; what was deployed before is as it was.
#[derive(Debug)]
pub(crate) enum DeployError {
    /// A function has no code that could run.
    Code { function: String, error: CodeError },
    /// The platform would refuse it.
    Refused(ApiError),
    /// The data folder cannot take it.
    Store(StoreError),
}

impl fmt::Display for DeployError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code { function, error } => write!(f, "{function} {error}"),
            Self::Refused(error) => f.write_str(&error.message),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for DeployError {}

impl DeployError {
    /// The error with the file to be fixed, if that is the template.
    pub(crate) fn in_template(&self, file: &Path) -> String {
        match self {
            Self::Store(error) => error.to_string(),
            _ => format!("{}: {self}", file.display()),
        }
    }
}

impl From<StoreError> for DeployError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ApiError> for DeployError {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}
