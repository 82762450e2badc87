//! Owns `peers.toml`: which peers there are, which tools they need, how their commands are filled
//! in. Runs nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The tools, each named once.
    #[serde(rename = "tool")]
    pub tools: Vec<Tool>,
    /// The peers that echo, in the order of the file.
    #[serde(rename = "peer")]
    pub peers: Vec<Peer>,
    /// Those that serve MCP.
    #[serde(default)]
    pub mcp: Vec<Peer>,
}

/// A program that a peer needs.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// What `needs` calls it.
    pub name: String,
    /// The command that succeeds when it is there, and prints its version.
    pub check: Vec<String>,
    /// The command that brings it.
    pub bring: String,
}

/// What a peer stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// The lowest start there is; not a way to write functions.
    Floor,
    /// What this project ships.
    Ours,
    /// The same program built another way.
    Variant,
    /// Somebody else's server.
    Peer,
}

/// One server of the comparison.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peer {
    /// The short name for `--only` and the raw data.
    pub id: String,
    /// The name in tables.
    pub name: String,
    /// The language of the program.
    pub language: String,
    /// What it stands for.
    pub group: Group,
    /// How it was built, in one phrase.
    pub how: String,
    /// The tools that must be there.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Commands, run in the peers' folder.
    #[serde(default)]
    pub build: Vec<Vec<String>>,
    /// What goes into the package: from where, under which name.
    #[serde(default)]
    pub copy: Vec<[String; 2]>,
    /// A command that fetches dependencies into the package.
    #[serde(default)]
    pub install: Vec<String>,
    /// The file in the package that shows that `install` was done.
    pub installed: Option<String>,
    /// The command that starts it, in the package folder.
    #[serde(default = "bootstrap")]
    pub run: Vec<String>,
    /// The program that the platform brings.
    pub interpreter: Option<String>,
    /// The command that makes what `copy` misses.
    pub bring: Option<String>,
    /// The same server with handlers that work.
    pub work: Option<Work>,
    /// Which of the cloud's figures stand beside it.
    #[serde(default)]
    pub seed: Vec<String>,
}

/// A program beside the peer's own, whose handler does what the event says; its `{pkg}` is a folder
/// beside the peer's.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Work {
    /// Commands, run in the peers' folder.
    pub build: Vec<Vec<String>>,
    /// What goes into its folder.
    #[serde(default)]
    pub copy: Vec<[String; 2]>,
    /// The command that starts it.
    #[serde(default = "bootstrap")]
    pub run: Vec<String>,
}

impl Manifest {
    /// Reads the file and checks that it names nothing it does not hold.
    ///
    /// # Errors
    /// When it cannot be read, is no such TOML, or names an unknown tool.
    pub fn read(path: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
        Self::parse(&text).map_err(|e| format!("{}: {e}", path.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let manifest: Self = toml::from_str(text).map_err(|e| e.to_string())?;
        for peer in manifest.all() {
            for need in &peer.needs {
                manifest
                    .tool(need)
                    .ok_or(format!("{} needs {need}, no such tool", peer.id))?;
            }
        }
        Ok(manifest)
    }

    /// The tool of that name.
    pub fn tool(&self, name: &str) -> Option<&Tool> {
        self.tools.iter().find(|tool| tool.name == name)
    }

    /// Every peer.
    pub fn all(&self) -> impl Iterator<Item = &Peer> {
        self.peers.iter().chain(&self.mcp)
    }

    /// The peers named in `only`, or all of them when it is empty: those that echo, and those that serve MCP.
    ///
    /// # Errors
    /// When a name fits no peer.
    pub fn select(&self, only: &[String]) -> Result<(Vec<Peer>, Vec<Peer>), String> {
        let unknown = only
            .iter()
            .find(|id| self.all().all(|peer| peer.id != **id));
        if let Some(id) = unknown {
            let ids: Vec<&str> = self.all().map(|peer| peer.id.as_str()).collect();
            return Err(format!(
                "--only names no peer {id}; there are {}",
                ids.join(", ")
            ));
        }
        let wanted = |peers: &[Peer]| {
            let wanted = peers
                .iter()
                .filter(|p| only.is_empty() || only.contains(&p.id));
            wanted.cloned().collect()
        };
        Ok((wanted(&self.peers), wanted(&self.mcp)))
    }
}

/// What stands for the words in braces.
#[derive(Debug, Clone)]
pub struct Places {
    words: BTreeMap<&'static str, PathBuf>,
    packages: PathBuf,
}

impl Places {
    /// The repository, the folder of this tool, the output folder, and our two packages.
    pub fn new(home: &Path, out: &Path, default: &Path, direct: &Path) -> Self {
        let root = home.ancestors().nth(2).unwrap_or(home);
        let words = [
            ("root", root.to_path_buf()),
            ("peers", home.join("peers")),
            ("target", out.join("target")),
            ("default", default.to_path_buf()),
            ("direct", direct.to_path_buf()),
            ("arch", PathBuf::from(std::env::consts::ARCH)),
        ];
        Self {
            words: words.into(),
            packages: out.join("packages"),
        }
    }

    /// The place that a word stands for.
    pub fn word(&self, word: &str) -> &Path {
        &self.words[word]
    }

    /// The package folder of a peer.
    pub fn package(&self, id: &str) -> PathBuf {
        self.packages.join(id)
    }

    /// `text` with its words filled in for the peer `id`.
    pub fn fill(&self, text: &str, id: &str) -> String {
        let mut filled = text.replace("{pkg}", &self.package(id).to_string_lossy());
        for (word, path) in &self.words {
            filled = filled.replace(&format!("{{{word}}}"), &path.to_string_lossy());
        }
        filled
    }

    /// `text` with paths as seen from the repository, so that no message shows where it lies.
    pub fn hide(&self, text: &str) -> String {
        let root = format!("{}/", self.words["root"].display());
        text.replace(&root, "")
    }
}

fn bootstrap() -> Vec<String> {
    vec!["{pkg}/bootstrap".to_owned()]
}

#[cfg(test)]
mod tests;
