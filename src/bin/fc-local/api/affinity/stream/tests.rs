use super::session_of;

#[test]
fn the_id_of_a_session_is_found_in_the_endpoint_event_of_both_sdks() {
    for (stream, id) in [
        (
            "event: endpoint\ndata: /messages/?session_id=0af1\n\n",
            Some("0af1"),
        ),
        (
            "event: endpoint\r\ndata: /messages?sessionId=a-b&x=1\r\n\r\n",
            Some("a-b"),
        ),
        (
            ": hello\n\nevent:endpoint\ndata:/m?a=1&session_id=7\n\n",
            Some("7"),
        ),
        (
            "data: /m?session_id=9\nevent: endpoint\n\nevent: message\n",
            Some("9"),
        ),
        ("event: endpoint\ndata: /messages/?session_id=0a", None),
        ("event: message\ndata: /m?session_id=9\n\n", None),
        ("event: endpoint\ndata: /messages\n\n", None),
    ] {
        assert_eq!(session_of(stream.as_bytes()).as_deref(), id, "{stream:?}");
    }
}
