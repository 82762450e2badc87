//! Calls that have an id, while they are under way: each is written down as it goes on, and can be stopped.
//!
//! It must not know how a call is tried, nor what the API shows of a task.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use super::saving::Saving;
use super::work::End;
use crate::api::app::App;
use crate::api::aside::aside;
use crate::api::error::ApiError;
use crate::name::FunctionName;
use crate::output;
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
        match self.lock().entry(key.clone()) {
            Entry::Occupied(_) => return Err(exists(key)),
            Entry::Vacant(place) => place.insert(Handle::new()),
        };
        // It is looked for without the lock, too, and nobody else takes the id meanwhile.
        if tasks::find(store, &key.0, &key.1).is_some() {
            self.remove(key);
            return Err(exists(key));
        }
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

fn exists(key: &Key) -> ApiError {
    let message = format!("task '{}' of function '{}' exists", key.1, key.0.function());
    let code = match key.0.service() {
        Some(_) => "StatefulAsyncInvocationAlreadyExists",
        None => "AsyncTaskAlreadyExists",
    };
    ApiError::conflict(code, message)
}

/// What is written down of a call; of one that has no id, nothing.
pub(super) struct Record {
    app: Arc<App>,
    task: Option<(Task, Arc<Handle>)>,
    saving: Saving,
}

impl Record {
    pub(super) async fn of(app: &Arc<App>, accepted: &Accepted) -> Self {
        let task = match &accepted.task {
            Some(id) => opened(app, accepted.function(), id.clone()).await,
            None => None,
        };
        Self {
            app: Arc::clone(app),
            task,
            saving: Saving::default(),
        }
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

    pub(super) async fn runs_on(&mut self, instance: &Arc<Instance>) {
        if let Some((task, handle)) = &mut self.task {
            task.instance_id.clone_from(&instance.id);
            let mut place = handle
                .instance
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *place = Some(Arc::clone(instance));
        }
        self.turn(Status::Running, "").await;
    }

    /// The call waits for its next try.
    pub(super) async fn waits(&mut self, retries: u32, reason: &str) {
        if let Some((task, handle)) = &mut self.task {
            task.retries = retries;
            handle
                .instance
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
        }
        self.turn(Status::Retrying, reason).await;
    }

    /// Writes the end down, and lets those know who wait for it.
    pub(super) async fn end(mut self, end: &End, delivered: Option<&str>) {
        if matches!(end, End::Stopped) {
            self.turn(Status::Stopping, "").await;
        }
        if let Some((task, _)) = &mut self.task {
            let answered = end.answered().map(|answered| &answered.body);
            let body = answered.map_or(&b""[..], |body| &body[..body.len().min(RESULT_BYTES_MAX)]);
            task.result = String::from_utf8_lossy(body).into_owned();
            task.error = end.reason().to_owned();
            task.destination = delivered.unwrap_or_default().to_owned();
        }
        self.turn(end.status(), end.reason()).await;
        if let Some((task, handle)) = self.task {
            self.app.tasks.lock().remove(&(task.function, task.id));
            handle.ended.send_replace(true);
        }
    }

    async fn turn(&mut self, status: Status, detail: &str) {
        let Some((task, _)) = &mut self.task else {
            return;
        };
        task.turn(status, detail);
        let app = Arc::clone(&self.app);
        let save = move |task: &Task| Ok(tasks::save(&app.store, task)?);
        if let Err(error) = self.saving.save(task.clone(), save).await {
            // The call itself goes on; only its caller sees an older state.
            output::say(&format!(
                "the state of task '{}' is not written down: {}",
                task.id, error.message
            ));
        }
    }
}

/// A task that was begun, or taken up from an earlier run.
async fn opened(app: &Arc<App>, function: FunctionName, id: String) -> Option<(Task, Arc<Handle>)> {
    let key = (function, id);
    let handle = app.tasks.lock().get(&key).cloned()?;
    let app = Arc::clone(app);
    let found = aside(move || {
        let found = tasks::find(&app.store, &key.0, &key.1);
        if found.is_none() {
            // The call is made all the same, but nobody would say to who stops it that it has ended.
            app.tasks.remove(&key);
        }
        Ok(found)
    });
    found.await.ok().flatten().map(|task| (task, handle))
}
