//! What the tools themselves pack, against the table by which fc-local's own packing is tested.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::through;

#[path = "../../../project/pack/table.rs"]
mod table;

use table::{Case, REFUSED, cases, shown};

pub(crate) fn fun_and_s_pack_what_the_table_says(clients: &Path) {
    let folder = tempfile::tempdir().expect("folder");
    let cases = cases();
    let projects = cases.iter().enumerate().map(|(index, case)| {
        let project = folder.path().join(index.to_string()).join("project");
        fs::create_dir_all(&project).expect("folder");
        case.make(&project);
        json!({"folder": project, "code": case.code})
    });
    let projects: Vec<Value> = projects.collect();
    let mut node = Command::new("node");
    // fun keeps its settings there.
    node.arg(clients.join("pack.mjs"))
        .env("HOME", folder.path());
    let packed = through(&mut node, &json!(projects));
    assert_eq!(packed.len(), cases.len());
    for (case, packed) in cases.iter().zip(&packed) {
        assert_eq!(
            listed(&packed["fun"]),
            case.fun,
            "fun, {}: {packed}",
            case.name
        );
        assert_eq!(listed(&packed["s"]), case.s, "s, {}: {packed}", case.name);
        assert!(is_needed(case), "{}", case.name);
    }
}

/// Whether what fc-local does, if it is named, is not what the tools do.
fn is_needed(case: &Case) -> bool {
    case.here
        .is_none_or(|here| here != case.fun && here != case.s)
}

/// A package as the table has it.
fn listed(entries: &Value) -> String {
    let Some(entries) = entries.as_array() else {
        return REFUSED.to_owned();
    };
    let mut found: Vec<(&str, String)> = entries
        .iter()
        .filter_map(|entry| {
            let name = entry["name"].as_str().expect("a name");
            let mode = entry["mode"]
                .as_u64()
                .and_then(|mode| u32::try_from(mode).ok());
            let shown = shown(name, mode.unwrap_or_default(), entry["goal"].as_str());
            Some((name, shown?))
        })
        .collect();
    found.sort();
    let shown: Vec<String> = found.into_iter().map(|(_, shown)| shown).collect();
    shown.join(" ")
}
