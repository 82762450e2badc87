//! The table of what the tools pack, for the test that packs here and the one that has the tools do it.
//!
//! It must not know any packer.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

const CASES: &str = include_str!("cases.txt");

/// The text before what a tool packs, in [`CASES`].
const SEEN: &str = "-- ";
/// In the place of what is packed: it is refused.
pub(crate) const REFUSED: &str = "refused";

/// The ignore files of both tools, with the same rules.
const IGNORE_FILES: [&str; 2] = [".funignore", ".fcignore"];
/// The rights of a file for which none are named.
pub(super) const RIGHTS: u32 = 0o644;

/// A project, and what the tools pack of its code.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    /// The folder or file that the template names.
    pub(crate) code: &'static str,
    lines: Vec<&'static str>,
    pub(crate) fun: &'static str,
    pub(crate) s: &'static str,
    /// What fc-local does where it does not pack what the tool packs.
    pub(crate) here: Option<&'static str>,
}

pub(crate) fn cases() -> Vec<Case> {
    CASES.split("\n== ").skip(1).map(case).collect()
}

fn case(part: &'static str) -> Case {
    let (name, rest) = part.split_once('\n').expect("a name");
    let (seen, lines): (Vec<_>, Vec<_>) = rest.lines().partition(|line| line.starts_with(SEEN));
    let said = |tool: &str| {
        let mut seen = seen.iter().filter_map(|line| line.strip_prefix(SEEN));
        seen.find_map(|line| line.strip_prefix(tool)).map(str::trim)
    };
    let code = lines.iter().find_map(|line| line.strip_prefix("code: "));
    Case {
        name,
        code: code.unwrap_or("."),
        lines: lines
            .into_iter()
            .filter(|line| !line.starts_with("code: "))
            .collect(),
        fun: said("fun").unwrap_or_else(|| panic!("{name} says nothing of fun")),
        s: said("s").unwrap_or_else(|| panic!("{name} says nothing of s")),
        here: said("fc-local"),
    }
}

impl Case {
    /// Makes its files.
    pub(crate) fn make(&self, project: &Path) {
        for line in &self.lines {
            if let Some((folder, rules)) = line.split_once(" rules: ") {
                for name in IGNORE_FILES {
                    let file = project.join(folder).join(name);
                    write(
                        &file,
                        &rules.replace('|', "\n").replace("\\r", "\r"),
                        RIGHTS,
                    );
                }
            } else if let Some((link, goal)) = line.split_once(" -> ") {
                let goal = goal.replace("PROJECT", &project.display().to_string());
                symlink(goal, project.join(link)).expect(line);
            } else if let Some(folder) = line.strip_suffix('/') {
                fs::create_dir_all(project.join(folder)).expect(line);
            } else {
                let (file, rights) = line.split_once(' ').unwrap_or((line, "644"));
                let rights = u32::from_str_radix(rights, 8).expect("rights");
                write(&project.join(file), "x", rights);
            }
        }
    }
}

/// A file with these rights, whatever mask the machine has for those of new files.
pub(super) fn write(file: &Path, text: &str, rights: u32) {
    fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
    fs::write(file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    fs::set_permissions(file, Permissions::from_mode(rights)).expect("rights");
}

/// An entry of a package as the table has it; none for an ignore file.
pub(crate) fn shown(name: &str, mode: u32, goal: Option<&str>) -> Option<String> {
    let is_rules = IGNORE_FILES.iter().any(|file| name.ends_with(file));
    let rights = mode & 0o777;
    let shown = match goal {
        _ if is_rules => return None,
        Some(goal) => format!("{name}@{goal}"),
        None if name.ends_with('/') || rights == RIGHTS => name.to_owned(),
        None => format!("{name}:{rights:o}"),
    };
    Some(shown)
}
