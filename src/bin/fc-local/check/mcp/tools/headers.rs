//! `x-mcp-header` in the input of a tool: clients of 2026-07-28 repeat such an argument in a header.
//!
//! It must not know how the list of tools has come.

use std::collections::BTreeSet;

use serde_json::Value;

/// The keyword.
const HEADER_KEYWORD: &str = "x-mcp-header";

/// The types of arguments that a header can repeat. The specification excludes `number`, but npm's client takes it.
const HEADER_TYPES: [&str; 4] = ["string", "integer", "boolean", "number"];

/// What a name of a header is made of, besides letters and digits (RFC 9110, `tchar`).
const TOKEN_SIGNS: &str = "!#$%&'*+-.^_`|~";

/// Where JSON Schema has schemas, besides `properties`: what they are about may not be in a call.
const ELSEWHERE: [&str; 18] = [
    "items",
    "prefixItems",
    "contains",
    "additionalProperties",
    "unevaluatedProperties",
    "unevaluatedItems",
    "propertyNames",
    "patternProperties",
    "dependentSchemas",
    "oneOf",
    "anyOf",
    "allOf",
    "not",
    "if",
    "then",
    "else",
    "$defs",
    "definitions",
];

/// What is wrong with the headers that arguments are repeated in; clients leave such a tool out of the list.
pub(super) fn wrong(input: &Value) -> Option<String> {
    wrong_below(input, false, &mut BTreeSet::new())
}

/// The same for a schema in it, which is that of an argument or of the whole input.
fn wrong_below(schema: &Value, is_argument: bool, names: &mut BTreeSet<String>) -> Option<String> {
    let fields = schema.as_object()?;
    if let Some(header) = fields.get(HEADER_KEYWORD) {
        let wrong = if is_argument {
            wrong_header(header, schema, names)
        } else {
            Some("is at the whole input, which is not an argument")
        };
        if let Some(wrong) = wrong {
            return Some(format!("{HEADER_KEYWORD} {header} {wrong}"));
        }
    }
    let properties = schema["properties"].as_object();
    let mut properties = properties.into_iter().flat_map(|all| all.values());
    let below = properties.find_map(|property| wrong_below(property, true, names));
    let elsewhere = || {
        ELSEWHERE
            .into_iter()
            .find(|&keyword| is_named_in(&schema[keyword]))
    };
    below.or_else(|| {
        elsewhere().map(|keyword| {
            format!("{HEADER_KEYWORD} stands under {keyword}, and not under properties alone")
        })
    })
}

fn wrong_header(
    header: &Value,
    property: &Value,
    names: &mut BTreeSet<String>,
) -> Option<&'static str> {
    let name = header.as_str().unwrap_or_default();
    let is_token = |sign: char| sign.is_ascii_alphanumeric() || TOKEN_SIGNS.contains(sign);
    let kind = property["type"].as_str().unwrap_or_default();
    if name.is_empty() || !name.chars().all(is_token) {
        Some("is not a header name")
    } else if !HEADER_TYPES.contains(&kind) {
        Some("is at an argument that is neither a string nor an integer nor a boolean")
    } else if !names.insert(name.to_ascii_lowercase()) {
        Some("is there twice")
    } else {
        None
    }
}

/// Whether a header is named anywhere in it. A property may have the keyword's name: its schema is no text.
fn is_named_in(value: &Value) -> bool {
    match value {
        Value::Object(fields) => {
            fields.get(HEADER_KEYWORD).is_some_and(Value::is_string)
                || fields.values().any(is_named_in)
        }
        Value::Array(items) => items.iter().any(is_named_in),
        _ => false,
    }
}
