//! Log files that fill, and lines that were cut.

use std::fs;

use super::{FILE_BYTES_MAX, LogFiles, older};

#[test]
fn a_line_that_was_cut_ends_before_the_next_one() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("s/f.log");
    let append = |line: &[u8]| LogFiles::default().sink(path.clone())(line);
    append(b"whole\n");
    append(b"half a li");
    append(b"FC Invoke Start\n");
    append(b"FC Invoke End\n");
    let log = fs::read_to_string(&path).expect("the log");
    assert_eq!(log, "whole\nhalf a li\nFC Invoke Start\nFC Invoke End\n");
}

#[test]
fn a_full_file_is_renamed_once_however_many_instances_write_to_it() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("s/f.log");
    let files = LogFiles::default();
    let [first, second] = [files.sink(path.clone()), files.sink(path.clone())];
    second(b"before\n");
    let long = vec![b'x'; usize::try_from(FILE_BYTES_MAX).expect("it fits")];
    first(&long);
    second(b"after\n");
    first(b"and so on\n");
    second(&long);
    assert_eq!(
        fs::read(&path).expect("the log")[..17],
        *b"after\nand so on\nx"
    );
    let older = fs::read(older(&path)).expect("the one before");
    assert_eq!(older.len(), b"before\n".len() + long.len());
}
