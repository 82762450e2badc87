//! What stands in the path of a request: a service, a function, what hangs on it.

use std::borrow::Cow;

use axum::extract::{FromRequestParts, Path};
use hyper::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::error::ApiError;
use crate::name::{FunctionName, LATEST};

/// The service of a path; none in FC 3.0.
#[derive(Debug)]
pub(super) struct Service(pub(super) Option<String>);

/// The version of a path.
#[derive(Debug, Deserialize)]
pub(super) struct VersionId {
    pub(super) version: String,
}

/// The alias of a path.
#[derive(Debug, Deserialize)]
pub(super) struct AliasName {
    pub(super) alias: String,
}

/// The trigger of a path.
#[derive(Debug, Deserialize)]
pub(super) struct Trigger {
    pub(super) trigger: String,
}

/// The task of a path.
#[derive(Debug, Deserialize)]
pub(super) struct TaskId {
    pub(super) task: String,
}

/// The session of a path.
#[derive(Debug, Deserialize)]
pub(super) struct SessionId {
    pub(super) session: String,
}

/// The custom domain of a path, in small letters.
#[derive(Debug)]
pub(super) struct Domain(pub(super) String);

#[derive(Debug, Deserialize)]
struct ServicePart {
    service: Option<String>,
}

#[derive(Debug, Deserialize)]
struct FunctionPart {
    function: String,
}

#[derive(Debug, Deserialize)]
struct DomainPart {
    domain: String,
}

async fn part<S: Send + Sync, P: DeserializeOwned + Send>(
    parts: &mut Parts,
    state: &S,
) -> Result<P, ApiError> {
    let path = Path::from_request_parts(parts, state).await;
    path.map(|Path(part)| part)
        .map_err(|error| ApiError::invalid(format!("the path is not valid: {error}")))
}

impl<S: Send + Sync> FromRequestParts<S> for Service {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let named: ServicePart = part(parts, state).await?;
        let service = named.service.as_deref().map(service_name);
        service.transpose().map(Self)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FunctionName {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Service(service) = Service::from_request_parts(parts, state).await?;
        let named: FunctionPart = part(parts, state).await?;
        Ok(Self::of(service.as_deref(), &named.function))
    }
}

/// Takes what a path names as it stands there.
macro_rules! named_by_path {
    ($($part:ty),*) => {$(
        impl<S: Send + Sync> FromRequestParts<S> for $part {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
                part(parts, state).await
            }
        }
    )*};
}

named_by_path!(Trigger, VersionId, AliasName, SessionId);

impl<S: Send + Sync> FromRequestParts<S> for TaskId {
    type Rejection = ApiError;

    /// An id is the name of a file, so that none may lead elsewhere.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let named: Self = part(parts, state).await?;
        let fits = |letter: char| letter.is_ascii_alphanumeric() || letter == '_' || letter == '-';
        if named.task.chars().all(fits) {
            Ok(named)
        } else {
            Err(ApiError::invalid(format!(
                "'{}' is not a task id",
                named.task
            )))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Domain {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let named: DomainPart = part(parts, state).await?;
        Ok(Self(named.domain.to_ascii_lowercase()))
    }
}

/// There is no version or alias of this name; `why` ends the sentence.
pub(super) fn no_qualifier(owner: &str, qualifier: &str, why: &str) -> ApiError {
    if qualifier.bytes().all(|byte| byte.is_ascii_digit()) {
        return no_version(owner, qualifier, why);
    }
    let message = format!("alias '{qualifier}' of '{owner}' does not exist{why}");
    ApiError::not_found("AliasNotFound", message)
}

/// There is no such version, whatever its name looks like.
pub(super) fn no_version(owner: &str, version: &str, why: &str) -> ApiError {
    let message = format!("version '{version}' of '{owner}' does not exist{why}");
    ApiError::not_found("VersionNotFound", message)
}

/// Why a service of FC 2.0 has no other version.
pub(super) const LATEST_ONLY: &str = ": fc-local keeps only LATEST of a service of FC 2.0";

/// The function that two parts of a path name; one of FC 3.0 has no service.
pub(super) fn function_of_parts(
    service: Option<&str>,
    function: &str,
) -> Result<FunctionName, ApiError> {
    let service = service.map(|segment| service_name(&decoded(segment)?));
    let (service, function) = (service.transpose()?, decoded(function)?);
    Ok(FunctionName::of(service.as_deref(), &function))
}

fn decoded(segment: &str) -> Result<Cow<'_, str>, ApiError> {
    let text = percent_decode_str(segment).decode_utf8();
    text.map_err(|_| ApiError::invalid(format!("the path is not valid: '{segment}' is no UTF-8")))
}

/// The service of `service` or `service.LATEST`.
fn service_name(segment: &str) -> Result<String, ApiError> {
    let (service, qualifier) = segment.split_once('.').unwrap_or((segment, LATEST));
    if qualifier.is_empty() || qualifier == LATEST {
        return Ok(service.to_owned());
    }
    Err(no_qualifier(service, qualifier, LATEST_ONLY))
}
