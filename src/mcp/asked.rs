//! The questions that tools ask clients, and who waits for which answer.
//!
//! Owns the ids of questions. It must not know what is asked, nor how an answer arrives.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

/// The open questions of a server, in this process.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    open: Mutex<HashMap<String, SyncSender<Value>>>,
    count: AtomicU64,
}

/// A question, until it is dropped.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    asked: &'a Asked,
    pub(crate) id: String,
    pub(crate) answer: Receiver<Value>,
}

impl Asked {
    /// A new question. `salt` keeps strangers from guessing its id.
    pub(crate) fn open(&self, salt: &str) -> Question<'_> {
        let id = format!("{salt}-{}", self.count.fetch_add(1, Ordering::Relaxed));
        let (sender, answer) = sync_channel(1);
        self.lock().insert(id.clone(), sender);
        Question {
            asked: self,
            id,
            answer,
        }
    }

    /// Hands an answer to who waits for it, if still anybody does.
    pub(crate) fn answered(&self, id: &str, answer: Value) {
        let waits = self.lock().remove(id);
        // Who has asked may have given up in this moment.
        let _ = waits.map(|waits| waits.send(answer));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, SyncSender<Value>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.asked.lock().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::Asked;

    #[test]
    fn an_answer_reaches_its_question_once_and_no_other() {
        let asked = Asked::default();
        let (one, two) = (asked.open("a"), asked.open("a"));
        assert_ne!(one.id, two.id);
        asked.answered(&one.id, 1.into());
        asked.answered(&one.id, 2.into());
        assert_eq!(one.answer.try_iter().collect::<Vec<_>>(), [1]);
        assert!(two.answer.try_recv().is_err());
        drop(two);
        assert!(asked.lock().is_empty());
    }
}
