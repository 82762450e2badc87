//! What counts as a change: sources, and packages that nobody builds here.
//!
//! It knows no watcher and no build.
//!
//! The rules are written by hand: what cargo fills is known by its marks, a manifest beside it or a `CACHEDIR.TAG` in it, and
//! no list of ignored files of a project names what a build writes elsewhere.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::ignored::Ignored;
use crate::cargo::{MANIFEST, Sources};

/// A folder that is never a source, wherever it lies.
const MODULES: &str = "node_modules";

/// The folder that cargo fills unless another is set.
const CARGO_TARGET: &str = "target";
const CARGO_TARGET_VARIABLE: &str = "CARGO_TARGET_DIR";

/// The file by which a folder says that a program made it and can make it again, and that this program was cargo.
const CACHE_TAG: &str = "CACHEDIR.TAG";
const CACHE_SIGNATURE: &str = "Signature: 8a477f597d28d172789f06886806bc55";
const CACHE_OF_CARGO: &str = "created by cargo";

/// What vim writes to find out whether it may write.
const VIM_PROBE: &str = "4913";
/// How names end that editors give to what they write beside a file: of backups, of the IDEs of `JetBrains`, of many others.
const EDITORS_ENDS: [&str; 5] = ["~", "___jb_tmp___", "___jb_old___", ".tmp", ".swp"];
/// And how they go on, with a number.
const EDITORS_MIDDLE: &str = ".tmp.";

/// What a change asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// A build.
    Source,
    /// That a package is taken as it is now.
    Package,
}

/// What is watched, by absolute paths.
#[derive(Debug, Clone, Default)]
pub(super) struct Watched {
    /// What the user named.
    named: Sources,
    /// What cargo named.
    of_programs: Sources,
    packages: Vec<PathBuf>,
    ignored: Ignored,
    /// Where cargo puts what it builds.
    build_folders: Vec<PathBuf>,
}

impl Watched {
    /// Files, and folders with all that is in them, less what is to be ignored.
    pub(super) fn of(paths: &[PathBuf], ignored: Ignored) -> Result<Self, String> {
        let mut watched = Self {
            build_folders: build_folder_of_variable().into_iter().collect(),
            ignored,
            ..Self::default()
        };
        for path in paths {
            let absolute = path.canonicalize().map_err(|error| {
                format!(
                    "cannot watch {}: {error}; correct --watch or --template",
                    path.display()
                )
            })?;
            if absolute.is_dir() {
                watched.named.folders.push(absolute);
            } else {
                watched.named.files.push(absolute);
            }
        }
        Ok(watched)
    }

    /// Watches these packages from now on, be they there already or not, and no others.
    pub(super) fn set_packages(&mut self, packages: &[PathBuf]) {
        self.packages = packages.iter().map(|package| real(package)).collect();
        // A link is watched as well as what it leads to.
        let ends = packages.iter().flat_map(|package| package.canonicalize());
        self.packages.extend(ends);
    }

    /// Watches these sources of cargo's from now on, and no others, and takes what lies in these folders for built.
    pub(super) fn set_programs(&mut self, sources: &Sources, build_folders: &[PathBuf]) {
        self.of_programs = sources.clone();
        self.build_folders = build_folder_of_variable().into_iter().collect();
        self.build_folders.extend_from_slice(build_folders);
    }

    /// The folders to be watched with all that is in them.
    pub(super) fn folders(&self) -> impl Iterator<Item = &PathBuf> {
        self.named.folders.iter().chain(&self.of_programs.folders)
    }

    fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.named.files.iter().chain(&self.of_programs.files)
    }

    /// The folders around all that is watched: an editor that replaces a file by another is only seen there.
    pub(super) fn parents(&self) -> Vec<PathBuf> {
        let sources = self.folders().chain(self.files());
        let sources = sources.filter_map(|path| path.parent());
        // A package may be in a folder that the build makes; until then its own parent is what can be watched.
        let packages = self.packages.iter();
        let packages =
            packages.filter_map(|path| path.ancestors().skip(1).find(|one| one.is_dir()));
        let mut parents: Vec<PathBuf> = sources.chain(packages).map(Path::to_owned).collect();
        parents.sort();
        parents.dedup();
        // A folder that is watched with all that is in it needs no second watch.
        parents.retain(|parent| !self.folders().any(|folder| folder == parent));
        parents
    }

    /// Any path that is watched: what is reported when nobody knows of which files events were lost.
    pub(super) fn any(&self) -> Option<&PathBuf> {
        self.folders().chain(self.files()).next()
    }

    /// What a change of this path asks for, if it counts.
    pub(super) fn change(&self, path: &Path) -> Option<Change> {
        // A package is one wherever it lies, also among the sources.
        if self.packages.iter().any(|package| package == path) {
            return Some(Change::Package);
        }
        if self.is_source(path) {
            return Some(Change::Source);
        }
        let around_package = self
            .packages
            .iter()
            .any(|package| package.starts_with(path));
        around_package.then_some(Change::Package)
    }

    fn is_source(&self, path: &Path) -> bool {
        let inside = |folder: &PathBuf| {
            let Ok(inner) = path.strip_prefix(folder) else {
                return false;
            };
            // What was named to be watched is watched, whatever its own name.
            let mut below = path.ancestors().take(inner.components().count());
            below.all(|part| !self.is_made(part))
        };
        let counts = self.files().any(|file| file == path) || self.folders().any(inside);
        counts && !self.ignored.has_path(path)
    }

    /// Hidden files, editors' copies, what is to be ignored, and folders that are made and can be made again.
    fn is_made(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        name.starts_with('.')
            || name == MODULES
            || is_editors(&name)
            || self.ignored.has_name(&name)
            || self.build_folders.iter().any(|folder| folder == path)
            || is_build_folder(path)
    }
}

/// Whether an editor gives such a name to what it writes for itself.
fn is_editors(name: &str) -> bool {
    name == VIM_PROBE
        || EDITORS_ENDS.iter().any(|end| name.ends_with(end))
        || name.contains(EDITORS_MIDDLE)
        // Emacs saves so what is not saved yet.
        || (name.starts_with('#') && name.ends_with('#'))
}

fn build_folder_of_variable() -> Option<PathBuf> {
    let folder = std::env::var_os(CARGO_TARGET_VARIABLE).filter(|folder| !folder.is_empty())?;
    Some(real(Path::new(&folder)))
}

/// Whether cargo builds there: by its place, which is known also while there is nothing, or by what cargo leaves in it.
fn is_build_folder(path: &Path) -> bool {
    let beside_manifest = || path.with_file_name(MANIFEST).is_file();
    (path.file_name() == Some(OsStr::new(CARGO_TARGET)) && beside_manifest())
        || fs::read_to_string(path.join(CACHE_TAG))
            .is_ok_and(|tag| tag.starts_with(CACHE_SIGNATURE) && tag.contains(CACHE_OF_CARGO))
}

/// A path as a person here would name it.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let inner = path.strip_prefix(here).unwrap_or(path);
    inner.display().to_string()
}

