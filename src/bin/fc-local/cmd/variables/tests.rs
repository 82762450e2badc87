use std::path::Path;

use super::parse;

#[test]
fn a_file_is_read_as_its_readers_write_it() {
    let text = "# a comment\n\nA=1\nexport B = two words # a comment\nC='a # b'\nD=\"x\\ny\" # c\nE=\nF=a=b#c\n";
    let read = parse(Path::new(".env"), text).expect("variables");
    let read: Vec<(&str, &str)> = read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let wanted = [
        ("A", "1"),
        ("B", "two words"),
        ("C", "a # b"),
        ("D", "x\ny"),
        ("E", ""),
        ("F", "a=b#c"),
    ];
    assert_eq!(read, wanted);
}

#[test]
fn a_wrong_line_is_named_without_what_it_says() {
    for line in ["secret", "1A=secret", "A='secret", "A=\"secret\" more"] {
        let error = parse(Path::new("x.env"), &format!("A=1\n{line}\n")).expect_err(line);
        assert_eq!(
            error.to_string(),
            "x.env:2 is not a variable; write NAME=VALUE"
        );
    }
}
