//! Judging a response: what a row asks of one, without asking for it.

use serde_json::Value;

use super::client::{NoResponse, Response};
use super::row::Outcome;

/// Statuses by which a server refuses a request before any handler sees it.
const REFUSALS: [u16; 6] = [400, 411, 413, 414, 501, 505];

/// The end of an End line after a failure ([contract §5.1](crate::check::sections::SECTIONS#5.1)).
const FAILURE_SUFFIXES: [&str; 2] = [
    ", Error: Unhandled function error",
    ", Error: Handled function error",
];

/// The marker lines of one call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    /// Which lines are its Start lines.
    pub(super) starts: Vec<usize>,
    /// Which lines are its End lines, and what follows the request id on them.
    pub(super) ends: Vec<(usize, String)>,
}

impl Marks {
    /// Finds the marker lines of a request id.
    pub(super) fn of(call: &str, request_id: &str, lines: &[String]) -> Self {
        let (start, end) = (
            format!("FC {call} Start RequestId: {request_id}"),
            format!("FC {call} End RequestId: {request_id}"),
        );
        let mut marks = Self::default();
        for (index, line) in lines.iter().enumerate() {
            if line.contains(&start) {
                marks.starts.push(index);
            }
            if let Some((_, suffix)) = line.split_once(&end) {
                marks.ends.push((index, suffix.to_owned()));
            }
        }
        marks
    }

    /// What is wrong with them, if they are to frame one call.
    fn wrong(&self) -> Option<String> {
        let count = |edge: &str, found: usize| match found {
            1 => None,
            0 => Some(format!("no {edge} line")),
            _ => Some(format!("{found} {edge} lines")),
        };
        let counts = [
            count("Start", self.starts.len()),
            count("End", self.ends.len()),
        ];
        let wrong: Vec<String> = counts.into_iter().flatten().collect();
        if !wrong.is_empty() {
            return Some(wrong.join(", "));
        }
        (self.starts[0] > self.ends[0].0).then(|| "the End line stands first".to_owned())
    }

    pub(super) fn frame_one_call(&self) -> bool {
        self.wrong().is_none()
    }
}

/// The markers of a call; `failed` is whether the End line may report a failure.
pub(super) fn markers(call: &str, response: &Response, failed: bool) -> Outcome {
    let marks = Marks::of(call, &response.request_id, &response.lines);
    if let Some(wrong) = marks.wrong() {
        let near = response
            .lines
            .iter()
            .find(|line| line.contains(&response.request_id));
        return Outcome::fail(match near {
            Some(line) => format!("{wrong}; a line with the request id is: {line}"),
            None => format!("{wrong}; no line has the request id"),
        });
    }
    match &marks.ends[..] {
        [(_, suffix), ..] if !suffix.is_empty() && !failed => Outcome::fail(format!(
            "the End line of a call that succeeded goes on with {suffix:?}"
        )),
        _ => Outcome::pass("both lines, with the request id"),
    }
}

/// Whether the lines inside a call carry its request id.
pub(super) fn log_ids(response: &Response) -> Outcome {
    let marks = Marks::of("Invoke", &response.request_id, &response.lines);
    let inner = match (marks.starts.first(), marks.ends.first()) {
        (Some(start), Some((end, _))) if start < end => &response.lines[start + 1..*end],
        _ => return Outcome::cannot_tell("no marker lines frame the call"),
    };
    let bare = inner
        .iter()
        .find(|line| !line.contains(&response.request_id));
    match (inner.len(), bare) {
        (0, _) => Outcome::not_applicable("the handler logged nothing"),
        (_, Some(line)) => Outcome::fail(format!("a line without it: {line}")),
        (count, None) => Outcome::pass(format!("{count} of {count} lines")),
    }
}

/// What to do where events are not what the program is for.
const NO_EVENTS: &str =
    "if it takes only HTTP calls, check it with --web --http PATH, and an MCP server with --mcp";

/// An event call that succeeded.
pub(super) fn success(response: &Response) -> Outcome {
    match (response.status, response.fc_status()) {
        (200, None | Some("200")) => Outcome::pass(format!("200, {} bytes", response.body.len())),
        (_, Some("404")) => Outcome::cannot_tell(format!(
            "{}; name an event that the handler accepts with --event; {NO_EVENTS}",
            status(response)
        )),
        (404 | 405, None) => Outcome::fail(format!("{}; {NO_EVENTS}", status(response))),
        _ => Outcome::fail(status(response)),
    }
}

