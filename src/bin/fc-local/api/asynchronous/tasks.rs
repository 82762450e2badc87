//! Calls that have an id, while they are under way: each is written down as it goes on, and can be stopped.
//!
//! It must not know how a call is tried, nor what the API shows of a task.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::work::End;
use crate::api::app::App;
use crate::api::error::ApiError;
use crate::name::FunctionName;
use crate::platform::instance::Instance;
use crate::store::Store;
use crate::store::queue::Accepted;
use crate::store::tasks::{self, Status, Task};

/// How much of a result is kept, in bytes ([fc3 §5](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#5)).
const RESULT_BYTES_MAX: usize = 1024 * 1024;

/// The tasks that are under way.
#[derive(Debug, Default)]
pub(crate) struct Tasks {
    handles: Mutex<HashMap<Key, Arc<Handle>>>,
}

/// A function, and the id of a task of it.
type Key = (FunctionName, String);

/// What is shared by the work on a task and by who stops it.
#[derive(Debug)]
struct Handle {
    stop: watch::Sender<bool>,
    ended: watch::Sender<bool>,
    instance: Mutex<Option<Arc<Instance>>>,
}

impl Handle {
    fn new() -> Arc<Self> {
        Arc::new(Self {
            stop: watch::channel(false).0,
            ended: watch::channel(false).0,
            instance: Mutex::default(),
        })
    }

    /// Waits until the task is to stop, and takes its instance away from it: nothing else ends what runs there.
    async fn stopped(&self) {
        // The sender is here, so that the channel stays open.
        let _ = self.stop.subscribe().wait_for(|stop| *stop).await;
        let instance = self
            .instance
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(instance) = instance {
            instance.abandon();
        }
    }
}

impl Tasks {
    /// Writes a new task down.
    ///
    /// # Errors
    ///
    /// Its id is taken, or the disk refuses.
    pub(super) fn begin(&self, store: &Store, task: &Task) -> Result<(), ApiError> {
        let key = (task.function.clone(), task.id.clone());
        self.reserve(store, &key)?;
        // Not under the lock, which the work on all tasks takes: the disk takes its time.
        if let Err(error) = tasks::save(store, task) {
            self.remove(&key);
            return Err(error.into());
        }
        Ok(())
    }

    /// Takes an id for a task.
    fn reserve(&self, store: &Store, key: &Key) -> Result<(), ApiError> {
        let mut handles = self.lock();
        if handles.contains_key(key) || tasks::find(store, &key.0, &key.1).is_some() {
            let message = format!("task '{}' of function '{}' exists", key.1, key.0.function());
            let code = match key.0.service() {
                Some(_) => "StatefulAsyncInvocationAlreadyExists",
                None => "AsyncTaskAlreadyExists",
            };
            return Err(ApiError::conflict(code, message));
        }
        handles.insert(key.clone(), Handle::new());
        Ok(())
    }

    /// Forgets a task that was not begun; one who has it stopped already waits for its end.
    fn remove(&self, key: &Key) {
        let handle = self.lock().remove(key);
        handle.map(|handle| handle.ended.send_replace(true));
    }

    /// Takes up a task of an earlier run.
    pub(super) fn resume(&self, accepted: &Accepted) {
        if let Some(id) = &accepted.task {
            let key = (accepted.function(), id.clone());
            self.lock().insert(key, Handle::new());
        }
    }

    /// Forgets a task that could not be accepted after all.
    pub(super) fn forget(&self, store: &Store, accepted: &Accepted) {
        if let Some(id) = &accepted.task {
            self.remove(&(accepted.function(), id.clone()));
            tasks::remove(store, &accepted.function(), id);
        }
    }

    /// Stops a task, and waits until it has stopped; says whether it was under way.
    pub(in crate::api) async fn stop(&self, function: &FunctionName, id: &str) -> bool {
        let key = (function.clone(), id.to_owned());
        let Some(handle) = self.lock().get(&key).cloned() else {
            return false;
        };
        let mut ended = handle.ended.subscribe();
        handle.stop.send_replace(true);
        // The handle is here, so that the channel stays open.
        let _ = ended.wait_for(|ended| *ended).await;
        true
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Arc<Handle>>> {
        self.handles.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is written down of a call; of one that has no id, nothing.
pub(super) struct Record<'a> {
    app: &'a App,
    task: Option<(Task, Arc<Handle>)>,
}

impl<'a> Record<'a> {
    pub(super) fn of(app: &'a App, accepted: &Accepted) -> Self {
        let open = |id: &String| {
            let function = accepted.function();
            let task = tasks::find(&app.store, &function, id)?;
            let handle = app.tasks.lock().get(&(function, id.clone())).cloned()?;
            Some((task, handle))
        };
        let task = accepted.task.as_ref().and_then(open);
        Self { app, task }
    }

    /// Ends when the call is to be stopped, which one without an id never is.
    pub(super) fn stop(&self) -> impl Future<Output = ()> + use<> {
        let handle = self.task.as_ref().map(|(_, handle)| Arc::clone(handle));
        async move {
            match handle {
                Some(handle) => handle.stopped().await,
                None => std::future::pending().await,
            }
        }
    }

    pub(super) fn runs_on(&mut self, instance: &Arc<Instance>) {
        if let Some((task, handle)) = &mut self.task {
            task.instance_id.clone_from(&instance.id);
            let mut place = handle
                .instance
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *place = Some(Arc::clone(instance));
        }
        self.turn(Status::Running, "");
    }

    /// The call waits for its next try.
    pub(super) fn waits(&mut self, retries: u32, reason: &str) {
        if let Some((task, handle)) = &mut self.task {
            task.retries = retries;
            handle
                .instance
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
        }
        self.turn(Status::Retrying, reason);
    }

    /// Writes the end down, and lets those know who wait for it.
    pub(super) fn end(mut self, end: &End, delivered: Option<&str>) {
        if matches!(end, End::Stopped) {
            self.turn(Status::Stopping, "");
        }
        if let Some((task, _)) = &mut self.task {
            let answered = end.answered().map(|answered| &answered.body);
            let body = answered.map_or(&b""[..], |body| &body[..body.len().min(RESULT_BYTES_MAX)]);
            task.result = String::from_utf8_lossy(body).into_owned();
            task.error = end.reason().to_owned();
            task.destination = delivered.unwrap_or_default().to_owned();
        }
        self.turn(end.status(), end.reason());
        if let Some((task, handle)) = self.task {
            self.app.tasks.lock().remove(&(task.function, task.id));
            handle.ended.send_replace(true);
        }
    }

    fn turn(&mut self, status: Status, detail: &str) {
        let Some((task, _)) = &mut self.task else {
            return;
        };
        task.turn(status, detail);
        if let Err(error) = tasks::save(&self.app.store, task) {
            // The call itself goes on; only its caller sees an older state.
            eprintln!(
                "fc-local: the state of task '{}' is not written down: {error}",
                task.id
            );
        }
    }
}
