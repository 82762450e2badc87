//! `ToJson`, what can stand in a value of JSON.
//!
//! Owns the form of each kind. It must not know where a value stands.

use super::{Json, JsonRef, push_quoted};

/// What [`json!`](crate::json) takes as a value, and every method that takes JSON: texts, numbers, truths, lists, options, and values
/// of JSON. For other types there is [`Json::of`].
///
/// # Examples
///
/// ```
/// use fc_mcp::{ToJson, json};
///
/// struct Point(i64, i64);
///
/// impl ToJson for Point {
///     fn push_to(&self, text: &mut String) {
///         json!({ "x": self.0, "y": self.1 }).push_to(text);
///     }
/// }
///
/// assert_eq!([Point(1, 2)].to_json().to_string(), r#"[{"x":1,"y":2}]"#);
/// ```
pub trait ToJson {
    /// Adds the value to a text, as JSON.
    fn push_to(&self, text: &mut String);

    /// The value by itself.
    fn to_json(&self) -> Json {
        let mut text = String::new();
        self.push_to(&mut text);
        Json(text)
    }
}

impl<T: ToJson + ?Sized> ToJson for &T {
    fn push_to(&self, text: &mut String) {
        (**self).push_to(text);
    }
}

impl ToJson for str {
    fn push_to(&self, text: &mut String) {
        push_quoted(text, self);
    }
}

impl ToJson for String {
    fn push_to(&self, text: &mut String) {
        push_quoted(text, self);
    }
}

impl ToJson for JsonRef<'_> {
    fn push_to(&self, text: &mut String) {
        text.push_str(self.0);
    }
}

impl ToJson for Json {
    fn push_to(&self, text: &mut String) {
        text.push_str(&self.0);
    }
}

impl ToJson for serde_json::Value {
    fn push_to(&self, text: &mut String) {
        text.push_str(&self.to_string());
    }
}

impl ToJson for bool {
    fn push_to(&self, text: &mut String) {
        text.push_str(if *self { "true" } else { "false" });
    }
}

/// The kinds of integers, each of which fits into the widest one.
macro_rules! integers {
    ($($kind:ty),*) => {
        $(impl ToJson for $kind {
            fn push_to(&self, text: &mut String) {
                push_integer(text, *self as i128);
            }
        })*
    };
}

integers!(i8, i16, i32, i64, isize, u8, u16, u32, u64, usize);

/// One that fits into 64 bits, as those above.
fn push_integer(to: &mut String, number: i128) {
    if number < 0 {
        to.push('-');
    }
    #[allow(clippy::cast_possible_truncation)] // Each kind above fits.
    push_digits(to, number.unsigned_abs() as u64);
}

fn push_digits(to: &mut String, number: u64) {
    if number > 9 {
        push_digits(to, number / 10);
    }
    to.push(char::from(b'0' + (number % 10) as u8));
}

/// A whole number has no `.0`, as the others write it; what is no number is `null`, which is all that JSON has for it.
impl ToJson for f64 {
    fn push_to(&self, text: &mut String) {
        // Beyond that, not every whole number is one of these.
        if *self == self.round() && self.abs() < 9e15 {
            #[allow(clippy::cast_possible_truncation)] // It is whole and fits.
            return push_integer(text, *self as i128);
        }
        text.push_str(&serde_json::Value::from(*self).to_string());
    }
}

impl ToJson for f32 {
    fn push_to(&self, text: &mut String) {
        f64::from(*self).push_to(text);
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn push_to(&self, text: &mut String) {
        match self {
            Some(value) => value.push_to(text),
            None => text.push_str("null"),
        }
    }
}

impl<T: ToJson> ToJson for [T] {
    fn push_to(&self, text: &mut String) {
        let mut mark = '[';
        for value in self {
            text.push(mark);
            value.push_to(text);
            mark = ',';
        }
        if self.is_empty() {
            text.push(mark);
        }
        text.push(']');
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn push_to(&self, text: &mut String) {
        self[..].push_to(text);
    }
}

impl<T: ToJson, const N: usize> ToJson for [T; N] {
    fn push_to(&self, text: &mut String) {
        self[..].push_to(text);
    }
}

#[cfg(test)]
mod tests {
    use super::super::ToJson;
    use serde_json::{Value, json};

    #[test]
    fn each_kind_is_written_as_serde_reads_it() {
        let same = |ours: &dyn ToJson, theirs: Value| {
            let read: Value = serde_json::from_str(&ours.to_json().to_string()).expect("JSON");
            assert_eq!(read, theirs);
        };
        same(&i64::MIN, json!(i64::MIN));
        same(&u64::MAX, json!(u64::MAX));
        same(&0, json!(0));
        same(&(-120_i8), json!(-120));
        same(&2.5, json!(2.5));
        same(&(-3.0), json!(-3));
        same(&1e300, json!(1e300));
        same(&f64::NAN, json!(null));
        same(&Some("a\""), json!("a\""));
        same(&None::<bool>, json!(null));
        same(&Vec::<i64>::new(), json!([]));
        same(&[[true], [false]], json!([[true], [false]]));
        same(&json!({ "a": [1.5, null] }), json!({ "a": [1.5, null] }));
    }
}
