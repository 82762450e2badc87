//! Why code is not packed.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::facts::limit;

/// Code that cannot be packed; the text goes on after the function's name.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum PackError {
    /// The disk refused to give a file.
    Unreadable { path: PathBuf, error: io::Error },
    /// A link leads out of the code.
    LeadsOut { link: PathBuf, goal: PathBuf },
    /// The rules leave out the code itself.
    LeftOut { code: PathBuf },
    /// A file of rules has one that cannot be read.
    Rules { file: PathBuf, why: String },
    /// Function Compute would not take it.
    TooLarge,
    /// The package cannot be written.
    Unwritten(io::Error),
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { path, error } => write!(
                f,
                "has code that cannot be read, {}: {error}; build it there, or correct its CodeUri (in s.yaml: code)",
                path.display()
            ),
            Self::LeadsOut { link, goal } => write!(
                f,
                "has the link {} in its code, which leads out of it to {}; copy what the function needs into its code, or \
                 remove the link",
                link.display(),
                goal.display()
            ),
            Self::LeftOut { code } => write!(
                f,
                "has the code {}, which the rules of .funignore leave out; correct them or its CodeUri (in s.yaml: code)",
                code.display()
            ),
            Self::Rules { file, why } => write!(
                f,
                "has rules that cannot be used, {}: {why}",
                file.display()
            ),
            Self::TooLarge => write!(
                f,
                "has code of more than {} bytes, the most that Function Compute takes of a package; leave out what it does \
                 not need",
                limit::PACKAGE_BYTES
            ),
            Self::Unwritten(error) => write!(f, "has code that cannot be packed: {error}"),
        }
    }
}

impl std::error::Error for PackError {}
