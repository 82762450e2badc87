use super::Head;
use crate::limits::{DEFAULT_HEAD_LIMIT as BYTES, DEFAULT_HEADER_COUNT as HEADERS, Limits};
use crate::server::direct::inbox::{End, Inbox, Script};
use crate::server::refusal::UNKNOWN_EXPECTATION;

fn parse(bytes: &[u8], step: usize) -> Result<Head, End> {
    let mut inbox = Inbox::new(Script { bytes, step });
    Head::read(&mut inbox, &Limits::default(), &mut false)
}

/// The status that a head is refused with, which must not depend on how its bytes come.
fn refusal(bytes: &[u8]) -> Option<u16> {
    let of = |step| match parse(bytes, step) {
        Err(End::Refused(refusal)) => Some(refusal.status()),
        _ => None,
    };
    let whole = of(bytes.len().max(1));
    for step in [1, 2, 3, 7, 100] {
        assert_eq!(of(step), whole, "{} by {step}", bytes.escape_ascii());
    }
    whole
}

fn get(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").into()
}

fn with(fields: &str) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n").into()
}

#[test]
fn a_head_is_read_as_it_was_sent() {
    let head = parse(
        b"pUt /a%20b?x=1 HTTP/1.1\r\nHost: x\r\nX-One:1\r\nx-one: \t two  words\t \r\nEmpty:\r\n\r\n",
        1,
    )
    .expect("a sound head");
    assert_eq!(
        (&*head.call.method, &*head.call.target),
        ("pUt", "/a%20b?x=1")
    );
    let fields: Vec<_> = head.call.headers.iter().collect();
    let expected = [
        ("Host", &b"x"[..]),
        ("X-One", b"1"),
        ("x-one", b"two  words"),
        ("Empty", b""),
    ];
    assert_eq!(fields, expected);
}

#[test]
fn bytes_above_127_in_a_value_are_the_handlers_to_understand() {
    let head = parse(
        &[
            &b"GET / HTTP/1.1\r\nHost: x\r\nName: \xff\xfc\x80"[..],
            b"\r\n\r\n",
        ]
        .concat(),
        3,
    );
    let headers = head.expect("a sound head").call.headers;
    assert_eq!(headers.get_bytes("name"), Some(&b"\xff\xfc\x80"[..]));
}

#[test]
fn request_lines_that_are_served() {
    for line in [
        "GET / HTTP/1.1",
        "GET /?q={\"a\":1}|[] HTTP/1.1",
        "M-SEARCH /x HTTP/1.1",
        "get / HTTP/1.1",
        "OPTIONS * HTTP/1.1",
        "GET http://example.com HTTP/1.1",
        "GET HTTPS://example.com:443/a?b HTTP/1.1",
        "GET http://[::1]:80/ HTTP/1.1",
        "GET //double HTTP/1.1",
        "GET / HTTP/1.0",
        "GET / HTTP/1.2",
        "GET / HTTP/1.9",
    ] {
        let head = format!("{line}\r\nHost: x\r\n\r\n");
        assert_eq!(refusal(head.as_bytes()), None, "{line}");
    }
}

#[test]
fn request_lines_that_are_refused() {
    for (line, status) in [
        ("", 400),
        ("GET", 400),
        ("GET /", 400),
        ("GET / http/1.1", 400),
        ("GET / HTTP/1", 400),
        ("GET / HTTP/11", 400),
        ("GET / HTTP/1.10", 400),
        ("GET / HTTP/1.1 ", 400),
        (" GET / HTTP/1.1", 400),
        ("GET  / HTTP/1.1", 400),
        ("GET\t/ HTTP/1.1", 400),
        ("GET / x HTTP/1.1", 400),
        ("G(T / HTTP/1.1", 400),
        ("G\u{e9}T / HTTP/1.1", 400),
        ("GET /\u{e9} HTTP/1.1", 400),
        ("GET /\0 HTTP/1.1", 400),
        ("GET /\r HTTP/1.1", 400),
        ("GET /\u{7f} HTTP/1.1", 400),
        ("GET x HTTP/1.1", 400),
        ("GET * HTTP/1.1", 400),
        ("GET ftp://example.com/ HTTP/1.1", 400),
        ("GET http:///path HTTP/1.1", 400),
        ("GET http://user@example.com/ HTTP/1.1", 400),
        ("CONNECT example.com:80 HTTP/1.1", 501),
        ("GET / HTTP/0.9", 505),
        ("GET / HTTP/2.0", 505),
        ("PRI * HTTP/2.0", 505),
        ("GET / HTTP/3.0", 505),
    ] {
        let head = format!("{line}\r\nHost: x\r\n\r\n");
        assert_eq!(refusal(head.as_bytes()), Some(status), "{line:?}");
    }
}

