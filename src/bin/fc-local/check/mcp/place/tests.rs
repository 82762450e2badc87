use super::{Url, is_address};

fn parsed(text: &str) -> Result<(String, String), String> {
    Url::parse(text).map(|url| (url.address, url.path))
}

#[test]
fn a_url_has_a_port_and_a_path_and_no_password() {
    let pair = |address: &str, path: &str| Ok((address.to_owned(), path.to_owned()));
    assert_eq!(
        parsed("http://localhost:80/mcp?a"),
        pair("localhost:80", "/mcp?a")
    );
    assert_eq!(parsed("http://[::1]"), pair("[::1]:80", "/"));
    assert_eq!(parsed("http://[::1]?a"), pair("[::1]:80", "/?a"));
    for (text, says) in [
        ("https://example.com/mcp", "TLS"),
        ("ftp://example.com", "must begin with http://"),
        ("http://localhost:99999/mcp", "from 1 to 65535"),
        ("http://u:p@example.com/", "--header"),
        ("http:// x/", "is not a URL"),
    ] {
        let error = parsed(text).expect_err(text);
        assert!(error.contains(says), "{error}");
        assert!(!error.contains("u:p"), "{error}");
    }
}

#[test]
fn a_word_with_a_port_is_an_address_and_a_path_is_not() {
    assert!(is_address("localhost:8000/mcp") && is_address("127.0.0.1:80"));
    assert!(!is_address("./server") && !is_address("/bin/a:b") && !is_address("node"));
}
