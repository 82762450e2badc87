//! The way into a cgroup, by the program itself: it becomes the server, so no test within it can.

use std::fs;
use std::process::Command;

#[test]
fn it_joins_uses_the_quota_notes_the_time_and_becomes_the_program() {
    let folder = tempfile::tempdir().unwrap();
    // An ordinary file takes what the kernel's would.
    let entry = folder.path().join("cgroup.procs");
    let entry = entry.to_string_lossy();
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare"));
    command.args(["join-cgroup", &entry, "3000", "/bin/sh", "-c"]);
    let output = command
        .args(["echo $0 $$; echo words >&2", "argument"])
        .output()
        .unwrap();
    assert_eq!(fs::read_to_string(&*entry).unwrap(), "0");
    let said = String::from_utf8(output.stderr).unwrap();
    let (note, words) = said.split_once('\n').unwrap();
    let numbers: Vec<u64> = note
        .split(' ')
        .skip(1)
        .map(|n| n.parse().unwrap())
        .collect();
    assert!(note.starts_with("joined ") && numbers.len() == 2, "{note}");
    assert!(numbers[1] >= 3_000_000, "3 ms were burnt: {note}");
    assert_eq!(words, "words\n");
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .starts_with("argument ")
    );
}
