//! What the handlers of the control plane return: a status and, except after a deletion, a JSON body.

use std::collections::BTreeMap;

use hyper::header::{CONTENT_TYPE, ETAG, IF_MATCH};
use hyper::{Response, StatusCode};
use md5::{Digest, Md5};
use serde_json::{Value, json};

use super::asked::Asked;
use super::error::ApiError;
use crate::hex::hex;
use crate::platform::agent::insert;
use crate::platform::body::{Body, empty_body, full_body};
use crate::store::Resource;
use crate::store::spec::Spec;

/// What a handler returns.
pub(super) type ApiResult = Result<Response<Body>, ApiError>;

/// How many items a list has when the client does not say, and at most.
pub(super) const LIST_ITEMS: (usize, usize) = (20, 100);

pub(super) fn created(result: Result<Value, ApiError>) -> ApiResult {
    // FC 3.0 answers 201 as well; FC 2.0's clients take any 2xx.
    result.map(|body| json(StatusCode::CREATED, &body))
}

pub(super) fn found(result: Result<Value, ApiError>) -> ApiResult {
    result.map(|body| json(StatusCode::OK, &body))
}

/// What was created, with its `ETag`.
pub(super) fn created_tagged(result: Result<Value, ApiError>) -> ApiResult {
    result.map(|body| tagged(StatusCode::CREATED, &body))
}

/// What was found or changed, with its `ETag`.
pub(super) fn found_tagged(result: Result<Value, ApiError>) -> ApiResult {
    result.map(|body| tagged(StatusCode::OK, &body))
}

/// Refuses a change that is meant for another state of a resource: `If-Match` names the `ETag` of the one that was read.
pub(super) fn check_match(asked: &Asked, view: &Value) -> Result<(), ApiError> {
    let tag = etag(view);
    let wanted = asked.header(IF_MATCH.as_str());
    let mut wanted_tags = wanted.split(',').map(|tag| tag.trim().trim_matches('"'));
    if wanted.is_empty() || wanted_tags.any(|wanted| wanted == "*" || wanted == tag) {
        return Ok(());
    }
    let message =
        format!("the resource has the ETag '{tag}', not '{wanted}': it was changed; read it again");
    let status = StatusCode::PRECONDITION_FAILED;
    Err(ApiError::new(status, "PreconditionFailed", message))
}

fn tagged(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = json(status, body);
    insert(
        response.headers_mut(),
        ETAG.as_str(),
        &format!("\"{}\"", etag(body)),
    );
    response
}

/// The digest of what a resource shows of itself.
fn etag(view: &Value) -> String {
    hex(&Md5::digest(view.to_string()))
}

pub(super) fn deleted(result: Result<(), ApiError>) -> ApiResult {
    result.map(|()| {
        // A labelled answer must not be empty: the clients parse it (fun-cli §6).
        let mut response = Response::new(empty_body());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    })
}

fn json(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(full_body(body.to_string()));
    *response.status_mut() = status;
    insert(
        response.headers_mut(),
        CONTENT_TYPE.as_str(),
        "application/json",
    );
    response
}

/// What was deployed, with what the platform adds.
pub(super) fn view<S: Spec, const N: usize>(
    resource: &Resource<S>,
    own: [(&str, Value); N],
) -> Value {
    let mut all = resource.spec.fields();
    all.extend(own.map(|(name, value)| (name.to_owned(), value)));
    all.insert("createdTime".to_owned(), resource.created.clone().into());
    all.insert(
        "lastModifiedTime".to_owned(),
        resource.modified.clone().into(),
    );
    Value::Object(all)
}

/// The part of a map that a list was asked for, each item as `view` shows it.
pub(super) fn listed<T>(
    field: &str,
    items: &BTreeMap<String, T>,
    view: impl Fn(&str, &T) -> Value,
    asked: &Asked,
) -> ApiResult {
    let shown = items.iter();
    let shown = shown.map(|(name, item)| (name.as_str(), view(name, item)));
    found(page(field, shown, asked))
}

/// The items of a map as a page needs them.
pub(super) fn in_order(items: &BTreeMap<String, Value>) -> impl Iterator<Item = (&str, Value)> {
    items
        .iter()
        .map(|(name, view)| (name.as_str(), view.clone()))
}

/// How many items of a list are asked for.
pub(super) fn limit(asked: &Asked) -> Result<usize, ApiError> {
    let (default, most) = LIST_ITEMS;
    let text = asked.parameter("limit");
    if text.is_empty() {
        return Ok(default);
    }
    let limit: Result<usize, _> = text.parse();
    let limit = limit.map_err(|_| ApiError::invalid(format!("limit '{text}' is not a number")))?;
    Ok(limit.clamp(1, most))
}

/// One page of a list, by `prefix`, `startKey`, `nextToken` and `limit`.
pub(super) fn page<'a>(
    field: &str,
    items: impl Iterator<Item = (&'a str, Value)>,
    asked: &Asked,
) -> Result<Value, ApiError> {
    let prefix = asked.parameter("prefix");
    let start = asked
        .parameter("startKey")
        .max(asked.parameter("nextToken"));
    let mut chosen = items.filter(|(name, _)| name.starts_with(&prefix) && *name >= start.as_str());
    let page: Vec<Value> = chosen
        .by_ref()
        .take(limit(asked)?)
        .map(|(_, item)| item)
        .collect();
    let mut view = json!({ field: page });
    if let Some((next, _)) = chosen.next() {
        view["nextToken"] = next.into();
    }
    Ok(view)
}