/// An event that has to reach the handler; `echo` is what must come back, if that is known.
pub(super) fn arrival(result: &Result<Response, NoResponse>, echo: Option<&[u8]>) -> Outcome {
    let response = match result {
        Ok(response) => response,
        Err(none) => return Outcome::fail(none.to_string()),
    };
    let succeeded = response.status == 200 && matches!(response.fc_status(), None | Some("200"));
    match echo {
        Some(event) if succeeded => Outcome::unless(
            difference(event, &response.body),
            format!("{} bytes came back unchanged", event.len()),
        ),
        Some(_) => Outcome::fail(status(response)),
        None if succeeded => Outcome::pass(format!("200, {} bytes", response.body.len())),
        None if REFUSALS.contains(&response.status) && response.fc_status().is_none() => {
            Outcome::fail(format!("the server refuses it: {}", status(response)))
        }
        None if response.fc_status() == Some("404") => Outcome::pass(format!(
            "it arrived; the handler refuses it: {}",
            status(response)
        )),
        None => Outcome::cannot_tell(format!(
            "{}; with --echo it can be judged",
            status(response)
        )),
    }
}

/// What differs between what was sent and what came back.
pub(super) fn difference(sent: &[u8], came: &[u8]) -> Option<String> {
    if sent == came {
        return None;
    }
    let same = sent.iter().zip(came).take_while(|(a, b)| a == b).count();
    Some(format!(
        "{} bytes came back for {}, different from byte {same} on",
        came.len(),
        sent.len()
    ))
}

/// A hook's response.
pub(super) fn hook(result: &Result<Response, NoResponse>) -> Outcome {
    match result {
        Ok(response) if (200..300).contains(&response.status) => {
            Outcome::pass(response.status.to_string())
        }
        Ok(response) => Outcome::fail(status(response)),
        Err(none) => Outcome::fail(none.to_string()),
    }
}

/// Any response of the function, as long as the server does not refuse the request.
pub(super) fn any_response(result: &Result<Response, NoResponse>) -> Outcome {
    match result {
        Ok(response) if REFUSALS.contains(&response.status) => {
            Outcome::fail(format!("the server refuses it: {}", status(response)))
        }
        Ok(response) => Outcome::pass(status(response)),
        Err(none) => Outcome::fail(none.to_string()),
    }
}

/// The error that a failed event call returns ([contract §3.2](crate::check::sections::SECTIONS#3.2)).
pub(super) fn error_body(response: &Response) -> Outcome {
    let Ok(json) = serde_json::from_slice::<Value>(&response.body) else {
        return Outcome::fail(format!("no JSON: {}", text(&response.body)));
    };
    let texts = ["errorMessage", "errorType"]
        .into_iter()
        .find(|key| !json[key].is_string())
        .map(|key| format!("no text {key}: {}", text(&response.body)));
    let trace = &json["stackTrace"];
    let wrong = texts.or_else(|| {
        (!trace.is_null() && !trace.is_array()).then(|| "stackTrace is not an array".to_owned())
    });
    Outcome::unless(wrong, format!("errorType {}", json["errorType"]))
}

/// The End line of a failed call.
pub(super) fn end_line(response: &Response) -> Outcome {
    let marks = Marks::of("Invoke", &response.request_id, &response.lines);
    match marks.ends.first() {
        None => Outcome::fail("no End line"),
        Some((_, suffix)) if FAILURE_SUFFIXES.contains(&suffix.as_str()) => {
            Outcome::pass(suffix.trim_start_matches(", "))
        }
        Some((_, suffix)) if suffix.is_empty() => {
            Outcome::fail("the End line is that of a call that succeeded")
        }
        Some((_, suffix)) => Outcome::fail(format!("the End line goes on with {suffix:?}")),
    }
}

/// Whether the error stands in the log before the End line.
pub(super) fn failure_order(response: &Response) -> Outcome {
    let marks = Marks::of("Invoke", &response.request_id, &response.lines);
    let (Some(start), Some((end, _))) = (marks.starts.first(), marks.ends.first()) else {
        return Outcome::cannot_tell("no marker lines frame the call");
    };
    let json = serde_json::from_slice::<Value>(&response.body);
    let message = json
        .ok()
        .and_then(|json| json["errorMessage"].as_str().map(str::to_owned))
        .unwrap_or_else(|| text(&response.body));
    // Lines and JSON may break and quote the message, so its beginning without either is looked for.
    let clue: String = message
        .chars()
        .take_while(|char| !char.is_control() && !['"', '\\'].contains(char))
        .take(40)
        .collect();
    if clue.is_empty() {
        return Outcome::cannot_tell("the response has no message to look for");
    }
    let found = response.lines.iter().position(|line| line.contains(&clue));
    match found {
        Some(line) if line > *start && line < *end => Outcome::pass("in between"),
        Some(_) => Outcome::fail("it stands outside of the two lines"),
        None => Outcome::fail(format!("no line has {clue:?}")),
    }
}

/// The status of a response, and what FC's own header says.
pub(super) fn status(response: &Response) -> String {
    match response.fc_status() {
        Some(status) => format!("status {}, x-fc-status {status}", response.status),
        None => format!("status {}, no x-fc-status", response.status),
    }
}

/// The beginning of a body, as text.
pub(super) fn text(bytes: &[u8]) -> String {
    let shown: String = String::from_utf8_lossy(bytes).chars().take(80).collect();
    if shown.is_empty() {
        "an empty body".to_owned()
    } else {
        shown
    }
}

#[cfg(test)]
mod tests;
