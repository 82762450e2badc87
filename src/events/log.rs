//! The event of the log service (SLS).

use serde_json::Value;

use crate::error::Error;

/// The event of the log service: where new log data stands, never the data itself
/// ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::LogEvent;
///
/// let event = br#"{"source":{"projectName":"p","logstoreName":"l","shardId":0,"beginCursor":"MQ==","endCursor":"Mg=="}}"#;
/// let log = LogEvent::parse(event)?;
/// assert_eq!((log.project(), log.logstore(), log.shard_id()), (Some("p"), Some("l"), Some(0)));
/// assert_eq!((log.begin_cursor(), log.end_cursor()), (Some("MQ=="), Some("Mg==")));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct LogEvent {
    value: Value,
}

impl LogEvent {
    /// Reads the event.
    ///
    /// # Errors
    ///
    /// `InvalidJson` or `InvalidEvent` when it is not a JSON object.
    pub fn parse(event: &[u8]) -> Result<Self, Error> {
        super::parse(event, Self::WHAT)?.try_into()
    }

    /// What the trigger is configured with.
    pub fn parameter(&self) -> Option<&Value> {
        self.get("parameter")
    }

    texts! { '_;
        /// The address to read the data from.
        endpoint = "/source/endpoint";
        /// The log project.
        project = "/source/projectName";
        /// The log store.
        logstore = "/source/logstoreName";
        /// Where the data begins in the shard.
        begin_cursor = "/source/beginCursor";
        /// Where it ends; what stands there belongs to the next event.
        end_cursor = "/source/endCursor";
        /// The job of the trigger.
        job_name = "/jobName";
        /// The task of the job.
        task_id = "/taskId";
    }

    numbers! { u32;
        /// The shard of the log store.
        shard_id = "/source/shardId";
    }

    numbers! { i64;
        /// When the data at the end was received, in seconds since 1970.
        cursor_time = "/cursorTime";
    }
}

owned_view!(LogEvent, an_object, "a log event is a JSON object");

#[cfg(test)]
mod tests {
    use super::LogEvent;
    use serde_json::json;

    #[test]
    fn the_parameter_may_hold_anything() {
        let log = LogEvent::parse(br#"{"parameter":{"a":[1]},"cursorTime":1795420862}"#)
            .expect("an object");
        assert_eq!(log.parameter(), Some(&json!({"a": [1]})));
        assert_eq!(
            (log.cursor_time(), log.shard_id(), log.endpoint()),
            (Some(1_795_420_862), None, None)
        );
    }
}
