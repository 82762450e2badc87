//! What `fun` leaves out of a package: its own list, the `.funignore` beside the template, and the folders of `.nas.yml`.
//!
//! Owns the rules of `git-ignore-parser` 0.0.2 and of `ignore` 5.3, the packages that fun 3.6.24 has. They are those of
//! `.gitignore` but for this: the file lies beside the template and not in the code; its paths begin there; upper and lower
//! case are the same; a slash at either end of a rule says nothing; and a second line that says the same is dropped.

use std::fs;
use std::io;
use std::path::Path;

use super::glob::{Dialect, Glob};
use super::{PackError, read_error};
use crate::project::yaml;

pub(super) const IGNORE_FILE: &str = ".funignore";

/// What fun never packs, wherever it is, unless the project's own rules bring it back.
const ALWAYS: [&str; 9] = [
    ".git",
    ".svn",
    ".env",
    ".DS_Store",
    "template.packaged.yml",
    ".nas.yml",
    ".fun/nas",
    ".fun/tmp",
    ".fun/package",
];

/// The folders that `fun nas` keeps elsewhere.
const NAS_FILE: &str = ".nas.yml";

/// The rules of a project, in the order in which they are tried: the last one that fits decides.
#[derive(Debug)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    brings_back: bool,
    parts: Vec<Part>,
    /// Whether the path has to begin as the rule does; else its last name alone is looked at.
    anchored: bool,
}

/// A part of a rule, between its slashes.
#[derive(Debug)]
enum Part {
    Name(Glob),
    /// `**`: any number of folders, or at the end anything that is in them.
    Deep,
}

impl Rules {
    /// The rules of the project whose template lies in this folder.
    pub(super) fn of(project: &Path) -> Result<Self, PackError> {
        let file = project.join(IGNORE_FILE);
        let own = match fs::read_to_string(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            read => read.map_err(read_error(&file))?,
        };
        let elsewhere = nas_folders(project)?;
        let lines = ALWAYS
            .into_iter()
            .chain(elsewhere.iter().map(String::as_str));
        Ok(Self::parse(lines.chain(own.split('\n'))))
    }

    fn parse<'a>(lines: impl Iterator<Item = &'a str>) -> Self {
        let mut seen: Vec<String> = Vec::new();
        for line in lines.filter_map(cleaned) {
            if !seen.contains(&line) {
                seen.push(line);
            }
        }
        Self(seen.iter().filter_map(|line| Rule::of(line)).collect())
    }

    /// Whether a path of the project is left out, itself or with a folder above it.
    pub(super) fn leaves_out(&self, path: &str) -> bool {
        let ends = path.match_indices('/').map(|(end, _)| end);
        ends.chain([path.len()])
            .any(|end| self.leaves_out_alone(&path[..end]))
    }

    fn leaves_out_alone(&self, path: &str) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        let fitting = self.0.iter().rev().find(|rule| rule.fits(&names));
        fitting.is_some_and(|rule| !rule.brings_back)
    }
}

/// A line without its comments and blanks, and without one slash at either end; `None` where nothing is left.
fn cleaned(line: &str) -> Option<String> {
    if line.trim().is_empty() || line.starts_with('#') {
        return None;
    }
    let trimmed = line.trim_end();
    // A blank that is escaped is dropped all the same.
    let line = match trimmed.strip_suffix('\\') {
        Some(escaping) if trimmed.len() < line.len() => escaping,
        _ => trimmed,
    };
    let line = line.strip_prefix('/').unwrap_or(line);
    Some(line.strip_suffix('/').unwrap_or(line).to_owned())
}

impl Rule {
    /// `None` for what the matching package takes for no rule.
    fn of(line: &str) -> Option<Self> {
        let backslashes = line.len() - line.trim_end_matches('\\').len();
        if line.trim().is_empty() || line.starts_with('#') || backslashes == 1 {
            return None;
        }
        let (brings_back, pattern) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let pattern = pattern.strip_prefix('\u{feff}').unwrap_or(pattern);
        let (from_root, pattern) = match pattern.strip_prefix('/') {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        Some(Self {
            brings_back,
            anchored: from_root || pattern.contains('/'),
            parts: parts(pattern),
        })
    }

    fn fits(&self, names: &[&str]) -> bool {
        match (&self.parts[..], self.anchored) {
            // An empty rule, a `!` alone, fits everything.
            ([], _) => true,
            (parts, true) => fit(parts, names),
            (parts, false) => fit(parts, &names[names.len() - 1..]),
        }
    }
}

fn parts(pattern: &str) -> Vec<Part> {
    let names: Vec<&str> = pattern.split('/').filter(|name| !name.is_empty()).collect();
    let part = |(index, name): (usize, &&str)| match *name {
        // Alone, or second after another, it is a star.
        "**" if names.len() > 1 && !(index == 1 && names[0] == "**") => Part::Deep,
        name => Part::Name(Glob::of(name, Dialect::Ignore)),
    };
    names.iter().enumerate().map(part).collect()
}

/// Whether the parts take all the names.
fn fit(parts: &[Part], names: &[&str]) -> bool {
    match parts {
        [] => names.is_empty(),
        [Part::Deep] => !names.is_empty(),
        [Part::Deep, rest @ ..] => (0..=names.len()).any(|from| fit(rest, &names[from..])),
        [Part::Name(glob), rest @ ..] => match names {
            [name, names @ ..] => glob.matches(name) && fit(rest, names),
            [] => false,
        },
    }
}

/// The folders that `.nas.yml` gives to the shared disk, as rules.
fn nas_folders(project: &Path) -> Result<Vec<String>, PackError> {
    let file = project.join(NAS_FILE);
    let text = match fs::read_to_string(&file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(read_error(&file))?,
    };
    let yaml = yaml::parse(&text, yaml::Dialect::Fun).map_err(|error| PackError::Rules {
        why: error.to_string(),
        file,
    })?;
    let services = yaml["nasMappings"].entries();
    let mappings = services.flat_map(|(_, mappings)| mappings.items());
    let folders = mappings.filter_map(|mapping| mapping["localNasDir"].as_text());
    Ok(folders.map(|folder| inside(project, folder)).collect())
}

/// A folder as a path of the project.
fn inside(project: &Path, folder: &str) -> String {
    let path = Path::new(folder);
    let path = path.strip_prefix(project).unwrap_or(path);
    let path = path.strip_prefix(".").unwrap_or(path);
    path.to_string_lossy().into_owned()
}
