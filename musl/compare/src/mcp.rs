//! Owns the messages of MCP: what is asked of a server, and what is right as its answer. Knows no socket and no peer.

use std::collections::BTreeMap;

use fastrand::Rng;
use serde_json::{Value, json};

use crate::agent::{HOST, http_request};
use crate::http::{Answer, BadAnswer};

/// The revision in which everything is asked: the newest that every peer speaks.
pub const VERSION: &str = "2025-11-25";
/// The letters of a city's name, at least and at most.
const CITY_LETTERS: std::ops::RangeInclusive<usize> = 5..=12;
/// The days of a forecast, at most.
const DAYS_MAX: usize = 7;

/// What is right as the result of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    id: u32,
    result: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    /// The revision that was offered.
    Agreed,
    /// The two tools, with the schemas that all peers give them.
    Tools,
    /// One piece of text.
    Text(String),
}

/// A request, and what is right as its answer.
pub type Asked = (Vec<u8>, Right);

/// The request that begins the handshake.
pub fn initialize(rng: &mut Rng) -> Asked {
    let client = json!({ "name": "compare", "version": "0.0.0" });
    let params = json!({ "protocolVersion": VERSION, "capabilities": {}, "clientInfo": client });
    asked(rng, "initialize", &params, Outcome::Agreed)
}

/// A request for the tools.
pub fn list(rng: &mut Rng) -> Asked {
    asked(rng, "tools/list", &json!({}), Outcome::Tools)
}

/// A call of the first tool, for a city that no server has heard of before.
pub fn forecast(rng: &mut Rng) -> Asked {
    let (city, days) = (city(rng), rng.usize(1..=DAYS_MAX));
    let celsius: Vec<String> = (1..=days)
        .map(|day| degrees(&city, day).to_string())
        .collect();
    let text = format!("{city}: {} degrees", celsius.join(", "));
    let arguments = json!({ "city": city, "days": days });
    call(rng, "forecast", &arguments, text)
}

/// A call of the second tool.
pub fn compare(rng: &mut Rng) -> Asked {
    let (one, other) = (city(rng), city(rng));
    let is_other_warmer = degrees(&one, 1) < degrees(&other, 1);
    let warmer = if is_other_warmer { &other } else { &one };
    let text = warmer.clone();
    let arguments = json!({ "one": one, "other": other });
    call(rng, "compare", &arguments, text)
}

/// A message in the request of a client, whose head has these fields as well.
pub fn request(fields: &str, message: &Value) -> Vec<u8> {
    let accept = "Accept: application/json, text/event-stream\r\n";
    let version = format!("Mcp-Protocol-Version: {VERSION}\r\n");
    post(
        &format!("Host: {HOST}\r\n{accept}{version}{fields}"),
        message,
    )
}

/// The same with no other fields than these, and those of the content.
pub fn post(fields: &str, message: &Value) -> Vec<u8> {
    let head = format!(
        "POST /mcp HTTP/1.1\r\nUser-Agent: python-httpx/0.28.1\r\nContent-Type: application/json\r\n{fields}"
    );
    http_request(&head, message.to_string().as_bytes())
}

fn call(rng: &mut Rng, tool: &str, arguments: &Value, text: String) -> Asked {
    let params = json!({ "name": tool, "arguments": arguments });
    asked(rng, "tools/call", &params, Outcome::Text(text))
}

fn asked(rng: &mut Rng, method: &str, params: &Value, result: Outcome) -> Asked {
    let id = rng.u32(..);
    let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
    (request("", &message), Right { id, result })
}

fn city(rng: &mut Rng) -> String {
    let letters = rng.usize(CITY_LETTERS);
    (0..letters).map(|_| rng.alphabetic()).collect()
}

/// What a weather service would say; each peer has this function.
fn degrees(city: &str, day: usize) -> usize {
    10 + (city.len() + day) % 10
}

impl Right {
    /// That this is the answer.
    ///
    /// # Errors
    /// When the status is not 200, or the body is another message.
    pub fn check(&self, answer: &Answer) -> Result<(), BadAnswer> {
        if answer.status != 200 {
            return Err(BadAnswer::Status(answer.status));
        }
        let found = self.find(&answer.body);
        found.map_err(|why| {
            let body = String::from_utf8_lossy(&answer.body);
            let start: String = body.chars().take(SHOWN_MAX).collect();
            BadAnswer::WrongResult(format!("{why}: {start}"))
        })
    }

    fn find(&self, body: &[u8]) -> Result<(), &'static str> {
        let message: Value = serde_json::from_slice(body).map_err(|_| "the answer is no JSON")?;
        if message["id"] != self.id {
            return Err("the answer has another id");
        }
        let result = &message["result"];
        let fits = match &self.result {
            Outcome::Agreed => result["protocolVersion"] == VERSION,
            Outcome::Tools => has_tools(result),
            Outcome::Text(text) => is_text(result, text),
        };
        if fits {
            Ok(())
        } else {
            Err("the answer has another result")
        }
    }
}

/// How much of a wrong answer is shown, in characters.
const SHOWN_MAX: usize = 200;

fn is_text(result: &Value, text: &str) -> bool {
    let content = result["content"].as_array().map(Vec::as_slice);
    let Some([only]) = content else {
        return false;
    };
    only["type"] == "text" && only["text"] == text && result["isError"] != true
}

/// Whether these are the tools of all peers. What a schema says beyond the types of its properties, such as a title, is
/// the SDK's own.
fn has_tools(result: &Value) -> bool {
    let tools = result["tools"].as_array().into_iter().flatten();
    let found: BTreeMap<&str, &Value> = tools
        .filter_map(|tool| Some((tool["name"].as_str()?, &tool["inputSchema"])))
        .collect();
    let expected = [
        ("compare", [("one", "string"), ("other", "string")]),
        ("forecast", [("city", "string"), ("days", "integer")]),
    ];
    found.len() == expected.len()
        && expected.iter().all(|(name, properties)| {
            let schema = found.get(name);
            schema.is_some_and(|schema| is_schema(schema, properties))
        })
}

fn is_schema(schema: &Value, expected: &[(&str, &str)]) -> bool {
    let required = schema["required"].as_array().into_iter().flatten();
    let mut required: Vec<&str> = required.filter_map(Value::as_str).collect();
    required.sort_unstable();
    let names: Vec<&str> = expected.iter().map(|(name, _)| *name).collect();
    let properties = schema["properties"].as_object();
    let has_types = properties.is_some_and(|properties| {
        let types = expected.iter();
        let mut fits =
            types.map(|(name, kind)| properties.get(*name).is_some_and(|p| p["type"] == *kind));
        properties.len() == expected.len() && fits.all(|fits| fits)
    });
    schema["type"] == "object" && required == names && has_types
}

#[cfg(test)]
mod tests;
