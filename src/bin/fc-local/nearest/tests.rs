use super::nearest;

#[test]
fn a_misspelt_word_is_known_and_a_strange_one_is_not() {
    let known = ["timeout", "code", "memorySize"];
    assert_eq!(nearest("timout", &known), Some("timeout"));
    assert_eq!(nearest("memory_size", &known), Some("memorySize"));
    assert_eq!(nearest("codeUri", &known), Some("code"));
    assert_eq!(nearest("mpc", &["mcp", "json"]), Some("mcp"));
    assert_eq!(nearest("vpc", &known), None);
    assert_eq!(nearest("x", &[]), None);
}
