//! The states of one task on their way to the disk: apart from the threads that serve, and in their order.
//!
//! It must not know where a state is kept.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::api::aside::aside;
use crate::api::error::ApiError;
use crate::store::tasks::Task;

/// Who waits for a state may be dropped, as when the task is stopped, while that is still being written: the next one must not
/// come to the disk before it.
#[derive(Debug, Default)]
pub(super) struct Saving(Arc<Order>);

#[derive(Debug, Default)]
struct Order {
    /// Locked by who writes.
    disk: Mutex<()>,
    /// The newest state that nobody has begun to write.
    newest: Mutex<Option<Task>>,
}

impl Saving {
    /// Writes a state down, unless a newer one came before its turn.
    pub(super) async fn save(
        &self,
        task: Task,
        write: impl FnOnce(&Task) -> Result<(), ApiError> + Send + 'static,
    ) -> Result<(), ApiError> {
        *lock(&self.0.newest) = Some(task);
        let order = Arc::clone(&self.0);
        aside(move || {
            let _turn = lock(&order.disk);
            let newest = lock(&order.newest).take();
            newest.map_or(Ok(()), |task| write(&task))
        })
        .await
    }
}

fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic leaves the state or none.
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
