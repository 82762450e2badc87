use super::without_port;

#[test]
fn hosts_are_taken_apart() {
    assert_eq!(
        (without_port("a.example:80"), without_port("[::1]")),
        ("a.example", "[::1]")
    );
}
