//! Sessions: what a server keeps of a client between its requests, in the memory of one instance.
//!
//! Owns the ids, and which sessions are kept. It must not know HTTP, nor what a session is used for.

use std::any::Any;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::json::{Json, JsonRef};
use crate::level::Level;

/// Random bytes of an id: as many as those of a UUID, more than can be guessed.
const ID_BYTES: usize = 16;

/// What a server keeps of a client between its requests; a clone is the same session.
///
/// It lives in the memory of one instance, and is lost with it. A client whose session is lost gets a 404, and no
/// client that we know begins a new session after that, so keep only data in it that may be lost.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    id: String,
    capabilities: Json,
    /// One value of each type.
    state: Mutex<Vec<Box<dyn Any + Send>>>,
    /// What the client has asked for with `logging/setLevel`.
    level: Mutex<Option<Level>>,
}

impl Session {
    /// The id, which both sides send as `Mcp-Session-Id`. Anyone who knows it can act as the client, so keep it out of
    /// logs.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Reads and changes the session's data, while no other request of this session does. The session has one value of
    /// each type, which begins as the type's default, so give your data its own type.
    ///
    /// # Examples
    ///
    /// ```
    /// use fc_mcp::{Call, Failure, ToolResult};
    ///
    /// #[derive(Default)]
    /// struct Calls(u64);
    ///
    /// fn count(call: &mut Call<'_>) -> Result<ToolResult, Failure> {
    ///     let session = call.session().ok_or_else(|| Failure::tool("this tool needs a session"))?;
    ///     let count = session.with(|calls: &mut Calls| {
    ///         calls.0 += 1;
    ///         calls.0
    ///     });
    ///     Ok(ToolResult::text(count.to_string()))
    /// }
    /// ```
    pub fn with<S: Default + Send + 'static, T>(&self, work: impl FnOnce(&mut S) -> T) -> T {
        let mut kept = lock(&self.0.state);
        if !kept.iter().any(|value| value.is::<S>()) {
            kept.push(Box::new(S::default()));
        }
        let mut found = kept.iter_mut().filter_map(|value| value.downcast_mut());
        work(found.next().unwrap_or(&mut S::default()))
    }

    pub(crate) fn capabilities(&self) -> JsonRef<'_> {
        self.0.capabilities.view()
    }

    pub(crate) fn level(&self) -> Option<Level> {
        *lock(&self.0.level)
    }

    pub(crate) fn set_level(&self, level: Level) {
        *lock(&self.0.level) = Some(level);
    }
}

impl fmt::Debug for Session {
    /// Shows neither the id nor what is kept.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

/// The sessions of a server, the one that was used last at the end.
#[derive(Debug)]
pub(crate) struct Sessions {
    kept: Mutex<Vec<Session>>,
    most: usize,
}

impl Sessions {
    /// At most so many, at least one.
    pub(crate) fn at_most(most: usize) -> Self {
        let kept = Mutex::new(Vec::new());
        Self {
            kept,
            most: most.max(1),
        }
    }

    /// A new session. Where there are too many, the one goes that was not used for the longest time.
    pub(crate) fn add(&self, capabilities: Json) -> io::Result<Session> {
        let session = Session(Arc::new(Inner {
            id: random_id()?,
            capabilities,
            state: Mutex::default(),
            level: Mutex::default(),
        }));
        let mut kept = lock(&self.kept);
        if kept.len() == self.most {
            kept.remove(0);
        }
        kept.push(session.clone());
        Ok(session)
    }

    /// The session of this id, which is thereby used.
    pub(crate) fn find(&self, id: &str) -> Option<Session> {
        let mut kept = lock(&self.kept);
        let at = kept.iter().position(|session| session.id() == id)?;
        kept[at..].rotate_left(1);
        kept.last().cloned()
    }

    /// Forgets a session; says whether there was one.
    pub(crate) fn remove(&self, id: &str) -> bool {
        let mut kept = lock(&self.kept);
        let before = kept.len();
        kept.retain(|session| session.id() != id);
        kept.len() < before
    }
}

/// A text that nobody can guess.
pub(crate) fn random_id() -> io::Result<String> {
    let mut bytes = [0; ID_BYTES];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// A handler that panicked may have left its state half changed, but not this list.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::Sessions;
    use crate::json::ToJson;

    #[test]
    fn the_session_goes_that_was_not_used_for_the_longest_time() {
        let sessions = Sessions::at_most(2);
        let begin = || sessions.add(0.to_json()).expect("a random id");
        let (one, two) = (begin(), begin());
        assert_ne!(one.id(), two.id());
        one.with(|count: &mut u64| *count += 1);
        one.with(|text: &mut String| text.push('a'));
        let again = sessions.find(one.id()).expect("it is kept");
        assert_eq!(again.with(|count: &mut u64| *count), 1);
        assert_eq!(again.with(|text: &mut String| text.clone()), "a");
        let three = begin();
        assert!(sessions.find(two.id()).is_none());
        assert!(sessions.find(one.id()).is_some() && sessions.find(three.id()).is_some());
        assert!(sessions.remove(one.id()) && !sessions.remove(one.id()));
        assert!(sessions.find(one.id()).is_none());
    }
}
