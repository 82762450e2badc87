//! The questions that tools ask clients, and who waits for which answer.
//!
//! Owns the ids of questions. It must not know what is asked, nor how an answer arrives.

use std::sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use crate::json::Json;

/// How often a question that waits looks whether its client is still there: a thread waits for a client that has left no
/// longer than this.
const LOOK_PERIOD: Duration = Duration::from_millis(500);

/// Those of this process: nobody can guess an id, so it is all the same which server has asked.
static ASKED: Asked = Asked::new();

/// The way to them, which the first question opens: a program that never asks has no code for answers.
static ANSWERED: OnceLock<fn(&str, Json)> = OnceLock::new();

/// A new question with this id, which nobody else has, nor can guess.
pub(crate) fn open(id: String) -> Question<'static> {
    ANSWERED.get_or_init(|| |id, answer| ASKED.answered(id, answer));
    ASKED.open(id)
}

/// Hands an answer to the one that waits for it, if that still does.
pub(crate) fn answered(id: &str, answer: Json) {
    if let Some(answered) = ANSWERED.get() {
        answered(id, answer);
    }
}

/// The open questions, each with its answer once that is there. They are few, and a list is
/// smaller than a map, in the program as well.
#[derive(Debug)]
struct Asked {
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
    const fn new() -> Self {
        Self {
            open: Mutex::new(Vec::new()),
            answered: Condvar::new(),
        }
    }

    fn open(&self, id: String) -> Question<'_> {
        self.lock().push((id.clone(), None));
        Question { asked: self, id }
    }

    fn answered(&self, id: &str, answer: Json) {
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
    /// The answer, if it comes in time and the client, which would give it, stays.
    pub(crate) fn wait(&self, patience: Duration, has_left: &dyn Fn() -> bool) -> Option<Json> {
        let begun = Instant::now();
        let mut open = self.asked.lock();
        loop {
            let mine = open.iter_mut().find(|(id, _)| *id == self.id);
            let answer = mine.and_then(|(_, answer)| answer.take());
            let left = patience.saturating_sub(begun.elapsed());
            if answer.is_some() || left.is_zero() || has_left() {
                return answer;
            }
            let waited = (self.asked.answered).wait_timeout(open, left.min(LOOK_PERIOD));
            open = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
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
        let asked = Asked::new();
        let (one, two) = (asked.open("1".into()), asked.open("2".into()));
        asked.answered("1", 1.to_json());
        asked.answered("3", 3.to_json());
        assert_eq!(one.wait(Duration::MAX, &|| false), Some(1.to_json()));
        assert_eq!(two.wait(Duration::ZERO, &|| false), None);
        drop((one, two));
        assert!(asked.lock().is_empty());
    }

    #[test]
    fn an_answer_wakes_the_thread_that_waits_for_it() {
        let asked = Asked::new();
        let question = asked.open("1".into());
        std::thread::scope(|threads| {
            let waits = threads.spawn(|| question.wait(Duration::from_secs(60), &|| false));
            asked.answered("1", true.to_json());
            assert_eq!(waits.join().expect("no panic"), Some(true.to_json()));
        });
    }

    #[test]
    fn nobody_waits_for_a_client_that_has_left() {
        let asked = Asked::new();
        let question = asked.open("1".into());
        assert_eq!(question.wait(Duration::MAX, &|| true), None);
        asked.answered("1", 1.to_json());
        let answer = question.wait(Duration::MAX, &|| true);
        assert_eq!(answer, Some(1.to_json()), "it came before");
    }
}
