//! `Error`, what a handler fails with, and the JSON that Function Compute's users know it by
//! ([contract §3.2](crate::guide::contract#3.2)).
//!
//! Owns the shape of a failure. It must not know how the failure travels, nor who asked.

pub(crate) mod kind;

use std::any::{Any, type_name};
use std::fmt;
use std::num::NonZeroU16;

use crate::status::prepare;

/// Why a handler failed: a type, a message and the chain of causes.
///
/// `?` makes one from any [`std::error::Error`]. For that reason `Error` itself does not implement the trait.
///
/// # Examples
///
/// ```
/// use fc_runtime::{Context, Error};
///
/// fn double(event: &[u8], _: &Context) -> Result<Vec<u8>, Error> {
///     let number: i64 = std::str::from_utf8(event)?.trim().parse()?;
///     let doubled = number.checked_mul(2).ok_or_else(|| Error::new("Overflow", "the number is too large"))?;
///     Ok(doubled.to_string().into_bytes())
/// }
///
/// let error = double(b"two", &Context::default()).unwrap_err();
/// assert_eq!(error.error_type(), "ParseIntError");
/// assert_eq!(error.message(), "invalid digit found in string");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    error_type: String,
    message: String,
    trace: Vec<String>,
    // A plain `Option<u16>` would cost 128 bytes of the file more.
    status: Option<NonZeroU16>,
}

impl Error {
    /// An error of your own, with a type and a message.
    pub fn new(error_type: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            error_type: error_type.into(),
            message: message.into(),
            trace: Vec::new(),
            status: None,
        }
    }

    /// Converts a boxed error, as many libraries return, in a function that returns `Error`, because `?` cannot convert
    /// a box. A handler may also return the box itself: see [`IntoError`](crate::IntoError).
    ///
    /// # Examples
    ///
    /// ```
    /// # use fc_runtime::Error;
    /// let boxed: Box<dyn std::error::Error + Send + Sync> = "the disk is full".into();
    /// assert_eq!(Error::from_boxed(boxed).message(), "the disk is full");
    /// ```
    #[allow(
        clippy::needless_pass_by_value,
        reason = "`map_err(Error::from_boxed)` hands over the box"
    )]
    pub fn from_boxed(error: Box<dyn std::error::Error + Send + Sync>) -> Self {
        Self::new(kind::UNKNOWN, message_of(&*error)).caused_by(error.source())
    }

    /// The same error with another type, such as one that the caller checks for.
    #[must_use]
    pub fn with_type(self, error_type: impl Into<String>) -> Self {
        Self {
            error_type: error_type.into(),
            ..self
        }
    }

    /// The same error, with a status for the response to an HTTP call.
    ///
    /// With a status from 400 to 499, the client has made a mistake: it gets the error as JSON, and the function has
    /// not failed. With a status from 500 to 599, the function has failed as with any other error, but the client sees
    /// this status instead of 404. Any other number removes the status. For events, hooks and streams, the status
    /// changes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_runtime::http::{Request, Response};
    /// use fc_runtime::{Context, Error};
    ///
    /// fn square(request: Request, _: &Context) -> Result<Response, Error> {
    ///     let number = request.query_value("number").unwrap_or_default();
    ///     let number: i32 = number.parse().map_err(|error| Error::from(error).with_status(400))?;
    ///     Ok(i64::from(number).pow(2).to_string().into())
    /// }
    ///
    //  let error = square(Request::new("GET", "/?number=many"), &Context::default()).unwrap_err();
    // assert_eq!((error.status(), error.error_type()), (Some(400), "ParseIntError")); ``` Inlined, so that a constant
    // status leaves only its number in the program.
    #[inline(always)]
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        prepare(status);
        let is_failure = |status: &NonZeroU16| matches!(status.get(), 400..=599);
        let status = NonZeroU16::new(status).filter(is_failure);
        Self { status, ..self }
    }

    /// The status for the response to an HTTP call, if one is set.
    pub fn status(&self) -> Option<u16> {
        self.status.map(NonZeroU16::get)
    }

    /// Whether it says that the client has made a mistake.
    pub(crate) fn is_clients(&self) -> bool {
        matches!(self.status(), Some(400..=499))
    }

    /// The type of the error: the name of the Rust type, or the name that the handler gave it.
    pub fn error_type(&self) -> &str {
        &self.error_type
    }

    /// What went wrong, in a sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where the error came from: the place of a panic, or one line for each cause.
    pub fn stack_trace(&self) -> &[String] {
        &self.trace
    }

    /// The error as Function Compute's consoles and SDKs read it: `{"errorMessage":…,"errorType":…,"stackTrace":[…]}`
    /// ([contract §3.2](crate::guide::contract#3.2)).
    pub fn to_json(&self) -> String {
        let (message, [error_type, trace]) = (quoted(&self.message), self.type_and_trace());
        format!(r#"{{"errorMessage":{message},{error_type},{trace}}}"#)
    }

    /// The fields of that JSON that stand beside the message, each with its key.
    pub(crate) fn type_and_trace(&self) -> [String; 2] {
        // Written by hand: a value of the JSON library would bring its maps and numbers along, 12 KB of the package.
        let trace: Vec<_> = self.trace.iter().map(|line| quoted(line)).collect();
        [
            format!(r#""errorType":{}"#, quoted(&self.error_type)),
            format!(r#""stackTrace":[{}]"#, trace.join(",")),
        ]
    }

    /// A panic of a handler, with the place it happened at if that is known.
    pub(crate) fn panicked(message: &str, place: Option<String>) -> Self {
        // A build without locations has this word in their place.
        let known = place.filter(|place| !place.starts_with("<redacted>"));
        let trace = known
            .map(|place| format!("at {place}"))
            .into_iter()
            .collect();
        Self {
            trace,
            ..Self::new(kind::PANIC, message)
        }
    }

    /// The same failure with its causes as the trace, none of which quotes a value.
    pub(crate) fn caused_by(mut self, mut cause: Option<&Cause>) -> Self {
        while let Some(error) = cause {
            let shown = self.shown(error);
            self.trace.push(format!("caused by: {shown}"));
            cause = error.source();
        }
        self
    }

    /// The same, for causes that have no value to quote.
    fn caused_by_system(mut self, mut cause: Option<&Cause>) -> Self {
        while let Some(error) = cause {
            self.trace.push(format!("caused by: {error}"));
            cause = error.source();
        }
        self
    }

    /// The text of a cause without the values that it quotes. They are also removed from the text before it, because
    /// many errors repeat their cause.
    fn shown(&mut self, cause: &Cause) -> String {
        let message = cause.to_string();
        let Some(json) = cause.downcast_ref() else {
            return message;
        };
        let shown = without_value(json);
        for line in std::iter::once(&mut self.message).chain(&mut self.trace) {
            *line = line.replace(&message, &shown);
        }
        shown
    }
}

/// An error that led to another one.
pub(crate) type Cause = dyn std::error::Error + 'static;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.error_type, self.message)
    }
}

impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        // The compiler knows the type, so only the branch that applies to it stays in the program.
        let known: &dyn Any = &error;
        let json = known.downcast_ref::<serde_json::Error>();
        let message = json.map_or_else(|| error.to_string(), without_value);
        let own = Self::new(short_name(type_name::<E>()), message);
        // The runtime itself converts only errors of the system, which quote no JSON: this saves a program without
        // other errors 1,200 bytes of its zip.
        if known.is::<std::io::Error>() {
            own.caused_by_system(error.source())
        } else {
            own.caused_by(error.source())
        }
    }
}

/// What an error says, without the values that a parse error quotes.
pub(crate) fn message_of(error: &Cause) -> String {
    let json = error.downcast_ref::<serde_json::Error>();
    json.map_or_else(|| error.to_string(), without_value)
}

/// How messages of serde begin if they quote something from the JSON.
const QUOTING: [&str; 4] = [
    "invalid type: ",
    "invalid value: ",
    "unknown field ",
    "unknown variant ",
];

/// The message of a parse error with the kind of the value instead of the value or name that it quotes, because the
/// message goes to the log, which must not contain anything of a body. The quoted text may itself contain quotes and
/// these very words, so everything goes from the first quote sign to serde's last words, which name the fields of the
/// type.
pub(crate) fn without_value(error: &serde_json::Error) -> String {
    let message = error.to_string();
    if !QUOTING.iter().any(|words| message.starts_with(words)) {
        return message;
    }
    let place = message.rfind(" at line ").filter(|_| error.line() > 0);
    let expected = message.rfind(", expected ");
    let end = expected.max(message.rfind(", there are no ")).or(place);
    let (found, rest) = message.split_at(end.unwrap_or(message.len()));
    let kind = found.split(['"', '`']).next().unwrap_or_default();
    format!("{}{rest}", kind.trim_end())
}

/// The text as a JSON string.
pub(crate) fn quoted(text: &str) -> String {
    // Text is always valid JSON, and a string takes every byte.
    serde_json::to_string(text).unwrap_or_default()
}

/// The part of a type's path that distinguishes types: `ParseIntError`, but `io::Error`, for `Error` alone says nothing.
pub(crate) fn short_name(path: &str) -> String {
    let path = path.split('<').next().unwrap_or(path);
    let mut parts = path.rsplit("::");
    let last = parts.next().unwrap_or(path);
    if last != "Error" {
        return last.to_owned();
    }
    match parts.find(|part| !part.eq_ignore_ascii_case("error")) {
        Some(part) => format!("{part}::{last}"),
        None => last.to_owned(),
    }
}

#[cfg(test)]
mod tests;
