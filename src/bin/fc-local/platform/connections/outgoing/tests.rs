use hyper::Method;
use hyper::body::Bytes;

use super::Head;

fn text(method: Method, body: &'static str, chunked: bool) -> String {
    let mut head = Head::of(method, "/a?b");
    head.line("x-fc-Id", b"1");
    let body = Bytes::from_static(body.as_bytes());
    let request = if chunked {
        head.with_chunked(body)
    } else {
        head.with_sized(body)
    };
    String::from_utf8(request.bytes()).expect("text")
}

#[test]
fn a_request_is_written_as_its_body_is_framed() {
    let head = "POST /a?b HTTP/1.1\r\nX-Fc-Id: 1\r\n";
    for (body, chunked, rest) in [
        ("", false, "\r\n"),
        (
            "Hello World",
            false,
            "Content-Length: 11\r\n\r\nHello World",
        ),
        ("", true, "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        (
            "Hello World",
            true,
            "Transfer-Encoding: chunked\r\n\r\nB\r\nHello World\r\n0\r\n\r\n",
        ),
    ] {
        assert_eq!(text(Method::POST, body, chunked), format!("{head}{rest}"));
    }
    let get = |body| text(Method::GET, body, true);
    assert_eq!(get(""), "GET /a?b HTTP/1.1\r\nX-Fc-Id: 1\r\n\r\n");
    assert!(get("x").ends_with("Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"));
}
