//! Percent-encoding and the targets made of it: the same as the crates `percent-encoding` and `form_urlencoded`.

use fc_runtime::fuzzing::{percent_decode, percent_encode, percent_pairs};
use fc_runtime::http::Request;
use percent_encoding::percent_decode_str;

/// Takes the input for a text, and its two halves for a target and a base path.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    assert_eq!(
        percent_decode(&text),
        percent_decode_str(&text).decode_utf8_lossy()
    );
    for keep in [&b""[..], b"-._~", b"-._~!$&'()*+,;=:@/"] {
        let encoded = percent_encode(&text, keep);
        assert!(encoded.bytes().all(|byte| byte.is_ascii_graphic()));
        assert_eq!(percent_decode(&encoded), text);
    }
    let theirs: Vec<_> = form_urlencoded::parse(text.as_bytes())
        .into_owned()
        .collect();
    assert_eq!(percent_pairs(&text), theirs);
    let (target, base) = text.split_once(' ').unwrap_or((&text, ""));
    check_request(target, base);
}

fn check_request(target: &str, base: &str) {
    let request = Request::new("GET", target);
    let path = request.path().trim_start_matches('/');
    let segments = request.segments();
    let expected: Vec<_> = path.split('/').map(percent_decode).collect();
    match path {
        "" => assert!(segments.is_empty()),
        _ => assert_eq!(segments, expected),
    }
    assert_eq!(percent_decode(request.path()), request.decoded_path());
    assert!(!request.path().contains('?'));
    let query = request.query_string().to_owned();
    assert!(target.ends_with(&query));
    let below = request.clone().below(Some(base));
    assert!(target.ends_with(below.target()));
    assert_eq!(below.query_string(), query);
    if below != request {
        let base = base.trim_end_matches('/');
        assert_eq!([base, below.path()].concat(), request.path());
    }
}
