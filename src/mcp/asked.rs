//! The questions that tools ask clients, and who waits for which answer.
//!
//! Owns the ids of questions. It must not know what is asked, nor how an answer arrives.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::json::Json;

/// The open questions of a server, in this process, each with its answer once that is there. They are few, and a list is
/// smaller than a map, in the program as well.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    open: Mutex<Vec<(String, Option<Json>)>>,
    answered: Condvar,
}

/// A question, until it is dropped.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    asked: &'a Asked,
    pub(crate) id: String,
}

impl Asked {
    /// A new question with an id that nobody else has, nor can guess.
    pub(crate) fn open(&self, id: String) -> Question<'_> {
        self.lock().push((id.clone(), None));
        Question { asked: self, id }
    }

    /// Hands an answer to the one that waits for it, if that still does.
    pub(crate) fn answered(&self, id: &str, answer: Json) {
        let mut open = self.lock();
        if let Some((_, slot)) = open.iter_mut().find(|(found, _)| found == id) {
            *slot = Some(answer);
            self.answered.notify_all();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(String, Option<Json>)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Question<'_> {
    /// The answer, if it comes in time.
    pub(crate) fn wait(&self, patience: Duration) -> Option<Json> {
        let is_open = |open: &mut Vec<(String, Option<Json>)>| {
            !open
                .iter()
                .any(|(id, answer)| *id == self.id && answer.is_some())
        };
        let waited = (self.asked.answered).wait_timeout_while(self.asked.lock(), patience, is_open);
        let (mut open, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let mine = open.iter_mut().find(|(id, _)| *id == self.id);
        mine.and_then(|(_, answer)| answer.take())
    }
}

impl Drop for Question<'_> {
    fn drop(&mut self) {
        self.asked.lock().retain(|(id, _)| *id != self.id);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Asked;
    use crate::json::ToJson;

    #[test]
    fn an_answer_reaches_its_question_and_no_other() {
        let asked = Asked::default();
        let (one, two) = (asked.open("1".into()), asked.open("2".into()));
        asked.answered("1", 1.to_json());
        asked.answered("3", 3.to_json());
        assert_eq!(one.wait(Duration::MAX), Some(1.to_json()));
        assert_eq!(two.wait(Duration::ZERO), None);
        drop((one, two));
        assert!(asked.lock().is_empty());
    }

    #[test]
    fn an_answer_wakes_the_thread_that_waits_for_it() {
        let asked = Asked::default();
        let question = asked.open("1".into());
        std::thread::scope(|threads| {
            let waits = threads.spawn(|| question.wait(Duration::from_secs(60)));
            asked.answered("1", true.to_json());
            assert_eq!(waits.join().expect("no panic"), Some(true.to_json()));
        });
    }
}
