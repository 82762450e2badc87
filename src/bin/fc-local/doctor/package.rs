//! The package: `bootstrap` at its root, with its run bit, a static program for x86-64
//! ([contract §3.4](crate::check::sections::SECTIONS#3.4)).

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use super::elf::{self, NotRunnable};
use super::finding::Finding;
use super::{CURE_OUTSIDE, DoctorArgs, PACKAGE};
use crate::cargo;
use crate::project::package::{self, BOOTSTRAP};
use crate::temporary::TempFolder;

const BUILD: &str = "make musl";

/// How deep to look for a bootstrap that is not where it belongs.
const DEPTH_MAX: usize = 4;

pub(super) fn look(args: &DoctorArgs) -> Finding {
    let path = args.dir.join(&args.package);
    let shown = args.package.display().to_string();
    if path.is_dir() {
        return folder(&path, &shown);
    }
    if !path.exists() {
        return missing(args, &shown);
    }
    match unpacked(&path) {
        Ok(scratch) => folder(scratch.path(), &shown),
        Err(error) => Finding::failure(BOOTSTRAP, format!("{shown}: {error}"), zip_of(&shown)),
    }
}

/// In a project that was never built, the usual one is not there yet, and nothing is wrong with that.
fn missing(args: &DoctorArgs, shown: &str) -> Finding {
    match shown {
        PACKAGE if cargo::is_workspace_alone(&args.dir) => {
            let seen = "each member of this workspace has its own; check one with --dir MEMBER";
            Finding::sound(BOOTSTRAP, seen)
        }
        PACKAGE => {
            let cure = if args.is_outside_project() {
                CURE_OUTSIDE
            } else {
                BUILD
            };
            Finding::warning(BOOTSTRAP, "there is no package pkg yet", cure)
        }
        _ => Finding::failure(BOOTSTRAP, format!("there is no package {shown}"), BUILD),
    }
}

/// A zip file is looked at as Function Compute would unpack it.
fn unpacked(zip: &Path) -> Result<TempFolder, Box<dyn std::error::Error>> {
    let scratch = TempFolder::new()?;
    package::unpack(package::open(zip)?, scratch.path())?;
    Ok(scratch)
}

fn folder(root: &Path, shown: &str) -> Finding {
    let file = root.join(BOOTSTRAP);
    let is_zip = shown.ends_with(".zip");
    let Ok(metadata) = fs::metadata(&file) else {
        return misplaced(root, shown, is_zip);
    };
    let fail = |seen: String, cure: &str| {
        let cure = if is_zip {
            zip_of(shown)
        } else {
            cure.to_owned()
        };
        Finding::failure(BOOTSTRAP, seen, cure)
    };
    if !metadata.is_file() {
        return fail(format!("{shown}/{BOOTSTRAP} is not a file"), BUILD);
    }
    if metadata.permissions().mode() & 0o111 == 0 {
        let cure = format!("chmod 755 {shown}/{BOOTSTRAP}");
        return fail(format!("{shown}/{BOOTSTRAP} has no run bit"), &cure);
    }
    let bytes = match fs::read(&file) {
        Ok(bytes) => bytes,
        Err(error) => return fail(format!("{shown}/{BOOTSTRAP}: {error}"), BUILD),
    };
    match elf::check(&bytes) {
        Ok(()) => Finding::sound(
            BOOTSTRAP,
            format!(
                "{shown}/{BOOTSTRAP}, static, for x86-64, {} bytes",
                bytes.len()
            ),
        ),
        Err(NotRunnable::OtherMachine) => fail(
            format!("{shown}/{BOOTSTRAP} {}", NotRunnable::OtherMachine.text()),
            "make musl ARCH=x86_64",
        ),
        Err(wrong) => fail(format!("{shown}/{BOOTSTRAP} {}", wrong.text()), BUILD),
    }
}

/// There is no bootstrap at the root; perhaps there is one below it.
fn misplaced(root: &Path, shown: &str, is_zip: bool) -> Finding {
    match below(root, DEPTH_MAX) {
        Some(found) => {
            let inner = found.strip_prefix(root).unwrap_or(&found).display();
            let seen = format!("it lies in {shown} as {inner}, not at the root");
            let cure = if is_zip {
                zip_of(shown)
            } else {
                format!("mv {shown}/{inner} {shown}/{BOOTSTRAP}")
            };
            Finding::failure(BOOTSTRAP, seen, cure)
        }
        None => {
            let cure = if is_zip {
                zip_of(shown)
            } else {
                BUILD.to_owned()
            };
            Finding::failure(BOOTSTRAP, format!("{shown} has no {BOOTSTRAP}"), cure)
        }
    }
}

fn below(folder: &Path, depth: usize) -> Option<PathBuf> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).ok()?.flatten() {
        let kind = entry.file_type().ok()?;
        if kind.is_dir() {
            folders.push(entry.path());
        } else if entry.file_name() == BOOTSTRAP {
            return Some(entry.path());
        }
    }
    let depth = depth.checked_sub(1)?;
    folders.iter().find_map(|inner| below(inner, depth))
}

/// Packs the file alone, without the folders on its way.
fn zip_of(shown: &str) -> String {
    format!("{BUILD} && rm -f {shown} && zip -9 -j {shown} pkg/{BOOTSTRAP}")
}
