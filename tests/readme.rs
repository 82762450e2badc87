//! The two READMEs tell the same: the same tables, row for row, with the same figures and the same commands.

use std::fs;
use std::path::Path;

fn readmes() -> [String; 2] {
    ["README.md", "src/guide/README.zh-CN.md"].map(|file| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        fs::read_to_string(path).expect("a README")
    })
}

#[test]
fn their_tables_have_the_same_rows_and_figures() {
    let rows = readmes().map(|text| {
        let lines = text.lines().filter(|line| line.starts_with('|'));
        lines.map(str::to_owned).collect::<Vec<_>>()
    });
    assert!(rows[0].len() > 40, "the tables are found");
    assert_eq!(rows[0].len(), rows[1].len());
    for (english, chinese) in rows[0].iter().zip(&rows[1]) {
        assert_eq!(figures(english), figures(chinese), "{english}\n{chinese}");
    }
}

#[test]
fn their_commands_are_the_same() {
    let commands = readmes().map(|text| {
        let blocks = text.split("\n```sh\n").skip(1);
        let blocks = blocks.filter_map(|rest| Some(rest.split_once("\n```")?.0.to_owned()));
        let lines = blocks.flat_map(|block| block.lines().map(command).collect::<Vec<_>>());
        lines.collect::<Vec<_>>()
    });
    assert!(commands[0].len() > 8, "the blocks are found");
    assert_eq!(commands[0], commands[1]);
}

/// The figures of a row, in no order, for languages put them differently.
fn figures(row: &str) -> Vec<String> {
    let words = row.split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',');
    let figures = words.map(|word| word.trim_matches(['.', ',']));
    let mut figures: Vec<_> = figures
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    figures.sort_unstable();
    figures
}

/// A line of a shell block without its comment.
fn command(line: &str) -> String {
    line.split(" #")
        .next()
        .unwrap_or_default()
        .trim()
        .to_owned()
}
