//! Why a connection gave no whole response.

use std::fmt;
use std::io;

/// A connection that gave no whole response.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum Broken {
    /// It was closed before the head of the response was complete.
    Unanswered,
    /// It was closed before the body of the response was complete.
    CutOff,
    /// What came is no HTTP; which part of it.
    NotHttp(String),
    /// The system ended it.
    Failed(io::Error),
}

impl Broken {
    /// Whether it was closed instead of answered; a response that is no HTTP would come again.
    pub(super) fn has_ended(&self) -> bool {
        matches!(self, Self::Unanswered | Self::Failed(_))
    }

    /// Whether the other side has closed it, so that nothing can be sent over it.
    pub(super) fn is_close(&self) -> bool {
        let kinds = [io::ErrorKind::BrokenPipe, io::ErrorKind::ConnectionReset];
        matches!(self, Self::Failed(error) if kinds.contains(&error.kind()))
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered => f.write_str("connection closed before a whole head came"),
            Self::CutOff => f.write_str("connection closed before the whole body came"),
            Self::NotHttp(part) => write!(f, "invalid HTTP: {part}"),
            Self::Failed(_) => f.write_str("connection failed"),
        }
    }
}

impl std::error::Error for Broken {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Failed(error) => Some(error),
            Self::Unanswered | Self::CutOff | Self::NotHttp(_) => None,
        }
    }
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}
