//! Names that a project can have: it becomes a crate, a service and a function.

use crate::name;

/// Rust's keywords in all its editions, strict and reserved: no crate is named so.
const KEYWORDS: [&str; 52] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref",
    "return", "Self", "self", "static", "struct", "super", "trait", "true", "try", "type",
    "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Crates that a crate of the same name would be taken for.
const TAKEN: [&str; 7] = [
    "alloc",
    "core",
    "fc_mcp",
    "fc_runtime",
    "proc_macro",
    "std",
    "test",
];

/// Checks a name; the error says what a name may be.
pub(super) fn check(name: &str) -> Result<(), String> {
    // FC's rule is narrower than that of crates, except for what follows.
    name::check("the name", name)?;
    if name.chars().all(|letter| letter == '_' || letter == '-') {
        return Err(format!(
            "the name '{name}' is not valid: it has no letter and no digit"
        ));
    }
    if KEYWORDS.contains(&name) {
        return Err(format!(
            "the name '{name}' is a word of Rust itself, and no crate can have it: choose another"
        ));
    }
    if TAKEN.contains(&name.replace('-', "_").as_str()) {
        return Err(format!(
            "the name '{name}' is that of a crate which the project uses: choose another"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
