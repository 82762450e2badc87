//! Which program of which package is the code of each function: asked of cargo, since only cargo knows it.
//!
//! It builds nothing. A function belongs to the package around its `CodeUri`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::watched::{real, shown};
use crate::cargo::{self, CargoError, Metadata, Package, Sources, manifest_around};
use crate::project::package::BOOTSTRAP;
use crate::project::template::Template;

/// How a script begins, which needs no build.
const SCRIPT: &[u8] = b"#!";

/// A program that cargo builds, and the functions whose code it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Program {
    pub(super) manifest: PathBuf,
    pub(super) bin: String,
    /// The `CodeUri` of each of these functions.
    pub(super) codes: Vec<PathBuf>,
    /// What it is built from, also in packages that it depends on by path.
    pub(super) sources: Sources,
}

/// What there is to build for a template, and what to watch for that.
#[derive(Debug, Default)]
pub(super) struct Programs {
    pub(super) list: Vec<Program>,
    /// Folders of functions that nobody builds here.
    pub(super) as_they_lie: Vec<PathBuf>,
    /// Why a function has no program, each as a sentence.
    pub(super) refused: Vec<String>,
    pub(super) sources: Sources,
    /// Where cargo puts what it builds.
    pub(super) build_folders: Vec<PathBuf>,
    asked: BTreeMap<PathBuf, Metadata>,
}

impl Programs {
    /// Asks cargo for the programs of a template's functions.
    pub(super) fn of(template: &Template) -> Self {
        let mut programs = Self::default();
        let functions = template.functions();
        for (name, function) in functions.filter(|(_, function)| !function.is_zipped()) {
            if let Err(why) = programs.add(&function.code) {
                programs.refused.push(format!("{name}: {why}"));
            }
        }
        programs
    }

    /// What the package in this folder, or each of its workspace, is built from; for a build that is not cargo's alone.
    pub(super) fn here() -> Self {
        let mut programs = Self::default();
        let here = std::env::current_dir().unwrap_or_default();
        let manifest = here.join(cargo::MANIFEST);
        if manifest.is_file() {
            if let Err(error) = programs.add_sources(&manifest) {
                let why = format!("path dependencies are not watched: {error}");
                programs.refused.push(why);
            }
        }
        programs
    }

    fn add_sources(&mut self, manifest: &Path) -> Result<(), CargoError> {
        let mut said = cargo::metadata(manifest)?;
        if said
            .packages
            .iter()
            .any(|one| one.manifest_path == manifest)
        {
            said.packages.retain(|one| one.manifest_path == manifest);
        }
        let (sources, build_folders) = cargo::sources_of(&said.packages)?;
        self.sources = sources;
        self.build_folders = build_folders;
        self.build_folders.push(said.target_directory);
        Ok(())
    }

    fn add(&mut self, code: &Path) -> Result<(), String> {
        let known = self.list.iter().flat_map(|program| &program.codes);
        if known.chain(&self.as_they_lie).any(|known| known == code) {
            return Ok(());
        }
        let Some(manifest) = manifest_of(code) else {
            self.as_they_lie.push(code.to_owned());
            self.sources.folders.push(real(code));
            return Ok(());
        };
        // What lies beside the program is packed with it.
        self.sources.folders.push(real(code));
        // Watched whatever cargo says of it, so that a manifest that is wrong now is read again.
        self.sources.files.push(manifest.clone());
        if !self.asked.contains_key(&manifest) {
            let said = cargo::metadata(&manifest).map_err(|error| error.to_string())?;
            self.build_folders.push(said.target_directory.clone());
            self.sources
                .files
                .push(said.workspace_root.join(cargo::MANIFEST));
            self.asked.insert(manifest.clone(), said);
        }
        let (package, bin) = choose(&self.asked[&manifest], &manifest, code)?;
        let (package, bin) = (package.clone(), bin.to_owned());
        self.add_program(&package, bin, code)
    }

    fn add_program(&mut self, package: &Package, bin: String, code: &Path) -> Result<(), String> {
        let is_it = |one: &&mut Program| one.manifest == package.manifest_path && one.bin == bin;
        if let Some(program) = self.list.iter_mut().find(is_it) {
            program.codes.push(code.to_owned());
            return Ok(());
        }
        let found = cargo::sources_of(std::slice::from_ref(package));
        let (sources, build_folders) = found.map_err(|error| error.to_string())?;
        self.sources.files.extend(sources.files.iter().cloned());
        self.sources.folders.extend(sources.folders.iter().cloned());
        self.build_folders.extend(build_folders);
        self.list.push(Program {
            manifest: package.manifest_path.clone(),
            bin,
            codes: vec![code.to_owned()],
            sources,
        });
        Ok(())
    }
}

/// The manifest that a function is built by, unless its code is complete as it lies.
fn manifest_of(code: &Path) -> Option<PathBuf> {
    let code = real(code);
    if is_script(&code) || is_script(&code.join(BOOTSTRAP)) {
        return None;
    }
    let here = || std::env::current_dir().ok();
    manifest_around(&code).or_else(|| {
        let is_complete = code.join(BOOTSTRAP).exists();
        here()
            .filter(|_| !is_complete)
            .and_then(|here| manifest_around(&here))
    })
}

fn is_script(file: &Path) -> bool {
    let mut start = [0; SCRIPT.len()];
    let read = File::open(file).and_then(|mut file| file.read_exact(&mut start));
    read.is_ok() && start == *SCRIPT
}

/// Whether a program may be the code of a function.
type Rule<'a> = dyn Fn(&Package, &str) -> bool + 'a;

/// The program that is a function's code: of the package around it, or, in the root of a workspace, of all packages.
fn choose<'a>(
    around: &'a Metadata,
    manifest: &Path,
    code: &Path,
) -> Result<(&'a Package, &'a str), String> {
    let own: Vec<&Package> = around
        .packages
        .iter()
        .filter(|one| one.manifest_path == manifest)
        .collect();
    let packages = if own.is_empty() {
        around.packages.iter().collect()
    } else {
        own
    };
    let all: Vec<(&Package, &str)> = packages
        .into_iter()
        .flat_map(|package| package.programs().map(move |bin| (package, bin)))
        .collect();
    let folder = code
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let rules: [&Rule<'_>; 6] = [
        &|_, _| true,
        &|_, bin| bin == folder,
        &|package, _| package.name == folder,
        &|_, bin| bin == BOOTSTRAP,
        &|package, bin| package.default_run.as_deref() == Some(bin),
        &|package, bin| package.name == bin,
    ];
    // The first rule that leaves exactly one.
    let chosen = rules.iter().find_map(|rule| {
        let mut fitting = all.iter().filter(|(package, bin)| rule(package, bin));
        fitting.next().filter(|_| fitting.next().is_none())
    });
    chosen.copied().ok_or_else(|| refusal(manifest, code, &all))
}

fn refusal(manifest: &Path, code: &Path, all: &[(&Package, &str)]) -> String {
    let (manifest, code) = (shown(manifest), code.display());
    if all.is_empty() {
        return format!(
            "{manifest} has no program to build for {code}; add src/main.rs, or name the build with --build"
        );
    }
    let names: Vec<&str> = all.iter().map(|(_, bin)| *bin).collect();
    format!(
        "which program of {manifest} is {code}? It has {}; name the folder of the CodeUri as its program, or set default-run, \
         or name the build with --build",
        names.join(", ")
    )
}
