//! Handlers that speak JSON: `json` wraps one so that it fits [`Runtime::invoke`](crate::Runtime::invoke).
//!
//! Owns the words of a parse error. It must not know what the values mean.

use serde_core::de::DeserializeOwned;
use serde_core::ser::Serialize;

use crate::context::Context;
use crate::error::Error;

/// The type of the error that answers an event which is not the JSON that the handler asked for.
const INVALID_JSON: &str = "InvalidJson";

/// Makes an event handler of one that takes and gives JSON.
///
/// The event may be any type that `serde` can read, `serde_json::Value` or one of your own. An event that is not
/// that JSON is answered with an error of the type `InvalidJson`, which tells line, column and what was expected; the
/// handler is not called. Mind that an event may be empty, which is no JSON (contract §7).
///
/// # Examples
///
/// ```
/// use fc_runtime::{Context, Error, Runtime, json};
/// use fc_runtime::serde_json::{Value, json as value};
///
/// fn total(prices: Vec<u32>, _: &Context) -> Result<Value, Error> {
///     Ok(value!({ "total": prices.iter().sum::<u32>() }))
/// }
///
/// let handler = json(total);
/// assert_eq!(handler(b"[1, 2]", &Context::default())?, br#"{"total":3}"#);
/// let error = handler(b"[1, -2]", &Context::default()).unwrap_err();
/// assert_eq!(error.message(), "the event is not the JSON expected here: invalid value: integer `-2`, expected u32 at line 1 column 6");
/// let runtime = Runtime::new().invoke(json(total));
/// # Ok::<(), Error>(())
/// ```
pub fn json<T, R>(
    handler: impl Fn(T, &Context) -> Result<R, Error>,
) -> impl Fn(&[u8], &Context) -> Result<Vec<u8>, Error>
where
    T: DeserializeOwned,
    R: Serialize,
{
    move |event, ctx| {
        Ok(serde_json::to_vec(&handler(
            parse(event, "the event")?,
            ctx,
        )?)?)
    }
}

/// Reads JSON that somebody sent; `what` names it in the error.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        Error::new(
            INVALID_JSON,
            format!("{what} is not the JSON expected here: {error}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::json;
    use crate::Context;
    use std::cell::Cell;

    #[test]
    fn the_handler_is_not_called_on_bad_json() {
        let calls = Cell::new(0);
        let handler = json(|event: Vec<u8>, _: &Context| {
            calls.set(calls.get() + 1);
            Ok(event)
        });
        let error = handler(b"[1,\n  oops]", &Context::default()).expect_err("that is no JSON");
        assert_eq!(error.error_type(), "InvalidJson");
        assert!(
            error
                .message()
                .ends_with("expected value at line 2 column 3"),
            "{error}"
        );
        assert!(handler(b"", &Context::default()).is_err());
        assert_eq!(calls.get(), 0);
        assert_eq!(handler(b"[1]", &Context::default()).expect("JSON"), b"[1]");
    }
}
