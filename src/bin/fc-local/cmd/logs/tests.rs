use super::last_lines;

#[test]
fn the_last_lines_are_whole_lines() {
    assert_eq!(last_lines(b"1\n2\n3\n", 2), b"2\n3\n");
    assert_eq!(last_lines(b"1\n2\n", 5), b"1\n2\n");
    assert_eq!(last_lines(b"", 5), b"");
    assert_eq!(last_lines(b"1\n2\n", 0), b"");
}
