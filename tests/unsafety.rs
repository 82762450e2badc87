//! `unsafe` stays in the one module that is allowed to use it.

use std::fs;
use std::path::{Path, PathBuf};

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the project");
    let paths = entries.map(|entry| entry.expect("an entry of it").path());
    paths
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn only_the_handler_of_signals_is_allowed_unsafe_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &Path| fs::read_to_string(file).expect("text of the project");
    // Cargo.toml denies it everywhere, and who takes that back has to name the lint.
    assert!(read(&root.join("Cargo.toml")).contains("\nunsafe_code = \"deny\"\n"));
    let sources = files(&root.join("src")).into_iter();
    let mentions: Vec<_> = sources
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .flat_map(|file| vec![file.clone(); read(&file).matches("unsafe_code").count()])
        .collect();
    let wiring = root.join("src/server/signals/mod.rs");
    assert_eq!(mentions, [wiring.as_path()]);
    let text = read(&wiring);
    let (_, behind) = text.split_once("unsafe_code").expect("it is named there");
    let item = behind.lines().skip_while(|line| *line != ")]").nth(1);
    assert_eq!(item, Some("mod handler;"));
}
