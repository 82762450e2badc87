use std::sync::{Arc, Mutex};

use super::{CallLog, LineSink, State, cut_line};
use crate::facts::limit;

fn state_with_calls(ids: &[&str]) -> State {
    let calls = ids
        .iter()
        .map(|id| ((*id).to_owned(), CallLog::keeping(limit::TAIL_LOG_BYTES)))
        .collect();
    State {
        calls,
        ..State::keeping(limit::TAIL_LOG_BYTES)
    }
}

fn tail(state: &State, id: &str) -> String {
    String::from_utf8_lossy(&state.calls[id].tail).into_owned()
}

#[test]
fn lines_go_to_the_call_they_name_and_unnamed_ones_to_all() {
    let mut state = state_with_calls(&["one", "two"]);
    state.take_bytes(b"FC Invoke Start RequestId: one\nhalf", None);
    state.take_bytes(b" a line\nFC Invoke End RequestId: two\n", None);
    assert_eq!(
        tail(&state, "one"),
        "FC Invoke Start RequestId: one\nhalf a line\n"
    );
    assert_eq!(
        tail(&state, "two"),
        "half a line\nFC Invoke End RequestId: two\n"
    );
    let marks = |id: &str| (state.calls[id].start_marker, state.calls[id].end_marker);
    assert_eq!((marks("one"), marks("two")), ((true, false), (false, true)));
}

#[test]
fn lines_that_come_at_once_are_handed_on_at_once() {
    let handed = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&handed);
    let sink: LineSink = Arc::new(move |lines: &[u8]| {
        seen.lock().expect("whole").push(lines.to_vec());
    });
    let mut state = state_with_calls(&[]);
    state.take_bytes(b"one\ntwo\nhal", Some(&sink));
    state.take_bytes(b"f\n", Some(&sink));
    let handed = handed.lock().expect("whole").clone();
    assert_eq!(handed, [b"one\ntwo\n".to_vec(), b"half\n".to_vec()]);
}

#[test]
fn a_tail_is_the_last_4_kb() {
    let mut state = state_with_calls(&["one"]);
    (0..1000).for_each(|number| state.take_bytes(format!("line {number:04}\n").as_bytes(), None));
    let log = &state.calls["one"];
    assert_eq!(
        (log.tail.len(), log.dropped_bytes),
        (limit::TAIL_LOG_BYTES, 10_000 - limit::TAIL_LOG_BYTES)
    );
    assert!(tail(&state, "one").ends_with("line 0999\n"));
}

#[test]
fn an_endless_line_is_cut_at_32_kb() {
    let mut state = state_with_calls(&[]);
    (0..100).for_each(|_| state.take_bytes(&[b'x'; 1024], None));
    assert!(state.partial.len() <= limit::LOG_LINE_BYTES);
    assert_eq!(cut_line(&[b'x'; 40_000]).len(), limit::LOG_LINE_BYTES);
}
