//! Owns what of a result reaches the repository: the published files, and the pages that show them.

use std::path::Path;

use crate::files::{HOME, home, relative};
use crate::peers::Manifest;
use crate::result::Report;
use crate::words::Language;
use crate::{export, headline, svg, table};

/// The pages with a headline, below the repository's folder.
const HEADLINES: [(&str, Language); 2] = [
    ("README.md", Language::English),
    ("src/guide/README.zh-CN.md", Language::Chinese),
];

/// Puts a result that is whole into the repository, or says why not: a part of the tables must not
/// replace them. `manifest` names all peers there are; `anyway` publishes in any case.
///
/// # Errors
/// When a file cannot be written.
pub fn publish(report: &Report, manifest: &Manifest, anyway: bool) -> Result<(), String> {
    let missing = report.missing(manifest);
    if !anyway && (report.plan.quick || !missing.is_empty()) {
        let why = if report.plan.quick {
            "it is a quick run".to_owned()
        } else {
            format!("it lacks {}", missing.join(", "))
        };
        eprintln!("not published: {why}; the tables of the READMEs stay as they are");
        return Ok(());
    }
    export::write_report(&home("result.json"), report)?;
    export::write_text(&home("result.svg"), &svg::picture(report))?;
    eprintln!("published: musl/compare/result.json and result.svg");
    let root = Path::new(HOME)
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new(HOME));
    for (page, language) in HEADLINES {
        headline(&root.join(page), report, language)?;
    }
    full(&home("README.md"), report)
}

/// Puts the headline into a page.
///
/// # Errors
/// When the page has no place for it, or cannot be written.
pub fn headline(page: &Path, report: &Report, language: Language) -> Result<(), String> {
    let picture = relative(page, &home("result.svg"))?;
    let method = relative(page, &home("README.md"))?;
    write(
        page,
        &headline::markdown(report, &picture, &method, language),
    )
}

/// Puts all tables into a page.
///
/// # Errors
/// When the page has no place for them, or cannot be written.
pub fn full(page: &Path, report: &Report) -> Result<(), String> {
    write(page, &table::page(report))
}

fn write(page: &Path, block: &str) -> Result<(), String> {
    let what = if export::write_between_markers(page, block)? {
        "is new"
    } else {
        "is as it was"
    };
    eprintln!("{}: what the comparison writes {what}", page.display());
    Ok(())
}
