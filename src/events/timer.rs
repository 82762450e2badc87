//! The event of a timer.

use serde_json::Value;

use crate::error::Error;

/// The event of a timer ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::TimerEvent;
///
/// let event = br#"{"triggerTime":"2026-11-23T08:00:00Z","triggerName":"nightly","payload":"{\"keep\":7}"}"#;
/// let timer = TimerEvent::parse(event)?;
/// assert_eq!(timer.trigger_name(), Some("nightly"));
/// assert_eq!(timer.payload(), Some(r#"{"keep":7}"#));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct TimerEvent {
    value: Value,
}

impl TimerEvent {
    /// Reads the event.
    ///
    /// # Errors
    ///
    /// `InvalidJson` or `InvalidEvent` when it is not a JSON object.
    pub fn parse(event: &[u8]) -> Result<Self, Error> {
        super::parse(event, Self::WHAT)?.try_into()
    }

    texts! { '_;
        /// When the timer was due, in UTC, such as `2026-11-23T08:00:00Z`.
        trigger_time = "/triggerTime";
        /// The name of the trigger.
        trigger_name = "/triggerName";
        /// The text that the trigger is configured with.
        payload = "/payload";
    }
}

owned_view!(TimerEvent, an_object, "a timer event is a JSON object");

#[cfg(test)]
mod tests {
    use super::TimerEvent;

    #[test]
    fn every_field_is_optional_and_unknown_ones_are_kept() {
        let timer = TimerEvent::parse(br#"{"payload":null,"new":1}"#).expect("an object");
        assert_eq!((timer.trigger_time(), timer.payload()), (None, None));
        assert_eq!(timer.get("new"), Some(&1.into()));
        assert_eq!(
            timer.into_value(),
            serde_json::json!({"payload": null, "new": 1})
        );
    }

    #[test]
    fn an_array_is_no_timer_event() {
        let error = TimerEvent::parse(b"[]").expect_err("an array");
        assert_eq!(
            error.to_string(),
            "InvalidEvent: a timer event is a JSON object, but this event is an array"
        );
    }
}
