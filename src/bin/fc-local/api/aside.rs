//! Work that keeps a processor or the disk busy for long, apart from the threads that serve: with two processors there is only
//! one of these, and all calls would wait for it.
//!
//! It must not know what the work is.

use tokio::task::spawn_blocking;

use super::error::ApiError;

/// Has another thread do it, and waits; it is done to its end even if nobody waits any more.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    let done = spawn_blocking(work).await;
    done.map_err(|error| ApiError::internal(error.to_string()))?
}
