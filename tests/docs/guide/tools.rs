//! The tables of `tools.md` say what the scripts of `findings` expect, and what the tests of fc-local hold.
//!
//! Owns the comparison. It must not know any tool: the scripts run them.

use std::fs;

use super::code::root;

const PAGE: &str = include_str!("../../../src/guide/tools.md");

/// The cells of the rows of a section's table, without its head.
fn rows(section: &str) -> Vec<Vec<String>> {
    let (_, text) = PAGE
        .split_once(&format!("# {section}\n"))
        .expect("a section");
    // A heading of any level ends it.
    let text = text.split("\n#").next().unwrap_or_default();
    let rows = text.lines().filter(|line| line.starts_with("| "));
    let cells = rows.map(|row| {
        let cells: Vec<&str> = row.split('|').collect();
        // Nothing stands before the first bar and after the last.
        let cells = &cells[1..cells.len() - 1];
        let cells = cells.iter().map(|cell| cell.trim().trim_matches('`'));
        cells.map(str::to_owned).collect()
    });
    cells.skip(1).collect()
}

fn finding(name: &str) -> String {
    let path = root().join("findings").join(name).with_extension("sh");
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn plain_values_of_yaml_are_those_that_the_finding_expects() {
    let rows = rows("Plain values in YAML");
    let page: Vec<_> = rows.iter().map(|row| row.join(" ")).collect();
    assert_eq!(page, expected_of("yaml-of-four-readers"));
}

/// A table of fc-local's own tests: what it reads, and what the tools read when a test runs them.
fn table(name: &str) -> Vec<Vec<String>> {
    let path = root().join("src/bin/fc-local/project").join(name);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let rows = text.lines().filter(|line| !line.starts_with("# "));
    rows.map(|row| row.split('\t').map(str::to_owned).collect())
        .collect()
}

#[test]
fn fc_local_reads_those_values_as_the_tools_whose_files_they_are_in() {
    let table = table("yaml/plain.tsv");
    for row in rows("Plain values in YAML") {
        let held = table.iter().find(|held| held[0] == row[0]);
        let held = held.unwrap_or_else(|| panic!("no test reads {}", row[0]));
        let (fun, s) = (&held[1], held.get(2).unwrap_or(&held[1]));
        assert_eq!((fun, s), (&row[1], &row[2]), "{}", row[0]);
    }
}

#[test]
fn variables_are_the_text_that_the_tests_expect() {
    let table = table("template/variables.tsv");
    for row in rows("How values become variables") {
        let held = table.iter().find(|held| held[0] == row[0]);
        let held = held.unwrap_or_else(|| panic!("no test reads {}", row[0]));
        assert_eq!([&held[1], &held[1]], [&row[1], &row[2]], "{}", row[0]);
    }
}

#[test]
fn packages_are_those_that_the_finding_expects() {
    let script = finding("one-folder-two-packages");
    let rows = rows("What goes into the package");
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert!(script.contains(&format!("\"{}\"", row[1])), "{row:?}");
    }
}

#[test]
fn what_ignore_files_leave_out_is_what_the_tests_expect() {
    let path = root().join("src/bin/fc-local/project/pack/cases.txt");
    let cases = fs::read_to_string(path).expect("the cases of packages");
    for row in rows("What ignore files leave out") {
        let rules = row[0].replace("`, `", "|");
        let rules = match rules.as_str() {
            "no file" => String::new(),
            rules => format!(". rules: {rules}\n"),
        };
        let files = row[1].replace("` `", "\n");
        let seen = |tool: &str, packed: &str| format!("-- {tool} {packed}").trim_end().to_owned();
        let (fun, s) = (seen("fun", &row[2]), seen("s", &row[3]));
        let held = format!("\n{rules}{files}\n{fun}\n{s}\n");
        assert!(cases.contains(&held), "no case has{held}");
    }
}

#[test]
fn what_mcp_clients_do_is_what_the_finding_expects() {
    let expected = expected_of("mcp-one-refusal-ends-the-client");
    let rows = rows("MCP clients and the platform's refusals");
    let page: Vec<_> = rows.iter().map(|row| row.join(" | ")).collect();
    assert_eq!(page, expected);
}

/// The lines that a script expects of the table that it gathers in the file `seen`.
fn expected_of(name: &str) -> Vec<String> {
    let script = finding(name);
    let (_, expected) = script
        .split_once("\"$(echo && cat seen)\" '\n")
        .expect("the script's expectation");
    let expected = expected.split('\'').next().unwrap_or_default();
    expected.lines().map(str::to_owned).collect()
}
