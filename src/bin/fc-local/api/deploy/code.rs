//! The code of a function of a template: a folder or a file that is packed, or a package that is taken as it is, as fun does
//! (fun-cli §6).

use std::fmt;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::{Built, BuiltCode};
use crate::facts::limit;
use crate::project::pack::{self, Code, PackError};
use crate::project::package::{self, BOOTSTRAP, PackageError};
use crate::project::template::FunctionSpec;

/// Code that cannot be deployed; the text goes on after the function's name.
#[derive(Debug)]
pub(crate) enum CodeError {
    /// A package would have no start command.
    NoBootstrap { place: PathBuf },
    /// The rules of the project leave the start command out of the package.
    LeftOut { place: PathBuf },
    /// It cannot be packed.
    Unpacked(PackError),
    /// A zip file cannot be read.
    Unreadable { place: PathBuf, error: io::Error },
    /// A zip file that Function Compute could not unpack.
    NoPackage { zip: PathBuf, error: PackageError },
    /// A zip file that Function Compute would not take.
    TooLarge { zip: PathBuf, bytes: u64 },
}

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBootstrap { place } => write!(
                f,
                "has no file {BOOTSTRAP} in {}; build it there, or correct its CodeUri (in s.yaml: code)",
                place.display()
            ),
            Self::LeftOut { place } => write!(
                f,
                "has a file {BOOTSTRAP} in {} that an ignore file leaves out of the package; correct its rules",
                place.display()
            ),
            Self::Unpacked(error) => error.fmt(f),
            Self::Unreadable { place, error } => write!(
                f,
                "has code that cannot be read, {}: {error}; build it there, or correct its CodeUri (in s.yaml: code)",
                place.display()
            ),
            Self::NoPackage { zip, error } => write!(
                f,
                "has the code {}: {error}; make that file again, or correct its CodeUri (in s.yaml: code)",
                zip.display()
            ),
            Self::TooLarge { zip, bytes } => write!(
                f,
                "has the code {} of {bytes} bytes, where Function Compute takes {}; leave out what it does not need",
                zip.display(),
                limit::PACKAGE_BYTES
            ),
        }
    }
}

impl std::error::Error for CodeError {}

/// What a package is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Made {
    place: PathBuf,
    /// In the place of the `bootstrap` there.
    program: Option<PathBuf>,
}

/// What the package of a function is made of: its zip file, else what was built for it, else its own folder.
pub(super) fn made(function: &FunctionSpec, built: Built<'_>) -> Made {
    let built = built(function).filter(|_| !function.is_zipped());
    let (place, program) = match built {
        Some(BuiltCode::Folder(place)) => (place, None),
        Some(BuiltCode::Program(program)) => (function.code.clone(), Some(program)),
        None => (function.code.clone(), None),
    };
    Made { place, program }
}

/// Refuses code that has nothing to start, for a function without a command.
pub(super) fn check(function: &FunctionSpec, made: &Made) -> Result<(), CodeError> {
    let place = &*made.place;
    let none = || CodeError::NoBootstrap {
        place: place.to_owned(),
    };
    if function.is_zipped() {
        return zip_has_bootstrap(place)?.then_some(()).ok_or_else(none);
    }
    // A file is packed under its own name.
    let is_there = made.program.is_some() || place.is_file() || place.join(BOOTSTRAP).exists();
    if is_there && pack::has(&code(function, made), BOOTSTRAP).map_err(CodeError::Unpacked)? {
        return Ok(());
    }
    if is_there && place.is_dir() {
        let place = place.to_owned();
        return Err(CodeError::LeftOut { place });
    }
    Err(none())
}

/// The package of a function.
pub(super) fn read(function: &FunctionSpec, made: &Made) -> Result<Vec<u8>, CodeError> {
    if function.is_zipped() {
        return read_zip(&made.place);
    }
    pack::pack(&code(function, made)).map_err(CodeError::Unpacked)
}

fn code<'a>(function: &'a FunctionSpec, made: &'a Made) -> Code<'a> {
    let (place, named) = (&*made.place, &function.code);
    // What was built in the place of a file stands for the folder around it.
    let around = named.parent().filter(|_| place.is_dir() && named.is_file());
    Code {
        place,
        named: around.unwrap_or(named),
        rules: &function.rules,
        program: made.program.as_deref(),
    }
}

fn zip_has_bootstrap(zip: &Path) -> Result<bool, CodeError> {
    let file = File::open(zip).map_err(unreadable(zip))?;
    package::has_file(file, Path::new(BOOTSTRAP)).map_err(no_package(zip))
}

/// Refuses what Function Compute would refuse.
fn read_zip(zip: &Path) -> Result<Vec<u8>, CodeError> {
    let bytes = fs::metadata(zip).map_err(unreadable(zip))?.len();
    if bytes > limit::PACKAGE_BYTES {
        let zip = zip.to_owned();
        return Err(CodeError::TooLarge { zip, bytes });
    }
    let bytes = fs::read(zip).map_err(unreadable(zip))?;
    package::check(&bytes).map_err(no_package(zip))?;
    Ok(bytes)
}

fn no_package(zip: &Path) -> impl FnOnce(PackageError) -> CodeError + use<> {
    let zip = zip.to_owned();
    |error| CodeError::NoPackage { zip, error }
}

fn unreadable(place: &Path) -> impl FnOnce(io::Error) -> CodeError + use<> {
    let place = place.to_owned();
    |error| CodeError::Unreadable { place, error }
}
