use super::{DEPTH_LIMIT, unescaped, whole};
use serde_json::Value;

/// What serde makes of a text that is said to be sound or not, and the text that is read of it here.
fn agree(text: &str) {
    let theirs = serde_json::from_str::<Value>(text);
    // The grammar has no largest number.
    if matches!(&theirs, Err(error) if error.to_string().starts_with("number out of range")) {
        return assert!(whole(text).is_ok(), "{text}");
    }
    match whole(text) {
        Ok(value) => {
            let again = serde_json::from_str::<Value>(value).expect(text);
            assert_eq!(again, theirs.expect(text), "{text}");
            assert_eq!(value, value.trim());
        }
        Err(_) => assert!(theirs.is_err(), "{text}"),
    }
}

#[test]
fn what_is_json_is_what_serde_takes() {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"a\"",
        "\"\\u00e9\\n\"",
        "1",
        "-0.5e+3",
        "null",
        "true",
        "false",
        " ",
        "\n",
        "\"",
        "\\",
        "0",
        ".",
        "-",
        "e",
        "\u{1}",
        "你",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\x\"",
        "nul",
        "//",
    ];
    for one in pieces {
        agree(one);
        for two in pieces {
            agree(&format!("{one}{two}"));
            for three in pieces {
                agree(&format!("{one}{two}{three}"));
                agree(&format!("[{one}{two}{three}]"));
                agree(&format!("{{\"k\":{one}{two}{three}}}"));
            }
        }
    }
}

#[test]
fn surrogates_stand_in_pairs_and_nothing_else_does() {
    for text in [
        r#""\ud800\udc00""#,
        r#""\udbff\udfff""#,
        r#""\ud800\ue000""#,
        r#""\ud800\udbff""#,
        r#""\udc00""#,
        r#""\ud800x""#,
        r#""\u12""#,
        r#""\u00E9\u00e9\/""#,
        r#""\uD7ff\ue000""#,
    ] {
        agree(text);
        if let Ok(theirs) = serde_json::from_str::<String>(text) {
            assert_eq!(unescaped(&text[1..text.len() - 1]), theirs);
        }
    }
}

#[test]
fn what_is_nested_deeper_than_the_limit_is_refused() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(whole(&nested(DEPTH_LIMIT)).is_ok());
    assert_eq!(whole(&nested(DEPTH_LIMIT + 1)), Err(DEPTH_LIMIT));
    assert!(whole(&"[".repeat(100_000)).is_err());
}

#[test]
fn the_place_is_that_of_the_byte_that_is_wrong() {
    for (text, at) in [
        ("", 0),
        ("[1,]", 3),
        ("{\"a\" 1}", 5),
        ("1 2", 2),
        ("tru", 0),
        ("[", 1),
    ] {
        assert_eq!(whole(text), Err(at), "{text}");
    }
}
