//! A line as Function Compute reads it: from its start marker on, at most so long
//! ([contract §5.1](crate::check::sections::SECTIONS#5.1), [§5.3](crate::check::sections::SECTIONS#5.3)).

use std::borrow::Cow;

use memchr::memchr_iter;

use crate::facts::{MARKER_CALLS, limit};

/// The line with its end, from a start marker on, at most as long as FC keeps one.
pub(super) fn cut_line(line: &[u8]) -> Cow<'_, [u8]> {
    let line = &line[start_marker_offset(line)..];
    if line.len() <= limit::LOG_LINE_BYTES {
        return line.into();
    }
    [&line[..limit::LOG_LINE_BYTES - 1], b"\n"].concat().into()
}

/// What stands in a line after a label, if that stands in it.
///
/// A search that prepares itself for long texts would take longer to do so than to look through a line.
pub(super) fn after<'a>(line: &'a [u8], label: &[u8]) -> Option<&'a [u8]> {
    let mut begins = memchr_iter(*label.first()?, line);
    begins.find_map(|begin| line[begin..].strip_prefix(label))
}

/// Where FC begins to read a line: at its start marker, if it has one
/// ([contract §5.3](crate::check::sections::SECTIONS#5.3)).
fn start_marker_offset(line: &[u8]) -> usize {
    marker_offset(line, &["Start"]).unwrap_or(0)
}

/// Where in a line the first marker with one of these edges stands
/// ([contract §5.1](crate::check::sections::SECTIONS#5.1)).
///
/// It looks at every line of every function, and a function may write a million in a second.
pub(crate) fn marker_offset(line: &[u8], edges: &[&str]) -> Option<usize> {
    // The standard library's own search for a byte is quick in a development build, too.
    if !line.contains(&b'F') {
        return None;
    }
    let begins = line.iter().enumerate().filter(|(_, byte)| **byte == b'F');
    begins
        .map(|(offset, _)| offset)
        .find(|offset| begins_with_marker(&line[*offset..], edges))
}

fn begins_with_marker(line: &[u8], edges: &[&str]) -> bool {
    let call = line
        .strip_prefix(b"FC ")
        .and_then(|rest| without_one_of(rest, &MARKER_CALLS));
    let edge = call
        .and_then(|rest| rest.strip_prefix(b" "))
        .and_then(|rest| without_one_of(rest, edges));
    edge.is_some_and(|rest| rest.starts_with(b" RequestId: "))
}

fn without_one_of<'a>(line: &'a [u8], words: &[&str]) -> Option<&'a [u8]> {
    let mut words = words.iter();
    words.find_map(|word| line.strip_prefix(word.as_bytes()))
}

#[cfg(test)]
mod tests;
