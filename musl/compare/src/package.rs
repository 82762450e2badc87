//! Owns the way from a peer's sources to the folder one would deploy, and its size. Starts no
//! server.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::peers::{Manifest, Peer, Places, Work};
use crate::shell::{command, find_program, first_line, run};

/// What you deploy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// How many files it holds.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// The bytes of `zip -9`.
    pub zip_bytes: u64,
    /// The interpreter that the platform must bring, if any.
    pub interpreter: Option<String>,
    /// The bytes of the interpreter's program alone, without its libraries.
    pub interpreter_bytes: Option<u64>,
}

/// Why a peer is not in the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The peer.
    pub id: String,
    /// Its name in tables.
    pub name: String,
    /// The reason, in one sentence.
    pub reason: String,
    /// The command that would bring it, when there is one.
    pub bring: Option<String>,
}

/// Prepares peers one after the other and remembers which tools it found.
#[derive(Debug)]
pub struct Workshop<'a> {
    manifest: &'a Manifest,
    places: &'a Places,
    install: bool,
    /// The version of each tool that is there; nothing for one that is not.
    tools: BTreeMap<String, Option<String>>,
}

impl<'a> Workshop<'a> {
    /// `install` allows it to fetch what is missing.
    pub fn new(manifest: &'a Manifest, places: &'a Places, install: bool) -> Self {
        Self {
            manifest,
            places,
            install,
            tools: BTreeMap::new(),
        }
    }

    /// The versions of the tools that were needed and found.
    pub fn versions(&self) -> BTreeMap<String, String> {
        let found = self.tools.iter();
        found
            .filter_map(|(name, version)| Some((name.clone(), version.clone()?)))
            .collect()
    }

    /// Checks a peer's tools without building anything.
    ///
    /// # Errors
    /// Says what is missing.
    pub fn check(&mut self, peer: &Peer) -> Result<(), LeftOut> {
        for need in peer.needs.iter().map(String::as_str).chain(["zip"]) {
            if self.version(need).is_none() {
                let bring = self
                    .manifest
                    .tool(need)
                    .map(|tool| self.places.fill(&tool.bring, ""));
                return Err(left_out(peer, format!("{need} is not there"), bring));
            }
        }
        let installed = peer.installed.as_ref();
        if installed.is_some_and(|file| !self.places.package(&peer.id).join(file).exists())
            && !self.install
        {
            let bring = Some(format!(
                "compare run --install (runs {})",
                peer.install.join(" ")
            ));
            return Err(left_out(
                peer,
                "its dependencies are not installed".to_owned(),
                bring,
            ));
        }
        for [from, _] in peer.copy.iter().filter(|_| peer.build.is_empty()) {
            let file = self.places.fill(from, &peer.id);
            if !Path::new(&file).exists() {
                let reason = format!("not built: no {}", self.places.hide(&file));
                return Err(left_out(peer, reason, peer.bring.clone()));
            }
        }
        Ok(())
    }

    /// Builds a peer and measures its package.
    ///
    /// # Errors
    /// Says what is missing or which step failed.
    pub fn make(&mut self, peer: &Peer) -> Result<Package, LeftOut> {
        if self.install {
            self.bring_tools(peer)?;
        }
        self.check(peer)?;
        self.assemble(peer)
            .map_err(|reason| left_out(peer, self.places.hide(&reason), peer.bring.clone()))
    }

    /// Builds the program of a peer with handlers that work.
    ///
    /// # Errors
    /// Says which step failed.
    pub fn make_work(&self, work: &Work, id: &str) -> Result<(), String> {
        let folder = self.places.package(id);
        fs::create_dir_all(&folder).map_err(|e| named(&folder, &e))?;
        self.steps(&work.build, &work.copy, id)
            .map_err(|reason| self.places.hide(&reason))
    }

