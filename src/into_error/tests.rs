use super::IntoError;
use crate::Error;
use std::fmt;

/// What serde says of a text that is not a number; its message quotes the text.
fn quoting() -> serde_json::Error {
    let error = serde_json::from_str::<u32>("\"planted\"").expect_err("a text is not a number");
    assert!(error.to_string().contains("planted"), "{error}");
    error
}

/// An error that says what its cause says.
#[derive(Debug)]
struct Unread(serde_json::Error);

impl fmt::Display for Unread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no order: {}", self.0)
    }
}

impl std::error::Error for Unread {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

impl IntoError for Unread {
    fn cause(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(self)
    }
}

const SHOWN: &str = "invalid type: string, expected u32 at line 1 column 9";

#[test]
fn no_way_to_an_error_quotes_what_serde_quotes() {
    let boxed = |error: Box<dyn std::error::Error + Send + Sync>| error.into_error();
    let outer = format!("no order: {SHOWN}");
    let caused = vec![format!("caused by: {SHOWN}")];
    for (error, message, trace) in [
        (quoting().into_error(), SHOWN, vec![]),
        (boxed(quoting().into()), SHOWN, vec![]),
        (Unread(quoting()).into_error(), &outer, caused.clone()),
        (boxed(Unread(quoting()).into()), &outer, caused.clone()),
        (Error::from(Unread(quoting())), &outer, caused.clone()),
    ] {
        assert_eq!(
            (error.message(), error.stack_trace()),
            (message, &trace[..])
        );
    }
}

#[cfg(feature = "anyhow")]
#[test]
fn anyhow_keeps_its_contexts_and_quotes_nothing_either() {
    use anyhow::Context;
    let error = anyhow::Error::from(quoting()).into_error();
    assert_eq!((error.message(), error.error_type()), (SHOWN, "Error"));
    let error = anyhow::Error::from(quoting())
        .context("no order")
        .into_error();
    let caused = format!("caused by: {SHOWN}");
    assert_eq!(
        (error.message(), error.stack_trace()),
        ("no order", &[caused][..])
    );
    let error = Err::<(), _>(Unread(quoting()))
        .context("lost")
        .expect_err("it is one");
    assert!(!error.into_error().to_json().contains("planted"));
}

#[test]
fn an_error_of_the_runtime_stays_what_it_is() {
    let error = Error::new("Gone", "it was here").with_status(410);
    assert_eq!(error.clone().into_error(), error);
    assert_eq!(
        (IntoError::error_type(&error), IntoError::status(&error)),
        ("Gone".into(), Some(410))
    );
}
