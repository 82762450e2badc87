//! Clocks that jump: an instance is frozen for hours, and then its wall clock is set right.
//!
//! A wall clock cannot be set for one process, and a static program takes none from a library, so the tests look at what
//! the runtime asks the wall clock for; the arithmetic of deadlines has its own tests beside it.

use std::fs;
use std::path::{Path, PathBuf};

/// What may look at the wall clock, for it shows what it sees: the time of a log line, the date of an answer, and the
/// weather of the demo.
const SHOWS_IT: [&str; 3] = ["time.rs", "server/answer.rs", "demo.rs"];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the project");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .collect()
}

#[test]
fn no_deadline_and_no_wait_is_reckoned_by_the_wall_clock() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let looks = sources(&root).into_iter().filter(|path| {
        let source = fs::read_to_string(path).expect("source is text");
        source.contains("SystemTime::now") || source.contains("UNIX_EPOCH.elapsed")
    });
    let mut looks: Vec<_> = looks
        .map(|path| path.strip_prefix(&root).expect("below it").to_owned())
        // The developer tool is no part of what is shipped.
        .filter(|path| !path.starts_with("bin"))
        .collect();
    looks.sort();
    let mut known = SHOWS_IT.map(PathBuf::from);
    known.sort();
    assert_eq!(looks, known);
}
