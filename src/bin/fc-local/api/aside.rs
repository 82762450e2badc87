//! Work that keeps a processor or the disk busy for long, apart from the threads that serve: with two processors there is only
//! one of these, and all calls would wait for it.
//!
//! It must not know what the work is.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::error::ApiError;

/// How many requests are answered at once by threads that wait for the disk. Each may need another thread for a part of its work, so
/// that they must leave enough of the 512 that tokio has.
static PLACES: Semaphore = Semaphore::const_new(32);

/// Has another thread do it, and waits; it is done to its end even if nobody waits any more.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = spawn_blocking(work).await;
    done.map_err(|error| ApiError::internal(error.to_string()))?
}

/// Has another thread answer a request: its JSON may be large, and what it changes goes to the disk. A change that has begun is made
/// to its end, even if its client leaves.
///
/// It is not for requests that wait for calls or instances, which could take all the places.
pub(super) async fn answer(request: Request, next: Next) -> Result<Response, ApiError> {
    let place = PLACES.acquire().await;
    let runtime = Handle::current();
    aside(move || {
        let _place = place;
        Ok(runtime.block_on(next.run(request)))
    })
    .await
}
