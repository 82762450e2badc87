//! `json!`, values of JSON as they stand in a program.
//!
//! Owns how the tokens become text. It must not know what a value is for.

use super::write::{USUAL_BYTES, push_quoted};
use super::{Json, ToJson};

/// A value of JSON as it is written, with expressions in the places of values and of names: see [`ToJson`].
///
/// # Examples
///
/// ```
/// use fc_mcp::json;
///
/// let (name, days) = ("days", vec![1, 2, 3]);
/// let value = json!({ "text": format!("{} days", days.len()), name: days, "none": null, "list": [{}, [], -1] });
/// assert_eq!(value.to_string(), r#"{"text":"3 days","days":[1,2,3],"none":null,"list":[{},[],-1]}"#);
/// ```
#[macro_export]
macro_rules! json {
    ($($value:tt)+) => {{
        let mut writer = $crate::JsonWriter::default();
        $crate::json_internal!(writer; $($value)+);
        writer.finish()
    }};
}

/// Writes the tokens of [`json!`](crate::json): a value, the entries of an object, or the items of a list.
#[doc(hidden)]
#[macro_export]
macro_rules! json_internal {
    (@entries $writer:ident;) => {};
    (@entries $writer:ident; $name:tt : null $(, $($rest:tt)*)?) => {
        $writer.name(($name).as_ref());
        $crate::json_internal!($writer; null);
        $crate::json_internal!(@entries $writer; $($($rest)*)?);
    };
    (@entries $writer:ident; $name:tt : [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $writer.name(($name).as_ref());
        $crate::json_internal!($writer; [$($inner)*]);
        $crate::json_internal!(@entries $writer; $($($rest)*)?);
    };
    (@entries $writer:ident; $name:tt : {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $writer.name(($name).as_ref());
        $crate::json_internal!($writer; {$($inner)*});
        $crate::json_internal!(@entries $writer; $($($rest)*)?);
    };
    (@entries $writer:ident; $name:tt : $value:expr $(, $($rest:tt)*)?) => {
        $writer.name(($name).as_ref());
        $writer.value(&$value);
        $crate::json_internal!(@entries $writer; $($($rest)*)?);
    };

    (@items $writer:ident;) => {};
    (@items $writer:ident; null $(, $($rest:tt)*)?) => {
        $writer.item();
        $crate::json_internal!($writer; null);
        $crate::json_internal!(@items $writer; $($($rest)*)?);
    };
    (@items $writer:ident; [$($inner:tt)*] $(, $($rest:tt)*)?) => {
        $writer.item();
        $crate::json_internal!($writer; [$($inner)*]);
        $crate::json_internal!(@items $writer; $($($rest)*)?);
    };
    (@items $writer:ident; {$($inner:tt)*} $(, $($rest:tt)*)?) => {
        $writer.item();
        $crate::json_internal!($writer; {$($inner)*});
        $crate::json_internal!(@items $writer; $($($rest)*)?);
    };
    (@items $writer:ident; $value:expr $(, $($rest:tt)*)?) => {
        $writer.item();
        $writer.value(&$value);
        $crate::json_internal!(@items $writer; $($($rest)*)?);
    };

    ($writer:ident; null) => { $writer.mark("null") };
    ($writer:ident; [$($inner:tt)*]) => {
        $writer.mark("[");
        $crate::json_internal!(@items $writer; $($inner)*);
        $writer.mark("]");
    };
    ($writer:ident; {$($inner:tt)*}) => {
        $writer.mark("{");
        $crate::json_internal!(@entries $writer; $($inner)*);
        $writer.mark("}");
    };
    ($writer:ident; $value:expr) => { $writer.value(&$value) };
}

/// What [`json!`](crate::json) writes with.
#[doc(hidden)]
#[derive(Debug)]
pub struct JsonWriter(String);

impl Default for JsonWriter {
    fn default() -> Self {
        Self(String::with_capacity(USUAL_BYTES))
    }
}

impl JsonWriter {
    /// The name of the next entry.
    pub fn name(&mut self, name: &str) {
        self.item();
        push_quoted(&mut self.0, name);
        self.0.push(':');
    }

    /// The comma before the next entry or item, unless it is the first.
    pub fn item(&mut self) {
        if !matches!(self.0.as_bytes().last(), Some(b'{' | b'[')) {
            self.0.push(',');
        }
    }

    /// A bracket, or what stands for itself.
    pub fn mark(&mut self, mark: &str) {
        self.0.push_str(mark);
    }

    /// A value.
    pub fn value(&mut self, value: &(impl ToJson + ?Sized)) {
        value.push_to(&mut self.0);
    }

    /// The whole.
    pub fn finish(self) -> Json {
        Json::known(self.0)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_stands_there_is_what_serde_makes_of_it() {
        let (key, list, text) = ("k", [1, 2], String::from("a,b"));
        macro_rules! both {
            ($($value:tt)+) => {
                assert_eq!(
                    serde_json::from_str::<serde_json::Value>(&json!($($value)+).to_string()).expect("JSON"),
                    serde_json::json!($($value)+)
                )
            };
        }
        both!(null);
        both!([]);
        both!({});
        both!([null, [null], {}, -1, 1 + 1, text, "t", list.len(), true,]);
        both!({ "a": null, key: list, (key.to_owned() + "2"): { "b": [] }, "c": -1, "d": text, "e": list[0] + 1, });
        both!({ "open": "{", "list": "[", "z": ["[", "{"] });
        assert_eq!((list[1], text.len()), (2, 3), "nothing was moved");
    }
}
