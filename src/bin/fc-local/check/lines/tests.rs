use super::{LINE_CHARS_MAX, Lines, PLAIN_LINES_MAX};

#[test]
fn a_flood_takes_plain_lines_before_markers() {
    let lines = Lines::without(Vec::new());
    let sink = lines.sink();
    sink(b"FC Invoke Start RequestId: 1\n");
    (0..PLAIN_LINES_MAX + 10).for_each(|_| sink(&[b'x'; 10_000]));
    sink(b"FC Invoke End RequestId: 1\n");
    let kept = lines.since(0);
    assert_eq!(kept.len(), PLAIN_LINES_MAX + 2);
    assert_eq!(kept[0], "FC Invoke Start RequestId: 1");
    assert_eq!(kept[1].len(), LINE_CHARS_MAX);
    assert_eq!(kept[PLAIN_LINES_MAX + 1], "FC Invoke End RequestId: 1");
}

#[test]
fn secrets_and_misplaced_markers_are_found_in_lines_that_are_not_kept() {
    let lines = Lines::without(vec!["s3cret"]);
    let sink = lines.sink();
    assert!(!lines.found().any_secret);
    sink(b"the key is s3cret\n");
    sink(b"half a line FC Invoke End RequestId: 1\n");
    (0..PLAIN_LINES_MAX).for_each(|_| sink(b"x\n"));
    let found = lines.found();
    assert!(found.any_secret && found.any_marker);
    assert!(found.misplaced.is_some_and(|line| line.starts_with("half")));
    assert!(!lines.since(0).iter().any(|line| line.contains("s3cret")));
}
