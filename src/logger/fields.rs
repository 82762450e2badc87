//! The key-values of a record, `log::info!(user = 1; "…")`, as the fields of its line.
//!
//! Owns which value is a number of JSON and which a text. It must not know the rest of the line.

use log::Record;
use log::kv::{Error, Key, Value, VisitSource, VisitValue};

use super::line::Format;
use crate::error::quoted;

/// The fields of a record, in their order.
pub(super) fn of(record: &Record<'_>, format: &Format) -> Vec<String> {
    let mut fields = Fields {
        format,
        pairs: Vec::new(),
    };
    // No value here refuses to be visited; one that did would end the list.
    let _ = record.key_values().visit(&mut fields);
    fields.pairs
}

struct Fields<'a> {
    format: &'a Format,
    pairs: Vec<String>,
}

impl<'kvs> VisitSource<'kvs> for Fields<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        let mut kind = Kind::Text;
        value.visit(&mut kind)?;
        let plain = value.to_string();
        let json = match kind {
            Kind::Text => quoted(&plain),
            Kind::Literal => plain.clone(),
            Kind::Null => "null".to_owned(),
        };
        self.pairs
            .push(self.format.pair(key.as_str(), &plain, &json));
        Ok(())
    }
}

/// What a value is in JSON.
enum Kind {
    Text,
    /// Its text is JSON already.
    Literal,
    Null,
}

impl VisitValue<'_> for Kind {
    fn visit_any(&mut self, _: Value<'_>) -> Result<(), Error> {
        *self = Self::Text;
        Ok(())
    }

    fn visit_null(&mut self) -> Result<(), Error> {
        *self = Self::Null;
        Ok(())
    }

    fn visit_u64(&mut self, _: u64) -> Result<(), Error> {
        *self = Self::Literal;
        Ok(())
    }

    fn visit_i64(&mut self, _: i64) -> Result<(), Error> {
        *self = Self::Literal;
        Ok(())
    }

    fn visit_bool(&mut self, _: bool) -> Result<(), Error> {
        *self = Self::Literal;
        Ok(())
    }

    fn visit_f64(&mut self, value: f64) -> Result<(), Error> {
        // JSON has no word for infinity, nor for what is not a number.
        if value.is_finite() {
            *self = Self::Literal;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Format, of};
    use log::kv::{ToValue, Value};

    fn fields(format: &Format, pairs: &[(&str, Value<'_>)]) -> Vec<String> {
        of(&log::Record::builder().key_values(&pairs).build(), format)
    }

    #[test]
    fn numbers_and_truth_values_stay_such_and_the_rest_are_texts() {
        let json = Format::Json {
            function: String::new(),
        };
        let error = "x".parse::<u8>().expect_err("x is not a number");
        let shown = fields(
            &json,
            &[
                ("count", 7.to_value()),
                ("below", (-7).to_value()),
                ("most", u64::MAX.to_value()),
                ("share", 0.25.to_value()),
                ("endless", f64::INFINITY.to_value()),
                ("paid", true.to_value()),
                ("nothing", None::<u8>.to_value()),
                ("name", "a \"b\"\n".to_value()),
                ("letter", 'x'.to_value()),
                ("shown", Value::from_debug(&Some(1))),
                ("because", Value::from_display(&error)),
            ],
        );
        assert_eq!(
            shown,
            [
                r#""count":7"#,
                r#""below":-7"#,
                r#""most":18446744073709551615"#,
                r#""share":0.25"#,
                r#""endless":"inf""#,
                r#""paid":true"#,
                r#""nothing":null"#,
                r#""name":"a \"b\"\n""#,
                r#""letter":"x""#,
                r#""shown":"Some(1)""#,
                r#""because":"invalid digit found in string""#,
            ]
        );
    }

    #[test]
    fn as_text_they_stand_as_key_and_value_without_a_line_break() {
        let shown = fields(
            &Format::Text,
            &[("user", 7.to_value()), ("the\nname", "a\nb".to_value())],
        );
        assert_eq!(shown, ["user=7", "the\rname=a\rb"]);
    }

    #[test]
    fn a_record_without_any_has_no_field() {
        assert!(fields(&Format::Text, &[]).is_empty());
    }
}
