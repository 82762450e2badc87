//! The raw bytes of the mock agent (contract §2.1).

use crate::support::Instance;

/// The bytes that the mock agent sends, with its own header case (contract §2.1).
fn as_the_mock(head: &str, control_path: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!(
        "{head}User-Agent: Go-http-client/1.1\r\nContent-Type: application/octet-stream\r\n\
         X-Fc-Request-Id: mock-id\r\nX-Fc-Function-Name: fc-docker\r\nX-Fc-Security-Token: \r\n\
         X-Fc-Control-Path: {control_path}\r\nAccept-Encoding: gzip\r\n\r\n"
    )
    .into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

#[test]
fn the_bytes_of_the_mock_agent_are_understood() {
    let instance = Instance::start("bootstrap", &[]);
    let mut connection = instance.connect();
    let mut send = |head: &str, control_path: &str, body: &[u8]| {
        connection.exchange(&as_the_mock(head, control_path, body))
    };
    let initialize = "POST /initialize HTTP/1.1\r\nHost: localhost:9000\r\nContent-Length: 0\r\n";
    assert_eq!(send(initialize, "/initialize", b"").status, 200);
    let invoke = "POST /invoke HTTP/1.1\r\nHost: localhost:9000\r\nTransfer-Encoding: chunked\r\n";
    let hello = send(invoke, "/invoke", b"5\r\nhello\r\n0\r\n\r\n");
    assert_eq!(hello.text(), "hello");
    assert_eq!(send(invoke, "/invoke", b"0\r\n\r\n").text(), "");
    let get = "GET /a%20b?x=1 HTTP/1.1\r\nHost: example.com\r\n";
    let found = send(get, "/http-invoke", b"");
    assert_eq!(found.status, 404, "the demo knows no such path");
    let put = "PUT /a%20b?x=1 HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\n";
    assert_eq!(send(put, "/http-invoke", b"0\r\n\r\n").status, 404);
    let rewritten = "POST /a%20b?x=1 HTTP/1.1\r\nHost: example.com\r\nContent-Length: 0\r\n";
    assert_eq!(send(rewritten, "/initialize", b"").status, 200);
    let lines = instance.lines();
    let begun = |marker| lines.iter().filter(|line| line.starts_with(marker)).count();
    assert_eq!(begun("FC Initialize Start"), 2, "{lines:#?}");
    assert_eq!(begun("FC Invoke Start"), 4, "{lines:#?}");
}
