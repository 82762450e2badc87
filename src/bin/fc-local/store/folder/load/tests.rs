//! State files of another version, and damaged ones.

use std::fs;

use crate::store::folder::Store;

#[test]
fn the_state_of_another_version_is_left_as_it_is() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("state.json");
    // Nothing else in it has to make sense here.
    let newer = r#"{"format": 2, "services": "elsewhere"}"#;
    fs::write(&file, newer).expect("written");
    for error in [
        Store::open(folder.path()).expect_err("refused"),
        Store::peek(folder.path()).expect_err("refused"),
    ] {
        let error = error.to_string();
        assert!(error.contains("has the format 2"), "{error}");
        assert_eq!(fs::read_to_string(&file).expect("kept"), newer);
    }
}

#[test]
fn a_damaged_state_file_is_moved_aside_by_a_start_only() {
    for damaged in ["", "{\"format\":", "{} {}", "[]"] {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("state.json");
        fs::write(&file, damaged).expect("written");
        let error = Store::peek(folder.path()).expect_err("refused").to_string();
        assert!(error.contains("state.json is damaged: "), "{error}");
        assert_eq!(fs::read_to_string(&file).expect("kept"), damaged);
        let store = Store::open(folder.path()).expect("opened");
        assert!(store.snapshot().services.is_empty());
        let aside = folder.path().join("aside-1/state.json");
        assert_eq!(fs::read_to_string(aside).expect("kept"), damaged);
    }
}
