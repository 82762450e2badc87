//! Tags of the functions of FC 3.0, asked for and set apart from the functions that have them.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::{Extension, State};
use axum::routing::{MethodRouter, get};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::app::App;
use super::asked::Asked;
use super::error::ApiError;
use super::lookup;
use super::result::{ApiResult, deleted, found, page};
use crate::name::{FunctionName, LATEST};
use crate::platform::agent::Payload;
use crate::store::spec::{Fields, Spec};
use crate::store::{self, FunctionRecord};

/// The field of a function that has its tags.
const TAGS: &str = "tags";

/// What the clients call the only kind of resource that has tags here, in small letters.
const KINDS: [&str; 2] = ["function", "aliyun::fc:function"];

/// A tag, as a function has it and as requests name it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Tag {
    #[serde(alias = "Key")]
    key: String,
    #[serde(default, alias = "Value")]
    value: Option<String>,
}

impl Tag {
    /// Whether a function has it, with its value if it has one.
    pub(super) fn is_of(&self, function: &Value) -> bool {
        let value = self.value.as_deref().filter(|value| !value.is_empty());
        let tags = tags_of(&function[TAGS]);
        let own = tags.get(&self.key);
        own.is_some_and(|own| value.is_none_or(|value| value == own))
    }
}

/// `/tags-v2`.
pub(super) fn all() -> MethodRouter<Arc<App>> {
    get(list).post(add).delete(remove)
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Added {
    resource_type: String,
    resource_id: Vec<String>,
    tag: Vec<Tag>,
}

async fn add(State(app): State<Arc<App>>, Extension(body): Extension<Payload>) -> ApiResult {
    let added: Added = serde_json::from_slice(&body.bytes)
        .map_err(|error| ApiError::invalid(format!("the request body is not valid: {error}")))?;
    check_kind(&added.resource_type)?;
    deleted(change(&app, &added.resource_id, |tags| {
        for tag in &added.tag {
            tags.insert(tag.key.clone(), tag.value.clone().unwrap_or_default());
        }
    }))
}

async fn remove(State(app): State<Arc<App>>, Extension(asked): Extension<Arc<Asked>>) -> ApiResult {
    check_kind(&asked.parameter("ResourceType"))?;
    let keys: Vec<String> = json_parameter(&asked, "TagKey")?;
    let all = asked.parameter("All") == "true";
    let ids: Vec<String> = json_parameter(&asked, "ResourceId")?;
    deleted(change(&app, &ids, |tags| {
        tags.retain(|key, _| !all && !keys.contains(key));
    }))
}

async fn list(State(app): State<Arc<App>>, Extension(asked): Extension<Arc<Asked>>) -> ApiResult {
    check_kind(&asked.parameter("ResourceType"))?;
    let ids: Vec<String> = json_parameter(&asked, "ResourceId")?;
    let ids: Vec<FunctionName> = ids.iter().map(|id| name_of(id)).collect();
    let wanted: Vec<Tag> = json_parameter(&asked, "Tag")?;
    let state = app.store.snapshot();
    let functions = state.functions_of(None);
    let functions = functions.filter(|(name, _)| ids.is_empty() || ids.contains(name));
    let functions = functions.map(|(name, record)| (name, fields_of(record)));
    let functions = functions.filter(|(_, fields)| wanted.iter().all(|tag| tag.is_of(fields)));
    let items = functions.flat_map(|(name, fields)| {
        let tags = tags_of(&fields[TAGS]).into_iter();
        tags.map(|(key, value)| (name.function(), item(name, &key, &value)))
    });
    let mut answer = page("TagResources", items, &asked)?;
    answer["RequestId"] = asked.request_id.clone().into();
    found(Ok(answer))
}

fn item(name: &FunctionName, key: &str, value: &str) -> Value {
    json!({"ResourceId": name.function(), "ResourceType": KINDS[0], "TagKey": key, "TagValue": value})
}

/// Changes the tags of some functions, of all or of none.
fn change(
    app: &App,
    ids: &[String],
    change: impl Fn(&mut BTreeMap<String, String>),
) -> Result<(), ApiError> {
    app.store.update(|state: &mut store::State| {
        for id in ids {
            let record = lookup::function_mut(state, &name_of(id))?;
            let mut tags = tags_of(&fields_of(record)[TAGS]);
            change(&mut tags);
            let tags = tags.iter();
            let tags: Vec<Value> = tags
                .map(|(key, value)| json!({"Key": key, "Value": value}))
                .collect();
            let fields = Fields::from_iter([(TAGS.to_owned(), tags.into())]);
            record.resource.change(fields).map_err(ApiError::invalid)?;
        }
        Ok(())
    })
}

/// A resource is named by the function's name or its ARN.
fn name_of(id: &str) -> FunctionName {
    let named = FunctionName::of_arn(id).filter(|name| name.qualifier() == LATEST);
    named.unwrap_or_else(|| FunctionName::fc3(id))
}

fn fields_of(record: &FunctionRecord) -> Value {
    Value::Object(record.resource.spec.fields())
}

/// The tags that a field has, by their keys.
fn tags_of(field: &Value) -> BTreeMap<String, String> {
    let tags = field.as_array().into_iter().flatten();
    let tags = tags.filter_map(|tag| Tag::deserialize(tag).ok());
    tags.map(|tag| (tag.key, tag.value.unwrap_or_default()))
        .collect()
}

fn check_kind(kind: &str) -> Result<(), ApiError> {
    if KINDS.contains(&kind.to_ascii_lowercase().as_str()) {
        return Ok(());
    }
    Err(ApiError::invalid(format!(
        "ResourceType '{kind}' is not function, the only kind that has tags here"
    )))
}

/// A parameter that is JSON; none is empty.
pub(super) fn json_parameter<T: DeserializeOwned + Default>(
    asked: &Asked,
    name: &str,
) -> Result<T, ApiError> {
    let text = asked.parameter(name);
    if text.is_empty() {
        return Ok(T::default());
    }
    serde_json::from_str(&text)
        .map_err(|error| ApiError::invalid(format!("{name} is not the JSON it should be: {error}")))
}