/// An absolute path whose folders are no links, as far as it exists.
pub(super) fn real(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let parents = absolute.ancestors().skip(1);
    let found = parents.map(|parent| (parent, parent.canonicalize()));
    for (parent, canonical) in found {
        if let (Ok(canonical), Ok(rest)) = (canonical, absolute.strip_prefix(parent)) {
            return canonical.join(rest);
        }
    }
    absolute
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::{CACHE_SIGNATURE, Change, Ignored, Sources, Watched};

    /// A project whose `src` and `Cargo.toml` are watched.
    fn project() -> (tempfile::TempDir, PathBuf, Watched) {
        let folder = tempfile::tempdir().expect("folder");
        let root = folder.path().canonicalize().expect("a path");
        fs::create_dir(root.join("src")).expect("src");
        fs::write(root.join("Cargo.toml"), "").expect("written");
        let paths = ["Cargo.toml", "src"].map(|name| root.join(name));
        (
            folder,
            root,
            Watched::of(&paths, Ignored::default()).expect("watched"),
        )
    }

    fn tagged(folder: &Path, by: &str) {
        fs::create_dir_all(folder).expect("folder");
        let tag =
            format!("{CACHE_SIGNATURE}\n# This file is a cache directory tag created by {by}.\n");
        fs::write(folder.join("CACHEDIR.TAG"), tag).expect("written");
    }

    #[test]
    fn sources_count_and_what_builds_and_editors_write_does_not() {
        let (_folder, root, watched) = project();
        fs::create_dir_all(root.join("src/inner/target")).expect("folder");
        fs::write(root.join("src/inner/Cargo.toml"), "").expect("written");
        tagged(&root.join("src/out"), "cargo");
        tagged(&root.join("src/cache"), "another program");
        for path in [
            "Cargo.toml",
            "src",
            "src/main.rs",
            "src/a/b.rs",
            // Folders of the user's own.
            "src/target",
            "src/target/a",
            "src/cache/a",
        ] {
            let change = watched.change(&root.join(path));
            assert_eq!(change, Some(Change::Source), "{path}");
        }
        for path in [
            "",
            "Cargo.lock",
            "target",
            "src/inner/target",
            "src/inner/target/debug/a",
            "src/out/debug/a",
            "src/node_modules/a.js",
            "src/.main.rs.swp",
            "src/main.rs~",
            "src/4913",
            "src/#main.rs#",
            "src/main.rs.tmp.4711.1",
            "src/main.rs___jb_tmp___",
            "src/.git/index",
        ] {
            assert_eq!(watched.change(&root.join(path)), None, "{path}");
        }
    }

    #[test]
    fn what_is_ignored_starts_no_build() {
        let (_folder, root, _) = project();
        let outside = root.join("src/generated").display().to_string();
        let ignored = Ignored::of(&["*.md".to_owned(), outside]).expect("patterns");
        let watched = Watched::of(&[root.join("src")], ignored).expect("watched");
        for (path, change) in [
            ("src/a.md", None),
            ("src/docs.md/a.rs", None),
            ("src/generated/deep/a.rs", None),
            ("src/a.rs", Some(Change::Source)),
        ] {
            assert_eq!(watched.change(&root.join(path)), change, "{path}");
        }
    }

    #[test]
    fn what_cargo_names_is_watched_and_what_it_builds_is_not() {
        let (_folder, root, mut watched) = project();
        let sources = Sources {
            files: vec![root.join("lib/Cargo.toml")],
            folders: vec![root.join("lib/src"), root.join("built")],
        };
        watched.set_programs(&sources, &[root.join("built/out")]);
        for (path, change) in [
            ("src/a.rs", Some(Change::Source)),
            ("lib/Cargo.toml", Some(Change::Source)),
            ("lib/src/a.rs", Some(Change::Source)),
            ("lib/tests/a.rs", None),
            ("built/out/debug/a", None),
            ("built/a", Some(Change::Source)),
        ] {
            assert_eq!(watched.change(&root.join(path)), change, "{path}");
        }
        watched.set_programs(&Sources::default(), &[]);
        assert_eq!(watched.change(&root.join("lib/src/a.rs")), None);
    }

    #[test]
    fn what_is_named_is_watched_though_it_lies_in_a_folder_that_is_not() {
        let (_folder, root, _) = project();
        let made = root.join("target/made");
        fs::create_dir_all(&made).expect("folder");
        let watched =
            Watched::of(&[root.clone(), made.clone()], Ignored::default()).expect("watched");
        assert_eq!(watched.change(&made.join("a")), Some(Change::Source));
        assert_eq!(watched.change(&root.join("target/debug")), None);
    }

    #[test]
    fn a_package_is_one_also_among_the_sources_and_before_it_is_there() {
        let (_folder, root, mut watched) = project();
        let packages = ["src/code.zip", "dist/new/code.zip"].map(|name| root.join(name));
        watched.set_packages(&packages);
        for path in ["src/code.zip", "dist", "dist/new", "dist/new/code.zip"] {
            let change = watched.change(&root.join(path));
            assert_eq!(change, Some(Change::Package), "{path}");
        }
        assert_eq!(watched.change(&root.join("dist/new/other.zip")), None);
        assert!(watched.parents().contains(&root), "until there is a dist");
        fs::create_dir_all(root.join("dist/new")).expect("folders");
        assert!(watched.parents().contains(&root.join("dist/new")));
    }
}
