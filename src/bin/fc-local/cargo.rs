//! What cargo knows of the packages on this disk: their programs, their sources, where it builds.
//!
//! It asks `cargo metadata` without dependencies from a registry, which needs no network and no lock file, and builds
//! nothing.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde::Deserialize;

/// The file that makes a folder a package, or the root of a workspace.
pub(crate) const MANIFEST: &str = "Cargo.toml";

/// The kind of a target that is a program, as cargo names it.
const BIN: &str = "bin";
/// Kinds of targets that are no part of a program: what they need is not what the program needs.
const BESIDE: [&str; 3] = ["test", "bench", "example"];
/// The kind of a build script.
const BUILD_SCRIPT: &str = "custom-build";

/// What cargo says of a manifest: its package, and all others of its workspace.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(crate) packages: Vec<Package>,
    pub(crate) workspace_root: PathBuf,
    pub(crate) target_directory: PathBuf,
}

/// A package of the workspace.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest_path: PathBuf,
    pub(crate) default_run: Option<String>,
    targets: Vec<Target>,
    dependencies: Vec<Dependency>,
}

#[derive(Debug, Clone, Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
    src_path: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
struct Dependency {
    /// The folder of a path dependency.
    path: Option<PathBuf>,
}

/// Files, and folders with all that is in them, from which something is built.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sources {
    pub(crate) files: Vec<PathBuf>,
    pub(crate) folders: Vec<PathBuf>,
}

/// Cargo could not say.
#[derive(Debug)]
#[non_exhaustive]
pub(crate) enum CargoError {
    /// Cargo cannot be run.
    NoCargo(io::Error),
    /// Cargo refuses the manifest; its own words.
    Refused(String),
    /// Cargo's answer is not what this tool reads.
    Unread(serde_json::Error),
}

impl fmt::Display for CargoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCargo(error) => write!(
                f,
                "cannot run cargo: {error}; install Rust from https://rustup.rs"
            ),
            Self::Refused(words) => f.write_str(words),
            Self::Unread(error) => write!(
                f,
                "cannot read what `cargo metadata` says: {error}; update Rust"
            ),
        }
    }
}

impl std::error::Error for CargoError {}

/// What cargo says of a manifest.
///
/// # Errors
///
/// There is no cargo, or the manifest is wrong.
pub(crate) fn metadata(manifest: &Path) -> Result<Metadata, CargoError> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["metadata", "--no-deps", "--format-version=1", "--offline"])
        .arg("--manifest-path")
        .arg(manifest);
    // The manifest's own folder has the configuration that counts for it.
    if let Some(folder) = manifest.parent().filter(|folder| folder.is_dir()) {
        cargo.current_dir(folder);
    }
    let output = cargo.output().map_err(CargoError::NoCargo)?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(CargoError::Refused(words.trim().to_owned()));
    }
    serde_json::from_slice(&output.stdout).map_err(CargoError::Unread)
}

/// The manifest that cargo would take in a folder: its own, else that of the nearest folder around it.
pub(crate) fn manifest_around(folder: &Path) -> Option<PathBuf> {
    let manifests = folder.ancestors().map(|around| around.join(MANIFEST));
    manifests.into_iter().find(|manifest| manifest.is_file())
}

/// Whether the manifest in a folder makes it the root of a workspace, and no package.
pub(crate) fn is_workspace_alone(folder: &Path) -> bool {
    let text = fs::read_to_string(folder.join(MANIFEST)).unwrap_or_default();
    let document = text.parse::<toml_edit::DocumentMut>();
    document.is_ok_and(|it| it.contains_key("workspace") && !it.contains_key("package"))
}

/// The sources of packages and of all that they depend on by path, and where cargo puts what it builds.
///
/// # Errors
///
/// As [`metadata`].
pub(crate) fn sources_of(packages: &[Package]) -> Result<(Sources, Vec<PathBuf>), CargoError> {
    let mut found = Sources::default();
    let mut built = Vec::new();
    let mut known: Vec<PathBuf> = Vec::new();
    let mut open: Vec<Package> = packages.to_vec();
    while let Some(package) = open.pop() {
        if known.contains(&package.manifest_path) {
            continue;
        }
        for folder in package
            .dependencies
            .iter()
            .filter_map(|one| one.path.as_ref())
        {
            let manifest = folder.join(MANIFEST);
            if known.contains(&manifest) {
                continue;
            }
            let around = metadata(&manifest)?;
            built.push(around.target_directory);
            open.extend(
                around
                    .packages
                    .into_iter()
                    .filter(|one| one.manifest_path == manifest),
            );
        }
        found.add(&package);
        known.push(package.manifest_path);
    }
    Ok((found, built))
}

impl Package {
    /// The names of its programs.
    pub(crate) fn programs(&self) -> impl Iterator<Item = &str> {
        let targets = self.targets.iter().filter(|target| target.is(BIN));
        targets.map(|target| target.name.as_str())
    }
}

impl Target {
    fn is(&self, kind: &str) -> bool {
        self.kind.iter().any(|one| one == kind)
    }
}

impl Sources {
    /// Whether a path is one of them.
    pub(crate) fn has(&self, path: &Path) -> bool {
        self.files.iter().any(|file| file == path)
            || self.folders.iter().any(|folder| path.starts_with(folder))
    }

    fn add(&mut self, package: &Package) {
        self.files.push(package.manifest_path.clone());
        let targets = package.targets.iter();
        for target in targets.filter(|target| !BESIDE.iter().any(|kind| target.is(kind))) {
            match target.src_path.parent() {
                Some(folder) if !target.is(BUILD_SCRIPT) => self.add_folder(folder),
                _ => self.files.push(target.src_path.clone()),
            }
        }
    }

    fn add_folder(&mut self, folder: &Path) {
        if !self.folders.iter().any(|known| folder.starts_with(known)) {
            self.folders.push(folder.to_owned());
        }
    }
}
