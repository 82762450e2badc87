//! The inputs that are kept: for each target a file of lines, one input a line, its bytes escaped as Rust does. The
//! targets that read requests begin with those of `tests/http/*.case` as well.

use std::fs;
use std::path::{Path, PathBuf};

/// The inputs that are kept for a target.
///
/// # Panics
///
/// Where the file is missing or a line is not what [`line_of`] writes.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    let path = path_of(target);
    let text =
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let read = |line: &str| bytes_of(line).unwrap_or_else(|| panic!("{}: {line}", path.display()));
    let found = text.lines().map(read);
    match target {
        "head" | "requests" => found.chain(cases()).collect(),
        _ => found.collect(),
    }
}

/// The requests of the cases by which the server is held against the standard: a case is a block of lines, and what it
/// sends stands after `>`, or `>>` without an end of line. What stands for another text in them is left as it is.
fn cases() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../http");
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "case")
        })
        .collect();
    files.sort();
    let texts = files
        .iter()
        .map(|file| fs::read_to_string(file).expect("it is text"));
    texts
        .flat_map(|text| text.split("\n\n").filter_map(sent).collect::<Vec<_>>())
        .collect()
}

fn sent(block: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for line in block.lines() {
        if let Some(raw) = line.strip_prefix(">> ") {
            bytes.extend(bytes_of(raw)?);
        } else if let Some(whole) = line.strip_prefix('>') {
            bytes.extend(bytes_of(whole.strip_prefix(' ').unwrap_or(whole))?);
            bytes.extend(b"\r\n");
        }
    }
    Some(bytes).filter(|bytes| !bytes.is_empty())
}

/// The file with the inputs of a target.
#[must_use]
pub fn path_of(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("seeds")
        .join(target)
        .with_extension("txt")
}

/// The line that stands for an input.
#[must_use]
pub fn line_of(input: &[u8]) -> String {
    format!("{}\n", input.escape_ascii())
}

/// The input that a line stands for.
#[must_use]
pub fn bytes_of(line: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = line.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'\\' => match rest.next()? {
                b'n' => b'\n',
                b'r' => b'\r',
                b't' => b'\t',
                b'x' => {
                    let mut digit = || char::from(rest.next()?).to_digit(16);
                    u8::try_from(digit()? << 4 | digit()?).ok()?
                }
                mark @ (b'\\' | b'"' | b'\'') => mark,
                _ => return None,
            },
            byte => byte,
        });
    }
    Some(bytes)
}
