//! What can be read from the library's own code: the variants of its errors, and what it logs.
//!
//! Owns the reading of Rust, as far as that takes no compiler. It must not know any page.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The names of an enum's variants.
pub(crate) fn variants(code: &str, name: &str) -> BTreeSet<String> {
    let (_, body) = code
        .split_once(&format!("pub enum {name} {{\n"))
        .expect("the enum");
    let (body, _) = body.split_once("\n}").expect("its end");
    let names = body.lines().filter_map(|line| {
        let name = line
            .strip_prefix("    ")?
            .split([' ', ',', '(', '{'])
            .next()?;
        is_error_type(name).then(|| name.to_owned())
    });
    names.collect()
}

/// The code of the library, file by file.
pub(crate) fn library() -> Vec<String> {
    sources().iter().map(|file| code_of(file)).collect()
}

/// The files of the library.
pub(crate) fn sources() -> Vec<PathBuf> {
    let mut files = Vec::new();
    collect(&root().join("src"), &mut files);
    files
}

/// The files that functions link: neither the programs nor what only tests see.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the sources") {
        let path = entry.expect("an entry").path();
        let is = |names: &[&str]| names.iter().any(|name| path.ends_with(name));
        if path.is_dir() && !is(&["bin", "guide", "mcp", "tests"]) {
            collect(&path, files);
        } else if path.extension().is_some_and(|kind| kind == "rs")
            && !is(&["main.rs", "demo.rs", "tests.rs"])
        {
            files.push(path);
        }
    }
}

/// The code of a file, without its comments and its tests.
pub(crate) fn code_of(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    let code = text.split("#[cfg(test)]\nmod tests").next();
    let lines = code.unwrap_or_default().lines();
    let code = lines.filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n") + "\n"
}

/// The string literals that these calls begin with.
pub(crate) fn literals<'a>(code: &'a str, call: &'a str) -> impl Iterator<Item = String> + 'a {
    code.split(call).skip(1).filter_map(|rest| {
        let (text, _) = rest.trim_start().strip_prefix('"')?.split_once('"')?;
        (!text.ends_with('\\')).then(|| text.to_owned())
    })
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether a word is the name of a type.
fn is_error_type(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_uppercase())
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}
