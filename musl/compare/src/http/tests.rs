//! The answers of real servers, cut anywhere.

use super::*;

/// Feeds `bytes` one at a time, which is the worst a socket may do.
fn trickle(reader: &mut Reader, bytes: &[u8]) -> Result<Option<Answer>, BadAnswer> {
    for (at, byte) in bytes.iter().enumerate() {
        if let Some(answer) = reader.feed(&[*byte])? {
            assert_eq!(at + 1, bytes.len(), "the answer ended early");
            return Ok(Some(answer));
        }
    }
    Ok(None)
}

fn answer(body: &[u8], keep_alive: bool) -> Answer {
    Answer {
        status: 200,
        body: body.to_vec(),
        keep_alive,
    }
}

#[test]
fn a_counted_answer_is_complete_with_its_last_byte() {
    let wire = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello";
    assert_eq!(
        trickle(&mut Reader::default(), wire),
        Ok(Some(answer(b"hello", true)))
    );
    assert_eq!(
        Reader::default().feed(wire),
        Ok(Some(answer(b"hello", true)))
    );
}

#[test]
fn a_chunked_answer_loses_its_chunk_sizes() {
    let wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n";
    assert_eq!(
        trickle(&mut Reader::default(), wire),
        Ok(Some(answer(b"hello", true)))
    );
    assert_eq!(
        Reader::default().feed(wire),
        Ok(Some(answer(b"hello", true)))
    );
}

#[test]
fn an_answer_without_a_length_ends_with_the_connection() {
    let mut reader = Reader::default();
    assert_eq!(
        trickle(&mut reader, b"HTTP/1.0 200 OK\r\n\r\nhello"),
        Ok(None)
    );
    assert_eq!(reader.end(), Ok(answer(b"hello", false)));
}

#[test]
fn two_answers_follow_each_other_on_one_connection() {
    let mut reader = Reader::default();
    for body in [&b"one"[..], b"", b"three"] {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
        let wire = [head.as_bytes(), body].concat();
        assert_eq!(reader.feed(&wire), Ok(Some(answer(body, true))));
    }
}

#[test]
fn connection_close_and_http_1_0_end_the_connection() {
    for head in [
        "HTTP/1.1 200 OK\r\nConnection: Close\r\n",
        "HTTP/1.0 200 OK\r\n",
    ] {
        let wire = format!("{head}Content-Length: 0\r\n\r\n");
        assert_eq!(
            Reader::default().feed(wire.as_bytes()),
            Ok(Some(answer(b"", false)))
        );
    }
    let wire = b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(Reader::default().feed(wire), Ok(Some(answer(b"", true))));
}

#[test]
fn a_cut_answer_and_noise_are_refused() {
    let mut reader = Reader::default();
    assert_eq!(
        reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"),
        Ok(None)
    );
    assert_eq!(reader.end(), Err(BadAnswer::Cut));
    assert_eq!(
        Reader::default().feed(b"SSH-2.0\r\n\r\n"),
        Err(BadAnswer::Malformed)
    );
    let both = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(Reader::default().feed(both), Err(BadAnswer::Malformed));
    let chunk = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n";
    assert_eq!(Reader::default().feed(chunk), Err(BadAnswer::Malformed));
}

#[test]
fn only_the_same_bytes_with_status_200_pass() {
    assert_eq!(answer(b"abc", true).verify(b"abc"), Ok(()));
    let wrong = BadAnswer::WrongEcho {
        sent: 3,
        received: 3,
    };
    assert_eq!(answer(b"abd", true).verify(b"abc"), Err(wrong));
    let refused = Answer {
        status: 503,
        ..answer(b"abc", true)
    };
    assert_eq!(refused.verify(b"abc"), Err(BadAnswer::Status(503)));
}
