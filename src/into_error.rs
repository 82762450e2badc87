//! `IntoError`, what a handler may fail with: an [`Error`], or a type of the program's own.
//!
//! Owns how such a type becomes an `Error`. It must not know which handler fails, nor what is answered then.

use std::any::type_name;
use std::convert::Infallible;
use std::error::Error as StdError;
use std::fmt::Display;

use crate::error::{Error, kind, message_of, short_name};
use crate::headers::HeaderError;

/// What a handler may fail with. Implement this for your own error type, and let your handlers return it.
///
/// You need not write a method: each has a default, which comes from the type's name and its `Display`. If an HTTP
/// handler fails, [`status`](Self::status) is the status of the response. The page
/// [Your own error types](crate::guide::error_types) shows how to use an enum, `anyhow` and boxed errors.
///
/// It is implemented for [`Error`], for boxed errors, for `anyhow::Error` (feature `anyhow`), for [`Infallible`], and
/// for the errors of `std` and `serde_json` that a handler most often ends with. `?` turns every [`std::error::Error`]
/// into an [`Error`], but does not call these methods: in a function that returns `Error`, write
/// `.map_err(IntoError::into_error)?` to keep what they return.
///
/// # Examples
///
/// ```
/// use std::fmt;
/// use fc_runtime::http::Request;
/// use fc_runtime::{Context, Error, IntoError, Runtime};
///
/// #[derive(Debug)]
/// enum ShopError {
///     NotSignedIn,
///     SoldOut(String),
/// }
///
/// impl fmt::Display for ShopError {
///     fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
///         match self {
///             Self::NotSignedIn => f.write_str("sign in first"),
///             Self::SoldOut(item) => write!(f, "{item} is sold out"),
///         }
///     }
/// }
///
/// impl IntoError for ShopError {
///     fn status(&self) -> Option<u16> {
///         matches!(self, Self::NotSignedIn).then_some(401)
///     }
/// }
///
/// fn buy(request: Request, _: &Context) -> Result<String, ShopError> {
///     request.header("authorization").ok_or(ShopError::NotSignedIn)?;
///     Err(ShopError::SoldOut("tea".into()))
/// }
///
/// let runtime = Runtime::new().http(buy);
/// let error = buy(Request::new("GET", "/"), &Context::default()).unwrap_err().into_error();
/// assert_eq!((error.error_type(), error.status()), ("ShopError", Some(401)));
/// assert_eq!(error.message(), "sign in first");
/// ```
#[diagnostic::on_unimplemented(
    message = "a handler cannot fail with `{Self}`",
    label = "this error type does not implement `IntoError`",
    note = "implement `fc_runtime::IntoError` for it, or return `fc_runtime::Error`, which `?` makes of any error; \
            for `anyhow::Error`, set the feature `anyhow`"
)]
pub trait IntoError: Display + Sized {
    /// The type of the error; by default the name of the Rust type.
    fn error_type(&self) -> String {
        short_name(type_name::<Self>())
    }

    /// What went wrong, in a sentence; by default the type's `Display`. The log and the caller get it.
    fn message(&self) -> String {
        self.to_string()
    }

    /// The status for the response to an HTTP call, from 400 to 599; by default none. See [`Error::with_status`].
    fn status(&self) -> Option<u16> {
        None
    }

    /// The error that led to this one; by default none. This error and its own causes become the stack trace. If your
    /// type implements [`std::error::Error`], return that trait's `source`.
    fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        None
    }

    /// The error as the log and the caller get it.
    fn into_error(self) -> Error {
        let error = Error::new(self.error_type(), self.message()).caused_by(self.cause());
        match self.status() {
            Some(status) => error.with_status(status),
            None => error,
        }
    }
}

impl IntoError for Error {
    fn error_type(&self) -> String {
        Error::error_type(self).to_owned()
    }

    fn message(&self) -> String {
        Error::message(self).to_owned()
    }

    fn status(&self) -> Option<u16> {
        Error::status(self)
    }

    fn into_error(self) -> Error {
        self
    }
}

/// Its type is `Error`, because a box does not know the type of its content.
impl IntoError for Box<dyn StdError + Send + Sync> {
    fn error_type(&self) -> String {
        kind::UNKNOWN.into()
    }

    fn message(&self) -> String {
        message_of(&**self)
    }

    fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        self.source()
    }
}

/// Its type is `Error`, because `anyhow` does not know the original type. The stack trace has the errors that `context`
/// was added to.
#[cfg(feature = "anyhow")]
impl IntoError for anyhow::Error {
    fn error_type(&self) -> String {
        kind::UNKNOWN.into()
    }

    fn message(&self) -> String {
        message_of(&**self)
    }

    fn cause(&self) -> Option<&(dyn StdError + 'static)> {
        self.source()
    }
}

/// A handler that cannot fail.
impl IntoError for Infallible {}

/// What a hook may return: nothing if it cannot fail, or a `Result` whose error is [`IntoError`].
///
/// # Examples
///
/// ```
/// use fc_runtime::{Error, Runtime, log};
///
/// let runtime = Runtime::new()
///     .initialize(|_| std::fs::read_to_string("/proc/version").map(drop))
///     .pre_freeze(|ctx| log::info!("{} freezes", ctx.request_id()))
///     .pre_stop(|_| Err(Error::new("Unfinished", "there is work left")));
/// ```
#[diagnostic::on_unimplemented(
    message = "a hook cannot return `{Self}`",
    label = "this is neither `()` nor a `Result<(), E>` with an `E` that implements `IntoError`"
)]
pub trait HookResult {
    /// The error, if the hook has failed.
    ///
    /// # Errors
    ///
    /// The hook's error.
    fn into_result(self) -> Result<(), Error>;
}

impl HookResult for () {
    fn into_result(self) -> Result<(), Error> {
        Ok(self)
    }
}

impl<E: IntoError> HookResult for Result<(), E> {
    fn into_result(self) -> Result<(), Error> {
        self.map_err(E::into_error)
    }
}

/// Errors of other crates, which no program could implement the trait for.
macro_rules! errors_of_others {
    ($($error:ty),+ $(,)?) => {
        $(impl IntoError for $error {
            fn message(&self) -> String {
                message_of(self)
            }

            fn cause(&self) -> Option<&(dyn StdError + 'static)> {
                self.source()
            }
        })+
    };
}

errors_of_others! {
    HeaderError,
    serde_json::Error,
    std::env::VarError,
    std::fmt::Error,
    std::io::Error,
    std::num::ParseFloatError,
    std::num::ParseIntError,
    std::str::Utf8Error,
    std::string::FromUtf8Error,
    std::time::SystemTimeError,
}

#[cfg(test)]
mod tests;
