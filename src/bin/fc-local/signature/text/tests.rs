use hyper::header::{HeaderMap, HeaderName, HeaderValue};

use super::{canonical_query, fc2, put_prefixed};

#[test]
fn a_canonical_query_is_decoded_encoded_and_sorted_once() {
    for (query, canonical) in [
        ("", ""),
        ("b=2&a=1&&a", "a=&a=1&b=2"),
        ("x=a+b%2B*(~)!\'&y=%7e", "x=a%20b%2B%2A%28~%29%21%27&y=~"),
        // No text, and yet no other bytes.
        ("x=%ff&y=%FE", "x=%FF&y=%FE"),
    ] {
        assert_eq!(canonical_query(query), canonical, "{query}");
        assert_eq!(canonical_query(canonical), canonical, "{query} again");
    }
}

#[test]
fn paths_that_are_no_text_are_signed_as_they_are() {
    let text = |path: &str| {
        let request = hyper::Request::builder().uri(path).body(());
        fc2(&request.expect("a request").into_parts().0)
    };
    assert_ne!(
        text("/2016-08-15/proxy/s/f/%80"),
        text("/2016-08-15/proxy/s/f/%81")
    );
}

#[test]
fn the_headers_of_a_family_are_sorted_by_their_names() {
    let names = ["x-fc-a-b", "x-fc-a", "host", "x-fc-a1", "x-fc-a"];
    let headers = names
        .iter()
        .enumerate()
        .map(|(number, name)| (HeaderName::from_static(name), HeaderValue::from(number)));
    let (mut text, headers) = (Vec::new(), headers.fold(HeaderMap::new(), appended));
    put_prefixed(&mut text, &headers, "x-fc-");
    let lines = "x-fc-a:1\nx-fc-a:4\nx-fc-a-b:0\nx-fc-a1:3\n";
    assert_eq!(String::from_utf8_lossy(&text), lines);
}

fn appended(mut headers: HeaderMap, (name, value): (HeaderName, HeaderValue)) -> HeaderMap {
    headers.append(name, value);
    headers
}
