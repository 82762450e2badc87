//! What Serverless Devs leaves out of a package: what the `.fcignore` files in the code say, each from its own folder on.
//!
//! Owns the rules of `@serverless-devs/ignore-walk` 0.0.1 on `minimatch` 5.0: a rule without a slash is for a name at any
//! depth, upper and lower case are the same, and an exception brings a folder back with all that is in it. Nothing is left
//! out unasked, not even `.git`.

use std::fs;
use std::io;
use std::path::Path;

use super::glob::{Dialect, Glob};
use super::{PackError, read_error};

const IGNORE_FILE: &str = ".fcignore";

/// Opens a list of alternatives of a name, in each form.
const LISTS: [&str; 5] = ["!(", "?(", "+(", "*(", "@("];

/// The rules of one folder.
#[derive(Debug, Default)]
pub(super) struct Rules(Vec<Rule>);

#[derive(Debug)]
struct Rule {
    brings_back: bool,
    /// One for each way to choose from its braces.
    patterns: Vec<Vec<Part>>,
}

/// A part of a rule, between its slashes.
#[derive(Debug)]
enum Part {
    Name(Glob),
    /// Nothing: before the first slash, or after the last.
    Empty,
    /// `**`: any number of folders and what is in them.
    Deep,
}

/// Whether an entry passes, taken for a file and taken for a folder.
#[derive(Debug, Clone, Copy)]
pub(super) struct Passes {
    pub(super) as_file: bool,
    pub(super) as_folder: bool,
}

impl Rules {
    /// The rules that lie in a folder of the code.
    pub(super) fn in_folder(folder: &Path) -> Result<Self, PackError> {
        let file = folder.join(IGNORE_FILE);
        let text = match fs::read_to_string(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            read => read.map_err(read_error(&file))?,
        };
        let rules = text.lines().filter(|line| {
            let line = line.trim();
            !line.is_empty() && !line.starts_with('#')
        });
        let rules: Result<_, String> = rules.map(Rule::of).collect();
        rules
            .map(Self)
            .map_err(|why| PackError::Rules { file, why })
    }

    /// Whether an entry still passes, by its path from this folder on.
    fn pass(&self, mut passes: bool, path: &str, as_folder: bool) -> bool {
        for rule in &self.0 {
            // A rule says nothing new of what is as it wants it.
            if rule.brings_back != passes && rule.fits(path, as_folder) {
                passes = rule.brings_back;
            }
        }
        passes
    }
}

/// Whether an entry passes the rules of all folders around it, from the code's own on; each with the entry's path there.
pub(super) fn passes(around: &[(&Rules, String)]) -> Passes {
    let through = |as_folder: bool| {
        around.iter().fold(true, |passes, (rules, path)| {
            rules.pass(passes, path, as_folder)
        })
    };
    Passes {
        as_file: through(false),
        as_folder: through(true),
    }
}

impl Rule {
    fn of(line: &str) -> Result<Self, String> {
        let line = match (line.strip_prefix("!./"), line.strip_prefix("./")) {
            (Some(rest), _) => format!("!/{rest}"),
            (_, Some(rest)) => format!("/{rest}"),
            _ => line.to_owned(),
        };
        if LISTS
            .iter()
            .any(|list| line.trim_start_matches('!').contains(list))
        {
            return Err(format!(
                "the rule {line:?} has a list in parentheses, which fc-local does not read; write a line for each"
            ));
        }
        let pattern = line.trim_start_matches('!');
        let negations = line.len() - pattern.len();
        Ok(Self {
            brings_back: negations % 2 == 1,
            patterns: chosen(pattern)?.iter().map(|one| parts(one)).collect(),
        })
    }

