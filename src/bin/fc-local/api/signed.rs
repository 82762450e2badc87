//! Requests that have to be signed: the signature is checked, then the body is read and checked against it.
//!
//! It must not know what a request asks for.

use std::sync::Arc;

use axum::extract::{Extension, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Body as HttpBody, Bytes};

use super::app::App;
use super::aside::aside;
use super::asked::Asked;
use super::error::ApiError;
use crate::facts::limit;
use crate::name::Generation;
use crate::platform::agent::Payload;
use crate::platform::body::BoxError;
use crate::signature::SignedBody;

/// A body whose digest takes about a millisecond.
const LARGE_BODY_BYTES: usize = 256 * 1024;

/// Lets only signed requests to routes, and hands their bodies on as they were read.
pub(super) async fn verify(
    State(app): State<Arc<App>>,
    Extension(asked): Extension<Arc<Asked>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    parts.extensions.insert(payload(&app, &asked, body).await?);
    Ok(next
        .run(Request::from_parts(parts, axum::body::Body::empty()))
        .await)
}

/// The body of a request, if that is signed.
pub(super) async fn payload<B>(app: &App, asked: &Asked, body: B) -> Result<Payload, ApiError>
where
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    // Before the body, so that a request which is not signed costs no memory.
    let signed = match check_head(app, asked) {
        Ok(signed) => signed,
        Err(error) => {
            asked.discard(body);
            return Err(error);
        }
    };
    let payload = asked.read(&app.bodies, body, limit::API_BODY_BYTES).await?;
    check_body(signed, &payload.bytes).await?;
    Ok(payload)
}

/// Refuses a body that was not signed.
pub(super) async fn check_body(signed: SignedBody<'_>, body: &Bytes) -> Result<(), ApiError> {
    if body.len() < LARGE_BODY_BYTES {
        return Ok(signed.check(body)?);
    }
    let (signed, body) = (signed.into_owned(), body.clone());
    aside(move || Ok(signed.check(&body)?)).await
}

fn check_head<'a>(app: &App, asked: &'a Asked) -> Result<SignedBody<'a>, ApiError> {
    app.guard.check_origin(asked)?;
    match asked.generation {
        Generation::Fc2 => Ok(app.keys.verify_fc2(&asked.head)?),
        Generation::Fc3 => Ok(app.keys.verify_fc3(&asked.head)?),
    }
}

#[cfg(test)]
mod tests;
