//! The messages that `EventBridge` carries: what stands in the `data` of its events.

use serde_json::Value;

/// A message of an MNS queue ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::CloudEvents;
///
/// let events = CloudEvents::parse(br#"{"type":"mns:Queue:SendMessage","data":{"messageId":"m1","messageBody":"paid"}}"#)?;
/// let message = events.iter().next().and_then(|event| event.mns_queue()).unwrap();
/// assert_eq!((message.message_id(), message.body()), (Some("m1"), Some("paid")));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MnsQueueMessage<'a> {
    value: &'a Value,
}

impl<'a> MnsQueueMessage<'a> {
    /// The type of the events that carry such a message.
    pub const EVENT_TYPE: &'static str = "mns:Queue:SendMessage";

    pub(super) fn new(value: &'a Value) -> Self {
        Self { value }
    }

    texts! { 'a;
        /// The request id of MNS.
        request_id = "/requestId";
        /// The id of the message.
        message_id = "/messageId";
        /// The message.
        body = "/messageBody";
    }
}

borrowed_view!(MnsQueueMessage);

/// A message of `RocketMQ` ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::CloudEvents;
///
/// let events = CloudEvents::parse(br#"{"type":"mq:Topic:SendMessage","data":{"topic":"orders","body":"paid",
///     "systemProperties":{"TAGS":"new","CONSUME_START_TIME":1628577790396},"userProperties":{"tenant":"north"}}}"#)?;
/// let message = events.iter().next().and_then(|event| event.rocketmq()).unwrap();
/// assert_eq!((message.topic(), message.body(), message.tags()), (Some("orders"), Some("paid"), Some("new")));
/// assert_eq!(message.consume_start_time_ms(), Some(1_628_577_790_396));
/// assert_eq!(message.user_property("tenant"), Some("north"));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RocketMqMessage<'a> {
    value: &'a Value,
}

impl<'a> RocketMqMessage<'a> {
    /// The type of the events that carry such a message.
    pub const EVENT_TYPE: &'static str = "mq:Topic:SendMessage";

    pub(super) fn new(value: &'a Value) -> Self {
        Self { value }
    }

    /// The property that the broker gave to the message under this name: mostly a string, but some are numbers.
    pub fn system_property(&self, name: &str) -> Option<&'a Value> {
        self.value.get("systemProperties")?.get(name)
    }

    /// The property that the sender gave to the message under this name.
    pub fn user_property(&self, name: &str) -> Option<&'a str> {
        self.value.get("userProperties")?.get(name)?.as_str()
    }

    texts! { 'a;
        /// The topic.
        topic = "/topic";
        /// The message.
        body = "/body";
        /// The keys of the message.
        keys = "/systemProperties/KEYS";
        /// The tags of the message.
        tags = "/systemProperties/TAGS";
        /// The instance of `RocketMQ`.
        instance_id = "/systemProperties/INSTANCE_ID";
    }

    numbers! { u64;
        /// When the message was taken, in milliseconds since 1970: a number among strings.
        consume_start_time_ms = "/systemProperties/CONSUME_START_TIME";
    }
}

borrowed_view!(RocketMqMessage);

/// A message of Kafka ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::CloudEvents;
///
/// let event = r#"{"type":"alikafka:Topic:Message","data":{"topic":"clicks","partition":9,"offset":3,"value":"home"}}"#;
/// let array = fc_runtime::serde_json::json!([event]).to_string();
/// let events = CloudEvents::parse(array.as_bytes())?;
/// let message = events.iter().next().and_then(|event| event.kafka()).unwrap();
/// assert_eq!((message.topic(), message.partition(), message.offset()), (Some("clicks"), Some(9), Some(3)));
/// assert_eq!(message.message_value(), Some("home"));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KafkaMessage<'a> {
    value: &'a Value,
}

impl<'a> KafkaMessage<'a> {
    /// The type of the events that carry such a message.
    pub const EVENT_TYPE: &'static str = "alikafka:Topic:Message";

    pub(super) fn new(value: &'a Value) -> Self {
        Self { value }
    }

    texts! { 'a;
        /// The topic.
        topic = "/topic";
        /// The key of the message, if it has one.
        message_key = "/key";
        /// The value of the message.
        message_value = "/value";
    }

    numbers! { i32;
        /// The partition of the topic.
        partition = "/partition";
    }

    numbers! { i64;
        /// The place in the partition.
        offset = "/offset";
        /// When the message was written, in milliseconds since 1970.
        timestamp_ms = "/timestamp";
    }
}

borrowed_view!(KafkaMessage);

#[cfg(test)]
mod tests {
    use super::{KafkaMessage, RocketMqMessage};
    use serde_json::json;

    #[test]
    fn a_number_among_the_properties_is_read_as_either_kind() {
        for time in [json!(1_628_577_790_396_u64), json!("1628577790396")] {
            let data =
                json!({"systemProperties": {"CONSUME_START_TIME": time, "TRACE_ON": "true"}});
            let message = RocketMqMessage::new(&data);
            assert_eq!(message.consume_start_time_ms(), Some(1_628_577_790_396));
            assert_eq!(message.system_property("TRACE_ON"), Some(&json!("true")));
            assert_eq!((message.keys(), message.user_property("x")), (None, None));
        }
    }

    #[test]
    fn a_message_without_key_and_value_has_none() {
        let data = json!({"key": null, "offset": 7});
        let message = KafkaMessage::new(&data);
        assert_eq!(
            (
                message.message_key(),
                message.message_value(),
                message.offset()
            ),
            (None, None, Some(7))
        );
        assert_eq!(message.value(), &data);
    }
}