    fn fits(&self, path: &str, as_folder: bool) -> bool {
        let rooted = format!("/{path}");
        let folder = |path: &str| format!("{path}/");
        self.matches(&rooted, false)
            || self.matches(path, false)
            || as_folder
                && (self.matches(&folder(&rooted), false)
                    || self.matches(&folder(path), false)
                    // What the rule wants may still come below.
                    || self.brings_back && (self.matches(&rooted, true) || self.matches(path, true)))
    }

    fn matches(&self, path: &str, partly: bool) -> bool {
        let names: Vec<&str> = path.split('/').collect();
        let last = names.iter().rev().find(|name| !name.is_empty());
        self.patterns.iter().any(|parts| match (&parts[..], last) {
            // Without a slash it is for a name, wherever that is.
            ([_], Some(last)) => fit(parts, &[last], partly),
            _ => fit(parts, &names, partly),
        })
    }
}

fn parts(pattern: &str) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for (index, name) in pattern.split('/').enumerate() {
        let is_last = pattern.split('/').count() == index + 1;
        match name {
            // Slashes in a row are one.
            "" if index > 0 && !is_last => {}
            "" => parts.push(Part::Empty),
            "**" => parts.push(Part::Deep),
            name => parts.push(Part::Name(Glob::of(name, Dialect::Minimatch))),
        }
    }
    parts
}

/// Whether the parts take all the names; `partly` also where names end before the parts do.
fn fit(parts: &[Part], names: &[&str], partly: bool) -> bool {
    match (parts, names) {
        ([], []) => true,
        // A folder is what its name is.
        ([], [""]) => true,
        ([], _) => false,
        (_, []) => partly,
        ([Part::Deep], _) => true,
        ([Part::Deep, rest @ ..], _) => {
            let mut starts = 0..names.len();
            starts.any(|from| fit(rest, &names[from..], partly)) || partly
        }
        ([part, rest @ ..], [name, names @ ..]) => part.takes(name) && fit(rest, names, partly),
    }
}

impl Part {
    fn takes(&self, name: &str) -> bool {
        match self {
            Self::Name(glob) => !name.is_empty() && glob.matches(name),
            Self::Empty => name.is_empty(),
            Self::Deep => true,
        }
    }
}

/// A pattern once for each alternative of its braces: `a{b,c}` is `ab` and `ac`.
fn chosen(pattern: &str) -> Result<Vec<String>, String> {
    let Some((before, inner, after)) = braces(pattern) else {
        return Ok(vec![pattern.to_owned()]);
    };
    let alternatives = alternatives(inner);
    if alternatives.len() == 1 && inner.contains("..") {
        return Err(format!(
            "the rule {pattern:?} has a sequence in braces, which fc-local does not read; write a line for each"
        ));
    }
    let rests = chosen(after)?;
    let mut all = Vec::new();
    for alternative in &alternatives {
        let middles = match alternatives.len() {
            // Without a comma the braces are themselves.
            1 => vec![format!("{{{alternative}}}")],
            _ => chosen(alternative)?,
        };
        for middle in middles {
            all.extend(rests.iter().map(|rest| format!("{before}{middle}{rest}")));
        }
    }
    Ok(all)
}

/// The first pair of braces, with what is around it.
fn braces(pattern: &str) -> Option<(&str, &str, &str)> {
    let mut opening = pattern.match_indices('{').map(|(at, _)| at);
    // An escaped one, and one after a dollar, is itself.
    let from = opening.find(|at| !pattern[..*at].ends_with(['\\', '$']))?;
    let mut depth = 0;
    for (at, letter) in pattern[from..].char_indices() {
        depth += match letter {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        if depth == 0 {
            let (inner, after) = (&pattern[from + 1..from + at], &pattern[from + at + 1..]);
            return Some((&pattern[..from], inner, after));
        }
    }
    None
}

/// What commas part, those in further braces left alone.
fn alternatives(inner: &str) -> Vec<&str> {
    let (mut depth, mut from, mut found) = (0, 0, Vec::new());
    for (at, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(&inner[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(&inner[from..]);
    found
}
