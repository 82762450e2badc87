//! Handlers that speak JSON, and the reading of what somebody sent as JSON.
//!
//! Owns the words of a parse error. It must not know what the values mean.

use serde_core::de::DeserializeOwned;
use serde_core::ser::Serialize;

use crate::context::Context;
use crate::error::{Error, kind, without_value};
use crate::into_error::IntoError;

/// Serves an event with a handler that takes and gives JSON.
pub(crate) fn serve<T, R, E>(
    handler: &impl Fn(T, &Context) -> Result<R, E>,
    event: &[u8],
    ctx: &Context,
) -> Result<Vec<u8>, Error>
where
    T: DeserializeOwned,
    R: Serialize,
    E: IntoError,
{
    let result = handler(parse(event, "the event")?, ctx).map_err(E::into_error)?;
    Ok(serde_json::to_vec(&result)?)
}

/// Reads JSON that somebody sent; `what` names it in the error.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8], what: &str) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| {
        Error::new(
            kind::INVALID_JSON,
            format!(
                "{what} is not the JSON expected here: {}",
                without_value(&error)
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::serve;
    use crate::{Context, Error};
    use serde::Deserialize;
    use serde::de::DeserializeOwned;
    use serde_json::Value;
    use std::cell::Cell;

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only what cannot be read counts")]
    struct Item {
        cents: u32,
        kind: Option<Kind>,
    }

    #[derive(Deserialize)]
    enum Kind {
        #[serde(rename = "a`, expected b")]
        Odd,
        Cup,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}

    #[derive(Deserialize)]
    enum Never {}

    #[derive(Deserialize)]
    #[serde(tag = "type")]
    #[allow(dead_code, reason = "only what cannot be read counts")]
    enum Tagged {
        Cup { cents: u8 },
    }

    /// One that refuses names as serde does, but does not list those that there are.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only what cannot be read counts")]
    struct Flat {
        #[serde(flatten)]
        nothing: Nothing,
    }

    /// What is said of an event for `T`, without where.
    fn said<T: DeserializeOwned>(event: &str) -> String {
        let handler = |_: T, _: &Context| Ok::<_, Error>(());
        let error = serve(&handler, event.as_bytes(), &Context::default()).expect_err(event);
        let said = error
            .message()
            .strip_prefix("the event is not the JSON expected here: ");
        let said = said.expect(event);
        // One that is found after the JSON is read, as in a tagged enum, has no place.
        let Some((said, place)) = said.rsplit_once(" at ") else {
            return said.to_owned();
        };
        let words: Vec<_> = place.split(' ').collect();
        assert!(matches!(words[..], ["line", "1", "column", _]), "{place}");
        said.to_owned()
    }

    #[test]
    fn a_value_of_another_kind_is_reported_by_its_kind() {
        for (value, kind) in [
            (r#""planted""#, "type: string"),
            ("true", "type: boolean"),
            ("-71", "value: integer"),
            ("7.25", "type: floating point"),
            ("null", "type: null"),
            ("[71]", "type: sequence"),
            (r#"{"planted":1}"#, "type: map"),
        ] {
            let event = format!(r#"{{"cents":{value}}}"#);
            let expected = format!("invalid {kind}, expected u32");
            assert_eq!(said::<Item>(&event), expected);
        }
        let tagged = r#"{"type":"Cup","cents":"planted"}"#;
        assert_eq!(said::<Tagged>(tagged), "invalid type: string, expected u8");
        assert_eq!(
            said::<char>(r#""planted""#),
            "invalid value: string, expected a character"
        );
        assert_eq!(
            said::<[u8; 2]>("[1]"),
            "invalid length 1, expected an array of length 2"
        );
    }

    #[test]
    fn nothing_that_is_quoted_is_reported_whatever_stands_in_it() {
        let hostile = [
            "planted",
            "",
            "\"planted",
            "`planted",
            "a\", expected planted",
            "a`, expected `planted` or `planted",
            "a`, there are no planted",
            "a`, there are no fields, expected planted",
            "planted at line 9 column 9",
            "planted\n\u{1}\u{e9}\\",
        ];
        for text in hostile {
            let quoted = Value::from(text).to_string();
            let field = format!(r#"{{{quoted}:1}}"#);
            let shown = |what| said::<Item>(&format!(r#"{{"{what}":{quoted}}}"#));
            assert_eq!(shown("cents"), "invalid type: string, expected u32");
            let unknown = "unknown field, expected `cents` or `kind`";
            assert_eq!(said::<Item>(&field), unknown);
            // A name of the type that looks like words of serde costs the reader a name, and shows no value.
            assert_eq!(shown("kind"), "unknown variant, expected b` or `Cup`");
            assert_eq!(
                said::<Nothing>(&field),
                "unknown field, there are no fields"
            );
            assert_eq!(
                said::<Never>(&quoted),
                "unknown variant, there are no variants"
            );
            assert_eq!(
                said::<Tagged>(&format!(r#"{{"type":{quoted}}}"#)),
                "unknown variant, expected `Cup`"
            );
        }
        assert_eq!(said::<Flat>(r#"{"planted":1}"#), "unknown field");
    }

    #[test]
    fn the_names_of_the_type_are_reported() {
        assert_eq!(said::<Item>("{}"), "missing field `cents`");
        assert_eq!(
            said::<Item>(r#"{"cents":1,"cents":2}"#),
            "duplicate field `cents`"
        );
        assert_eq!(said::<Item>("{\"cents\":1 2"), "expected `,` or `}`");
    }

    /// The guide shows both on its page about JSON.
    #[test]
    fn the_error_names_the_event_and_the_place() {
        let handler = |prices: Vec<u32>, _: &Context| Ok::<_, Error>(prices.len());
        for (event, said) in [
            (
                "[1, -2]",
                "invalid value: integer, expected u32 at line 1 column 6",
            ),
            ("", "EOF while parsing a value at line 1 column 0"),
        ] {
            let error = serve(&handler, event.as_bytes(), &Context::default()).expect_err(event);
            let said = format!("the event is not the JSON expected here: {said}");
            assert_eq!(error.message(), said);
            assert!(include_str!("guide/events_as_json.md").contains(&said));
        }
        let response = serve(&handler, b"[1, 2]", &Context::default());
        assert_eq!(response.expect("JSON"), b"2");
    }

    #[test]
    fn the_handler_is_not_called_on_bad_json() {
        let calls = Cell::new(0);
        let handler = |event: Vec<u8>, _: &Context| {
            calls.set(calls.get() + 1);
            Ok::<_, Error>(event)
        };
        let error =
            serve(&handler, b"[1,\n  oops]", &Context::default()).expect_err("that is not JSON");
        assert_eq!(error.error_type(), "InvalidJson");
        assert!(
            error
                .message()
                .ends_with("expected value at line 2 column 3"),
            "{error}"
        );
        assert!(serve(&handler, b"", &Context::default()).is_err());
        assert_eq!(calls.get(), 0);
        assert_eq!(
            serve(&handler, b"[1]", &Context::default()).expect("JSON"),
            b"[1]"
        );
    }
}