#[test]
fn fields_that_are_refused() {
    for fields in [
        "no colon",
        ": no name",
        "blank : before the colon",
        "na me: x",
        "n\u{e9}: x",
        "a: b\r\n folded",
        "a: b\r\n\tfolded",
        "a: b\0",
        "a: b\rc",
        "a: \u{1b}[31m",
        "a: \u{7f}",
        "a: b\u{c}",
        "a: b\nc: d",
        "@: x",
    ] {
        assert_eq!(refusal(&with(fields)), Some(400), "{fields:?}");
    }
    let folded = b"GET / HTTP/1.1\r\n Host: x\r\n\r\n";
    assert_eq!(refusal(folded), Some(400), "a fold of the request line");
}

#[test]
fn heads_up_to_the_limits_are_served() {
    let line = "a: b\r\n";
    let of = |fields: usize| with(line.repeat(fields).trim_end());
    assert_eq!(refusal(&of(HEADERS - 1)), None);
    assert_eq!(refusal(&of(HEADERS)), Some(431));
    let filled = |bytes: usize| {
        let around = with("a: ").len();
        with(&["a: ", &"x".repeat(bytes - around)].concat())
    };
    assert_eq!(refusal(&filled(BYTES)), None);
    assert_eq!(refusal(&filled(BYTES + 1)), Some(431));
    assert_eq!(refusal(&get(&["/", &"x".repeat(20_000)].concat())), None);
    assert_eq!(
        refusal(&get(&["/", &"x".repeat(BYTES)].concat())),
        Some(414)
    );
    assert_eq!(
        refusal(&vec![b'x'; BYTES + 1]),
        Some(414),
        "without any end"
    );
}

#[test]
fn a_head_that_breaks_off_is_refused() {
    let whole = get("/");
    for length in 0..whole.len() {
        assert_eq!(refusal(&whole[..length]), Some(400), "{length}");
    }
}

#[test]
fn the_connection_is_kept_alive_as_the_client_asks() {
    let connection = |version: &str, fields: &str| {
        let head = format!("GET / HTTP/{version}\r\nHost: x\r\n{fields}\r\n");
        parse(head.as_bytes(), 1000)
            .expect("a sound head")
            .asked
            .connection
    };
    assert_eq!(connection("1.1", ""), None);
    assert_eq!(
        connection("1.1", "Connection: Upgrade, HTTP2-Settings\r\n"),
        None
    );
    assert_eq!(
        connection("1.1", "Connection: TE , CLOSE\r\n"),
        Some("close")
    );
    assert_eq!(
        connection("1.1", "Connection: te\r\nconnection: close\r\n"),
        Some("close")
    );
    assert_eq!(connection("1.1", "Connection: closed\r\n"), None);
    assert_eq!(connection("1.2", ""), None);
    assert_eq!(connection("1.0", ""), Some("close"));
    assert_eq!(
        connection("1.0", "Connection: Keep-Alive\r\n"),
        Some("keep-alive")
    );
    assert_eq!(
        connection("1.0", "Connection: keep-alive, close\r\n"),
        Some("close")
    );
}

#[test]
fn only_the_one_expectation_is_met() {
    let awaits = |version: &str, fields: &str| {
        let head = format!("GET / HTTP/{version}\r\nHost: x\r\n{fields}\r\n");
        parse(head.as_bytes(), 1000).map(|head| head.awaits_continue)
    };
    let refused = Err(End::Refused(&UNKNOWN_EXPECTATION));
    assert_eq!(awaits("1.1", ""), Ok(false));
    assert_eq!(awaits("1.1", "Expect: 100-Continue\r\n"), Ok(true));
    assert_eq!(awaits("1.0", "Expect: 100-continue\r\n"), Ok(false));
    assert_eq!(awaits("1.1", "Expect: 200-ok\r\n"), refused);
    let two = "Expect: 100-continue\r\nExpect: x\r\n";
    assert_eq!(awaits("1.1", two), refused);
}
