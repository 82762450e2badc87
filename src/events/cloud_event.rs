//! The events that come by `EventBridge`, each a `CloudEvent`.

use serde_json::Value;

use super::messages::{KafkaMessage, MnsQueueMessage, RocketMqMessage};
use super::{parse, unexpected};
use crate::error::Error;
use crate::json;

const WHAT: &str =
    "an event of EventBridge is an object, or an array of objects or of strings that hold one each";

/// What `EventBridge` sends: one event, an array of them, or an array of strings, each the JSON of one
/// ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::CloudEvents;
///
/// let one = br#"{"id":"1","type":"mns:Queue:SendMessage","data":{"messageBody":"paid"}}"#;
/// let events = CloudEvents::parse(one)?;
/// let bodies: Vec<_> = events.iter().filter_map(|event| event.mns_queue()?.body()).collect();
/// assert_eq!(bodies, ["paid"]);
///
/// let strings = br#"["{\"id\":\"1\"}","{\"id\":\"2\"}"]"#;
/// let ids: Vec<_> = CloudEvents::parse(strings)?.iter().map(|event| event.id().map(str::to_owned)).collect();
/// assert_eq!(ids, [Some("1".to_owned()), Some("2".to_owned())]);
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CloudEvents {
    events: Vec<Value>,
}

impl CloudEvents {
    /// Reads the event or events.
    ///
    /// # Errors
    ///
    /// `InvalidJson` or `InvalidEvent` when it is none of the three forms. One bad event of an array is an error of the
    /// whole, because an event that were left out would be lost.
    pub fn parse(event: &[u8]) -> Result<Self, Error> {
        parse(event, WHAT)?.try_into()
    }

    /// The events, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = CloudEvent<'_>> {
        self.events.iter().map(|value| CloudEvent { value })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Whether the array was empty.
    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }
}

/// Fails with `InvalidJson` or `InvalidEvent`, as [`parse`](CloudEvents::parse) does.
impl TryFrom<Value> for CloudEvents {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self, Error> {
        let events = match value {
            Value::Array(values) => values
                .into_iter()
                .enumerate()
                .map(element)
                .collect::<Result<_, _>>()?,
            one @ Value::Object(_) => vec![one],
            other => return Err(unexpected(WHAT, "this one", &other)),
        };
        Ok(Self { events })
    }
}

deserialized_as_value!(CloudEvents);

fn element((at, value): (usize, Value)) -> Result<Value, Error> {
    let place = format!("element {at} of the event");
    let value = match value {
        Value::String(text) => json::parse(text.as_bytes(), &place)?,
        value => value,
    };
    if value.is_object() {
        Ok(value)
    } else {
        Err(unexpected(WHAT, &place, &value))
    }
}

/// One event of `EventBridge`: the envelope of `CloudEvents` 1.0 with the fields that Alibaba Cloud adds
/// ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::CloudEvents;
///
/// let events = CloudEvents::parse(br#"{"type":"ecs:Instance:StateChange","data":{"state":"Stopped"},"x":1}"#)?;
/// let event = events.iter().next().unwrap();
/// assert_eq!(event.event_type(), Some("ecs:Instance:StateChange"));
/// assert_eq!(event.data().and_then(|data| data["state"].as_str()), Some("Stopped"));
/// assert_eq!(event.get("x"), Some(&1.into()));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CloudEvent<'a> {
    value: &'a Value,
}

impl<'a> CloudEvent<'a> {
    /// What the event is about; its shape is the product's own.
    pub fn data(&self) -> Option<&'a Value> {
        self.get("data")
    }

    /// The message, if the event is one of an MNS queue.
    pub fn mns_queue(&self) -> Option<MnsQueueMessage<'a>> {
        self.data_of(MnsQueueMessage::EVENT_TYPE)
            .map(MnsQueueMessage::new)
    }

    /// The message, if the event is one of `RocketMQ`.
    pub fn rocketmq(&self) -> Option<RocketMqMessage<'a>> {
        self.data_of(RocketMqMessage::EVENT_TYPE)
            .map(RocketMqMessage::new)
    }

    /// The message, if the event is one of Kafka.
    pub fn kafka(&self) -> Option<KafkaMessage<'a>> {
        self.data_of(KafkaMessage::EVENT_TYPE)
            .map(KafkaMessage::new)
    }

    fn data_of(&self, event_type: &str) -> Option<&'a Value> {
        self.data()
            .filter(|_| self.event_type() == Some(event_type))
    }

    texts! { 'a;
        /// The id of the event.
        id = "/id";
        /// Where it comes from.
        source = "/source";
        /// The version of the envelope: `1.0`.
        spec_version = "/specversion";
        /// What happened, such as `mns:Queue:SendMessage`.
        event_type = "/type";
        /// The media type of the data.
        data_content_type = "/datacontenttype";
        /// What it happened to.
        subject = "/subject";
        /// When it happened, in UTC.
        time = "/time";
        /// The account.
        account_id = "/aliyunaccountid";
        /// The account it came from at first.
        original_account_id = "/aliyunoriginalaccountid";
        /// When the bus took the event, in UTC.
        publish_time = "/aliyunpublishtime";
        /// The address that gave it to the bus.
        publish_address = "/aliyunpublishaddr";
        /// The name of the bus.
        event_bus_name = "/aliyuneventbusname";
        /// The region.
        region_id = "/aliyunregionid";
    }
}

borrowed_view!(CloudEvent);

#[cfg(test)]
mod tests {
    use super::CloudEvents;

    fn ids(event: &str) -> Vec<String> {
        let events =
            CloudEvents::parse(event.as_bytes()).unwrap_or_else(|error| panic!("{error}: {event}"));
        events
            .iter()
            .map(|event| event.id().unwrap_or("none").to_owned())
            .collect()
    }

    #[test]
    fn all_three_forms_are_read() {
        assert_eq!(ids(r#"{"id":"1"}"#), ["1"]);
        assert_eq!(ids(r#"[{"id":"1"},{}]"#), ["1", "none"]);
        assert_eq!(ids(r#"["{\"id\":\"1\"}",{"id":"2"}]"#), ["1", "2"]);
        let none = CloudEvents::parse(b"[]").expect("an array");
        assert!(none.is_empty() && none.iter().len() == 0);
    }

    #[test]
    fn one_bad_event_is_an_error_that_names_its_place() {
        let said = |event: &[u8]| {
            CloudEvents::parse(event)
                .expect_err("a bad event")
                .to_string()
        };
        assert!(said(br#"[{},7]"#).ends_with("but element 1 of the event is a number"));
        assert_eq!(
            said(br#"["{}","{oops}"]"#),
            "InvalidJson: element 1 of the event is not the JSON expected here: key must be a string at line 1 column 2"
        );
        assert!(said(b"\"{}\"").ends_with("but this one is a string"));
        assert!(said(b"").ends_with("but this event is empty"));
    }

    #[test]
    fn the_type_decides_which_message_it_is() {
        let event = br#"[{"type":"mq:Topic:SendMessage","data":{"body":"b"}},{"type":"mns:Queue:SendMessage"}]"#;
        let events = CloudEvents::parse(event).expect("two events");
        let first = events.iter().next().expect("the first");
        assert!(first.mns_queue().is_none() && first.kafka().is_none());
        assert_eq!(
            first.rocketmq().and_then(|message| message.body()),
            Some("b")
        );
        assert!(
            events
                .iter()
                .nth(1)
                .is_some_and(|event| event.mns_queue().is_none()),
            "it has no data"
        );
    }
}
