use super::{Marks, difference};

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

#[test]
fn only_one_start_line_before_one_end_line_frames_a_call() {
    let frames = |text: &str| Marks::of("Invoke", "1", &lines(text)).wrong();
    let (start, end) = (
        "FC Invoke Start RequestId: 1\n",
        "FC Invoke End RequestId: 1\n",
    );
    assert_eq!(frames(&format!("{start}a\n{end}")), None);
    let wrong = [
        (end.to_owned(), "no Start line"),
        (String::new(), "no Start line, no End line"),
        (format!("{start}{start}{end}"), "2 Start lines"),
        (format!("{end}{start}"), "the End line stands first"),
        (
            format!("FC invoke Start RequestId: 1\n{end}"),
            "no Start line",
        ),
    ];
    for (text, expected) in wrong {
        assert_eq!(frames(&text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn a_difference_is_reported_by_its_place() {
    assert_eq!(difference(b"abc", b"abc"), None);
    let cut = difference(b"abc", b"ab");
    assert_eq!(
        cut.as_deref(),
        Some("2 bytes came back for 3, different from byte 2 on")
    );
}