    fn bring_tools(&mut self, peer: &Peer) -> Result<(), LeftOut> {
        for need in &peer.needs {
            let Some(tool) = self.manifest.tool(need) else {
                continue;
            };
            if self.version(need).is_none() && !tool.bring.starts_with("http") {
                let bring = self.places.fill(&tool.bring, "");
                let argv = ["sh".to_owned(), "-c".to_owned(), bring.clone()];
                run(&argv, Path::new("/")).map_err(|e| left_out(peer, e, Some(bring)))?;
                self.tools.remove(need);
            }
        }
        Ok(())
    }

    /// The version of a tool, looked up once.
    fn version(&mut self, need: &str) -> Option<String> {
        if !self.tools.contains_key(need) {
            let tool = self.manifest.tool(need)?;
            let argv: Vec<String> = tool
                .check
                .iter()
                .map(|word| self.places.fill(word, ""))
                .collect();
            let output = command(&argv, Path::new("/")).output().ok();
            let output = output.filter(|output| output.status.success());
            self.tools.insert(
                need.to_owned(),
                output.map(|output| first_line(&output.stdout)),
            );
        }
        self.tools.get(need).cloned().flatten()
    }

    fn assemble(&self, peer: &Peer) -> Result<Package, String> {
        let package = self.places.package(&peer.id);
        if peer.installed.is_none() && package.exists() {
            fs::remove_dir_all(&package).map_err(|e| named(&package, &e))?;
        }
        fs::create_dir_all(&package).map_err(|e| named(&package, &e))?;
        self.steps(&peer.build, &peer.copy, &peer.id)?;
        if peer
            .installed
            .as_ref()
            .is_some_and(|file| !package.join(file).exists())
        {
            self.step(&peer.id, &peer.install, &package)?;
        }
        self.weigh(peer, &package)
    }

    fn steps(&self, build: &[Vec<String>], copy: &[[String; 2]], id: &str) -> Result<(), String> {
        for argv in build {
            self.step(id, argv, self.places.word("peers"))?;
        }
        for [from, to] in copy {
            let from = PathBuf::from(self.places.fill(from, id));
            let to = self.places.package(id).join(to);
            fs::copy(&from, to).map_err(|e| named(&from, &e))?;
        }
        Ok(())
    }

    fn step(&self, id: &str, argv: &[String], folder: &Path) -> Result<(), String> {
        let argv: Vec<String> = argv.iter().map(|word| self.places.fill(word, id)).collect();
        run(&argv, folder).map(|_| ())
    }

    fn weigh(&self, peer: &Peer, package: &Path) -> Result<Package, String> {
        let zip = package.with_extension("zip");
        if zip.exists() {
            fs::remove_file(&zip).map_err(|e| named(&zip, &e))?;
        }
        // -X leaves out owners and times, so that the same files give the same bytes.
        let argv = ["zip", "-9", "-X", "-q", "-r", &zip.to_string_lossy(), "."].map(str::to_owned);
        run(&argv, package)?;
        let (files, bytes) = count(package).map_err(|e| named(package, &e))?;
        let interpreter = peer.interpreter.as_deref().and_then(find_program);
        Ok(Package {
            files,
            bytes,
            zip_bytes: fs::metadata(&zip).map_err(|e| named(&zip, &e))?.len(),
            interpreter: peer.interpreter.clone(),
            interpreter_bytes: interpreter.and_then(|path| Some(fs::metadata(path).ok()?.len())),
        })
    }
}

fn left_out(peer: &Peer, reason: String, bring: Option<String>) -> LeftOut {
    LeftOut {
        id: peer.id.clone(),
        name: peer.name.clone(),
        reason,
        bring,
    }
}

fn named(path: &Path, error: &io::Error) -> String {
    format!("{}: {error}", path.display())
}

/// How many files a folder holds, and their bytes.
fn count(folder: &Path) -> io::Result<(u64, u64)> {
    let (mut files, mut bytes) = (0, 0);
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            let (more, size) = count(&entry.path())?;
            files += more;
            bytes += size;
        } else {
            files += 1;
            bytes += entry.metadata()?.len();
        }
    }
    Ok((files, bytes))
}

#[cfg(test)]
mod tests;
