//! The code that `fc-local invoke` runs: a zip file as it is, and a folder as the project's tool would deploy it.
//!
//! It must not know what a template says: whose it is says by whose rules the folder is packed.

use std::fs;
use std::path::Path;

use super::error::InvokeError;
use crate::platform::cold::{CodeSource, Scratch};
use crate::project::pack::{self, Code, Rules};
use crate::project::package::BOOTSTRAP;
use crate::project::template;

/// Where the package lies.
pub(super) fn source(dir: &Path, scratch: &Scratch) -> Result<CodeSource, InvokeError> {
    // The instance runs with its code as the current folder, so the path must not depend on ours.
    let path = dir.canonicalize().map_err(|error| {
        let what = format!(
            "no package at {} (build one there, or name another with --dir)",
            dir.display()
        );
        InvokeError::Io(what, error)
    })?;
    if path.is_dir() {
        // Outside of a project nobody says what would be deployed.
        return match template::rules(&template::find(Path::new("."))) {
            Some(rules) => packed(dir, &rules, scratch),
            None => Ok(CodeSource::Folder(path)),
        };
    }
    if path.file_name().is_some_and(|name| name == BOOTSTRAP) {
        let parent = path.parent().unwrap_or(&path).display().to_string();
        return Err(InvokeError::Usage(format!(
            "--dir takes the folder or zip around {BOOTSTRAP}: {parent}"
        )));
    }
    Ok(CodeSource::Zip {
        file: path,
        sha256: None,
        scratch: scratch.clone(),
    })
}

/// A folder as it would be deployed, so that the function sees no file that it would not have then.
fn packed(dir: &Path, rules: &Rules, scratch: &Scratch) -> Result<CodeSource, InvokeError> {
    let code = Code {
        place: dir,
        named: dir,
        rules,
        program: None,
    };
    let wrong = |what: &str| InvokeError::Usage(format!("the package {} {what}", dir.display()));
    let is_there = dir.join(BOOTSTRAP).exists();
    if is_there && !pack::has(&code, BOOTSTRAP).map_err(|error| wrong(&error.to_string()))? {
        return Err(wrong(&format!(
            "has a file {BOOTSTRAP} that an ignore file leaves out; correct its rules"
        )));
    }
    let bytes = pack::pack(&code).map_err(|error| wrong(&error.to_string()))?;
    let file = scratch.path().join("package.zip");
    fs::write(&file, bytes).map_err(|error| {
        let what = format!("cannot write {}", file.display());
        InvokeError::Io(what, error)
    })?;
    Ok(CodeSource::Zip {
        file,
        sha256: None,
        scratch: scratch.clone(),
    })
}
