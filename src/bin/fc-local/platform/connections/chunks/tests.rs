use bytes::BytesMut;

use super::{Chunks, LINE_BYTES_MAX};

const BODY: &[u8] = b"5;a=b\r\nHello\r\n6\r\n World\r\n0\r\nX-End: yes\r\n\r\nnext";

/// What comes of a body whose bytes come so many at a time.
fn pieces(body: &[u8], at_once: usize) -> Option<(Vec<u8>, Option<String>, Vec<u8>)> {
    let (mut chunks, mut buffer) = (Chunks::Size, BytesMut::new());
    let (mut bytes, mut end) = (Vec::new(), None);
    for part in body.chunks(at_once) {
        buffer.extend_from_slice(part);
        while let Some(frame) = chunks.next(&mut buffer).ok()? {
            match frame.into_data() {
                Ok(data) => bytes.extend_from_slice(&data),
                Err(frame) => end = frame.trailers_ref().map(|it| format!("{it:?}")),
            }
        }
    }
    (chunks == Chunks::Done).then(|| (bytes, end, buffer.to_vec()))
}

#[test]
fn a_chunked_body_is_the_same_however_it_comes() {
    for at_once in 1..=BODY.len() {
        let (bytes, end, rest) = pieces(BODY, at_once).expect("whole");
        assert_eq!(bytes, b"Hello World", "{at_once} bytes at once");
        assert_eq!(end.as_deref(), Some(r#"{"x-end": "yes"}"#));
        assert_eq!(rest, b"next");
    }
    let (bytes, end, _) = pieces(b"0\r\n\r\n", 100).expect("whole");
    assert!(bytes.is_empty() && end.is_none());
}

#[test]
fn what_is_no_chunk_is_refused_and_what_is_none_yet_is_bounded() {
    let endless = vec![b'1'; 20];
    let extended = [b"1;".to_vec(), vec![b'x'; LINE_BYTES_MAX]].concat();
    let trailing = [b"0\r\nX-A: ".to_vec(), vec![b'x'; LINE_BYTES_MAX]].concat();
    for body in [
        b"x\r\n".as_slice(),
        b"1\r\nab\r\n",
        b"\r\n\r\n",
        b";a\r\n\r\n",
        b" 1\r\na\r\n",
        b"1;a\nb\r\na\r\n",
        b"0\r\nX\x00: 1\r\n\r\n",
        &endless,
        &extended,
        &trailing,
    ] {
        let (mut chunks, mut buffer) = (Chunks::Size, BytesMut::from(body));
        let mut next = chunks.next(&mut buffer);
        while let Ok(Some(_)) = next {
            next = chunks.next(&mut buffer);
        }
        assert!(next.is_err(), "{}", String::from_utf8_lossy(body));
    }
}
