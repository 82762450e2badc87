//! Files of variables as Serverless Devs reads them.

use super::Variables;

/// What `.env` makes of one variable that there is already, `HOME`.
fn read(text: &str, name: &str) -> Option<String> {
    let mut variables = Variables::default();
    variables.0.insert("HOME".to_owned(), "/home/a".to_owned());
    variables.add(text).expect("read");
    variables.get(name).map(str::to_owned)
}

/// The same cases run through the real parser in `tests/clients/s`.
#[test]
fn values_are_read_as_dotenv_and_its_expansion_do() {
    for (text, value) in [
        ("A=b", "b"),
        ("export A = b # c", "b"),
        ("A: b", "b"),
        ("A='b # c' # d", "b # c"),
        ("A=\"b\\nc\"", "b\nc"),
        ("A=\"b\nc\"\nD=e", "b\nc"),
        ("A=b#c", "b"),
        ("A=pa$word", "pa"),
        ("A=pa\\$word", "pa$word"),
        ("A=$HOME/x", "/home/a/x"),
        ("A=${NONE:-c}d", "cd"),
        ("A=", ""),
        ("A=1\nA=2", "2"),
    ] {
        assert_eq!(read(text, "A").as_deref(), Some(value), "{text}");
    }
    assert_eq!(read("HOME=/other", "HOME").as_deref(), Some("/home/a"));
    assert_eq!(read("no entry\nB=c", "B").as_deref(), Some("c"));
}

#[test]
fn a_value_that_names_itself_is_refused() {
    let refused = Variables::default().add("A=$A").expect_err("refused");
    assert_eq!(refused, "the value of A names itself");
}
