use super::{Field, HeaderError, Headers};

#[test]
fn names_are_found_whatever_their_case() {
    let mut headers = Headers::new();
    headers
        .append("X-Fc-Request-Id", "r1")
        .expect("a sound header");
    assert_eq!(headers.get("x-fc-request-id"), Some("r1"));
    assert_eq!(headers.get("x-fc-request"), None);
}

#[test]
fn a_value_that_would_split_the_response_is_refused() {
    for value in ["a\r\nSet-Cookie: x", "a\nb", "a\0b", "\u{7f}"] {
        let refused = Headers::new().append("location", value);
        assert_eq!(
            refused,
            Err(HeaderError::Value("location".into())),
            "{value:?}"
        );
    }
    assert!(
        Headers::new()
            .append("x-note", "tab\tand \u{fc}mlaut")
            .is_ok()
    );
}

#[test]
fn one_field_takes_the_place_of_all_of_its_name_and_a_refused_one_of_none() {
    let mut headers = of_a_head();
    headers.append_bytes("HOST", [0xff]).expect("a sound value");
    assert!(headers.insert("host", "a\nb").is_err() && headers.insert_bytes("", "a").is_err());
    assert_eq!(headers.len(), 3);
    headers
        .insert_bytes("Host", b"\xfe")
        .expect("a sound value");
    let fields: Vec<_> = headers.iter().collect();
    assert_eq!(fields, [("X-Fc-Region", &b"here"[..]), ("Host", b"\xfe")]);
    assert!(headers.remove("host") && headers.remove("x-fc-region") && headers.is_empty());
}

#[test]
fn a_name_that_is_no_token_is_refused() {
    for name in ["", "a b", "a:", "a\r", "\u{fc}"] {
        assert_eq!(
            Headers::new().append(name, "v"),
            Err(HeaderError::Name(name.into())),
            "{name:?}"
        );
    }
}

#[test]
fn splitting_off_a_prefix_loses_nothing() {
    let mut headers = Headers::new();
    for name in ["X-Fc-Region", "host", "x-fc-qualifier", "x-f"] {
        headers.append(name, "v").expect("a sound header");
    }
    let taken = headers.split_off("x-fc-");
    assert_eq!((taken.len(), headers.len()), (2, 2));
    assert!(headers.get("host").is_some() && headers.get("x-f").is_some());
}

/// The fields `X-Fc-Region: here` and `host: example.com`, as a parser finds them.
fn of_a_head() -> Headers {
    let head = b"X-Fc-Region: here\r\nhost: example.com";
    let field = |[name, name_length, value, value_length]: [usize; 4]| Field {
        name,
        name_length,
        value,
        value_length,
    };
    let fields = [[0, 11, 13, 4], [19, 4, 25, 11]].map(field);
    Headers::of(head[..].into(), fields.into())
}

#[test]
fn what_is_added_to_a_head_leaves_the_others_that_share_it_as_they_are() {
    let mut headers = of_a_head();
    let mut taken = headers.split_off("x-fc-");
    let before = taken.clone();
    headers.append("x-one", "1").expect("a sound header");
    headers.replace("HOST", b"other");
    taken.append("X-Fc-Two", "").expect("a sound header");
    let fields = |headers: &Headers| {
        let shown = |(name, value): (&str, &[u8])| format!("{name}={}", value.escape_ascii());
        headers.iter().map(shown).collect::<Vec<_>>()
    };
    assert_eq!(fields(&headers), ["host=other", "x-one=1"]);
    assert_eq!(fields(&taken), ["X-Fc-Region=here", "X-Fc-Two="]);
    assert_eq!(fields(&before), ["X-Fc-Region=here"]);
    assert_eq!(of_a_head().get("host"), Some("example.com"));
}

#[test]
fn lists_are_equal_by_their_fields_wherever_these_stand() {
    let mut added = Headers::new();
    added.push("X-Fc-Region", b"here");
    added.push("host", b"old");
    assert_ne!(added, of_a_head());
    added.replace("host", b"example.com");
    assert_eq!(added, of_a_head());
    added.push("host", b"");
    assert_ne!(added, of_a_head());
}

#[test]
fn debug_shows_no_secret() {
    let mut headers = Headers::new();
    headers
        .append("X-Fc-Access-Key-Secret", "planted")
        .expect("a sound header");
    headers.append("Cookie", "planted").expect("a sound header");
    headers
        .append("host", "example.com")
        .expect("a sound header");
    let shown = format!("{headers:?}");
    assert!(
        !shown.contains("planted") && shown.contains("example.com"),
        "{shown}"
    );
}
