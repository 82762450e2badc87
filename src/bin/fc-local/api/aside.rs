//! Work that keeps a processor or the disk busy for long, apart from the threads that serve: with two processors there is only
//! one of these, and all calls would wait for it.
//!
//! It must not know what the work is.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, oneshot};
use tokio::task::spawn_blocking;

use super::error::ApiError;
use crate::platform::agent::Payload;

/// How many requests are answered at once by threads that wait for the disk. Each may need another thread for a part of its work, so
/// that they must leave enough of the 512 that tokio has.
static PLACES: Semaphore = Semaphore::const_new(32);

/// A body that is large: what is made of it, as its JSON and the package of its base64, takes twice its memory again.
const LARGE_BODY_BYTES: usize = 1024 * 1024;

type Job = Box<dyn FnOnce() + Send>;

/// The thread that answers requests with large bodies, one after the other: each thread keeps a part of the memory that it had.
static LARGE: LazyLock<Sender<Job>> = LazyLock::new(|| {
    let (jobs, waiting) = channel::<Job>();
    thread::spawn(move || {
        for job in waiting {
            // Who waits for one that panics is informed by the end of its channel.
            let _ = catch_unwind(AssertUnwindSafe(job));
        }
    });
    jobs
});

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
    let runtime = Handle::current();
    let body = request.extensions().get::<Payload>();
    if body.is_some_and(|body| body.bytes.len() >= LARGE_BODY_BYTES) {
        return one_by_one(move || runtime.block_on(next.run(request))).await;
    }
    let place = PLACES.acquire().await;
    aside(move || {
        let _place = place;
        Ok(runtime.block_on(next.run(request)))
    })
    .await
}

async fn one_by_one<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ApiError> {
    let (tell, done) = oneshot::channel();
    // Nobody hears it if the client has left.
    let job = move || drop(tell.send(work()));
    // The thread takes jobs as long as there are any.
    drop(LARGE.send(Box::new(job)));
    done.await
        .map_err(|error| ApiError::internal(error.to_string()))
}
