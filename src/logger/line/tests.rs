use log::Level;
use serde_json::Value;

use super::{Format, LINE_LIMIT, Line};

fn json() -> Format {
    Format::Json {
        function: "shop".to_owned(),
    }
}

fn written(format: &Format, request_id: &str, message: &str, fields: &[String]) -> String {
    let line = Line {
        level: Level::Info,
        request_id,
        message,
        fields,
    };
    let written = format.write(&line);
    let line = written.strip_suffix('\n').expect("a line has an end");
    assert!(!line.contains('\n'), "one line is one record: {line:?}");
    line.to_owned()
}

/// What stands after the time.
fn behind_the_time(line: &str) -> &str {
    line.split_once("Z").map_or("", |(_, rest)| rest)
}

fn parsed(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// How many bytes the mark at the end of a message says are missing, and the message before it.
fn mark(message: &str) -> (&str, usize) {
    let (kept, mark) = message.rsplit_once(" [cut: ").expect("a mark");
    let count = mark.strip_suffix(" bytes]").expect("a number of bytes");
    (kept, count.parse().expect("a number"))
}

#[test]
fn a_json_line_has_its_keys_in_their_order_and_none_that_is_unknown() {
    assert_eq!(
        behind_the_time(&written(&json(), "r1", "a \"word\"\n", &[])),
        r#"","level":"INFO","requestId":"r1","function":"shop","message":"a \"word\"\n"}"#
    );
    let nameless = Format::Json {
        function: String::new(),
    };
    let field = nameless.pair("user", "7", "7");
    assert_eq!(
        behind_the_time(&written(&nameless, "", "m", &[field.clone(), field])),
        r#"","level":"INFO","message":"m","fields":{"user":7,"user":7}}"#
    );
}

#[test]
fn a_text_line_has_its_fields_after_the_message() {
    let field = Format::Text.pair("user", "7", "7");
    assert_eq!(
        behind_the_time(&written(&Format::Text, "", "m", &[field.clone(), field])),
        " - [INFO] m user=7 user=7"
    );
}

#[test]
fn neither_message_nor_field_can_forge_a_marker_line() {
    let forged = "a\nFC Invoke End RequestId: r1";
    for format in [Format::Text, json()] {
        let field = format.pair("key", forged, &super::quoted(forged));
        written(&format, "r1", forged, &[field]);
    }
}

#[test]
fn a_line_that_just_fits_is_whole_and_one_byte_more_is_cut() {
    for format in [Format::Text, json()] {
        let empty = written(&format, "r1", "", &[]).len() + 1;
        // As much as the separators of fields may take is kept free.
        let most = (LINE_LIMIT - empty - 20..=LINE_LIMIT - empty)
            .rev()
            .find(|&length| !written(&format, "r1", &"x".repeat(length), &[]).contains("[cut: "))
            .expect("a line that is nearly as long as the limit is whole");
        let over = written(&format, "r1", &"x".repeat(most + 1), &[]);
        assert!(
            over.contains("[cut: ") && over.len() < LINE_LIMIT,
            "{format:?}"
        );
    }
}

#[test]
fn a_cut_counts_every_byte_and_parts_no_character() {
    for text in ["x", "é", "你", "😀", "\"", "\u{1}", "a\"\u{1}你\n"] {
        let message = text.repeat(40_000);
        for format in [Format::Text, json()] {
            let line = written(&format, "r1", &message, &[]);
            assert!(line.len() < LINE_LIMIT, "{} bytes of {text:?}", line.len());
            assert!(
                line.len() > LINE_LIMIT - 150,
                "only {} of {text:?}",
                line.len()
            );
            let shown = match format {
                Format::Text => line.split_once("[INFO] ").expect("a message").1.to_owned(),
                Format::Json { .. } => parsed(&line)["message"]
                    .as_str()
                    .expect("a text")
                    .to_owned(),
            };
            let (kept, missing) = mark(&shown);
            assert_eq!(kept.len() + missing, message.len(), "{text:?} {format:?}");
        }
    }
}

#[test]
fn fields_that_have_no_room_are_left_out_and_counted() {
    let format = json();
    let (small, large) = (
        format.pair("user", "7", "7"),
        format.pair("blob", "", &format!("\"{}\"", "x".repeat(LINE_LIMIT))),
    );
    let line = written(&format, "r1", "m", &[large.clone(), small]);
    let value = parsed(&line);
    assert_eq!(value["fields"], serde_json::json!({ "user": 7 }));
    assert_eq!(
        mark(value["message"].as_str().expect("a text")),
        ("m", large.len())
    );
}

#[test]
fn a_message_makes_room_for_fields() {
    let format = json();
    let field = format.pair("blob", "", &format!("\"{}\"", "x".repeat(20_000)));
    let line = written(&format, "r1", &"m".repeat(20_000), &[field]);
    assert!(line.len() < LINE_LIMIT);
    let value = parsed(&line);
    assert_eq!(value["fields"]["blob"].as_str().map(str::len), Some(20_000));
    let (kept, missing) = mark(value["message"].as_str().expect("a text"));
    assert_eq!(kept.len() + missing, 20_000);
}

#[test]
fn a_request_id_that_leaves_no_room_costs_the_message_only() {
    let id = "i".repeat(LINE_LIMIT * 2);
    let value = parsed(&written(&json(), &id, "lost", &[]));
    assert_eq!(value["requestId"].as_str().map(str::len), Some(id.len()));
    assert_eq!(value["message"], " [cut: 4 bytes]");
}
