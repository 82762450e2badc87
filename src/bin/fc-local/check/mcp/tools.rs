//! The list of tools: what clients must be able to read in it before they can call any.
//!
//! It calls no tool.

mod headers;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Mcp;
use super::specs::TOOLS_LIST;
use crate::check::client::NoResponse;
use crate::check::row::Outcome;

/// How many pages of a list are asked for: one that goes on after them does not seem to end.
const PAGES: usize = 100;

/// Which versions read the list.
#[derive(Debug, Clone, Copy)]
struct Eras {
    handshake: bool,
    stateless: bool,
}

pub(super) async fn judge(mcp: &mut Mcp<'_, '_>) {
    let outcome = if mcp.has_tools {
        listed(mcp).await
    } else {
        Ok(none())
    };
    mcp.record(&TOOLS_LIST, outcome);
}

/// Why rows about tools do not matter.
pub(super) fn none() -> Outcome {
    Outcome::not_applicable("the server names no tools among its capabilities")
}

async fn listed(mcp: &mut Mcp<'_, '_>) -> Result<Outcome, NoResponse> {
    let (mut tools, mut params) = (Vec::new(), json!({}));
    for _ in 0..PAGES {
        let ask = mcp.request(1, "tools/list", &params);
        let reply = mcp.ask(&ask).await?;
        let Some(mut result) = reply.result() else {
            return Ok(Outcome::fail(reply.shown()));
        };
        let Some(page) = result["tools"].as_array_mut() else {
            return Ok(Outcome::fail(format!(
                "the result has no list named tools: {}",
                reply.shown()
            )));
        };
        tools.append(page);
        match result["nextCursor"].take() {
            Value::Null => {
                let outcome = judged(mcp, &tools);
                mcp.tools = tools;
                return Ok(outcome);
            }
            cursor => params = json!({ "cursor": cursor }),
        }
    }
    Ok(Outcome::fail(format!(
        "there is a nextCursor after {PAGES} pages"
    )))
}

fn judged(mcp: &Mcp<'_, '_>, tools: &[Value]) -> Outcome {
    let eras = Eras {
        handshake: mcp.version.is_some(),
        stateless: mcp.discovered.is_some(),
    };
    Outcome::unless(wrong(tools, eras), format!("{} tools", tools.len()))
}

/// The first thing in a list that a client stumbles over.
fn wrong(tools: &[Value], eras: Eras) -> Option<String> {
    let mut names = BTreeSet::new();
    tools.iter().find_map(|tool| {
        let Some(name) = tool["name"].as_str().filter(|name| !name.is_empty()) else {
            return Some("a tool without a name".to_owned());
        };
        let wrong = if names.insert(name) {
            wrong_tool(tool, eras)
        } else {
            Some("there are two of this name".to_owned())
        };
        wrong.map(|wrong| format!("the tool {name}: {wrong}"))
    })
}

fn wrong_tool(tool: &Value, eras: Eras) -> Option<String> {
    let (input, output) = (&tool["inputSchema"], tool.get("outputSchema"));
    let input_wrong = || wrong_schema(input).map(|wrong| format!("inputSchema{wrong}"));
    let output_wrong = || {
        let wrong = output.filter(|_| eras.handshake).and_then(wrong_schema);
        wrong.map(|wrong| format!("outputSchema{wrong}"))
    };
    let headers_wrong = || {
        let input = eras.stateless.then_some(input);
        input.and_then(headers::wrong)
    };
    input_wrong().or_else(output_wrong).or_else(headers_wrong)
}

/// What is wrong with a schema, as it goes on after the name of the field. One such tool, and npm's client refuses the list.
fn wrong_schema(schema: &Value) -> Option<String> {
    if schema["type"] != "object" {
        return Some(".type is not \"object\"".to_owned());
    }
    match schema.get("properties") {
        None => None,
        Some(Value::Object(properties)) => {
            let other = properties
                .iter()
                .find(|(_, property)| !property.is_object());
            other.map(|(name, _)| format!(".properties.{name} is not an object"))
        }
        Some(_) => Some(".properties is not an object".to_owned()),
    }
}

#[cfg(test)]
mod tests;
