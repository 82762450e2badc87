//! The events of an MNS topic.

use serde_json::Value;

use crate::error::Error;

/// The event of an MNS topic in the JSON format ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::MnsTopicEvent;
///
/// let event = br#"{"TopicName":"orders","Message":"paid","PublishTime":1795420862345,"tenant":"north"}"#;
/// let topic = MnsTopicEvent::parse(event)?;
/// assert_eq!((topic.message(), topic.publish_time_ms()), (Some("paid"), Some(1_795_420_862_345)));
/// assert_eq!(topic.attributes().collect::<Vec<_>>(), [("tenant", "north")]);
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MnsTopicEvent {
    value: Value,
}

/// The fields that are MNS's own; what else stands at the top is an attribute of the message.
const OWN_FIELDS: [&str; 9] = [
    "Context",
    "TopicOwner",
    "Message",
    "Subscriber",
    "PublishTime",
    "SubscriptionName",
    "MessageMD5",
    "TopicName",
    "MessageId",
];

impl MnsTopicEvent {
    /// Reads the event.
    ///
    /// # Errors
    ///
    /// `InvalidJson` or `InvalidEvent` when it is not a JSON object, such as one in the STREAM format.
    pub fn parse(event: &[u8]) -> Result<Self, Error> {
        super::parse(event, Self::WHAT)?.try_into()
    }

    /// The attributes of the message, which stand among its fields.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        let fields = self.value.as_object().into_iter().flatten();
        fields
            .filter(|(name, _)| !OWN_FIELDS.contains(&name.as_str()))
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }

    texts! { '_;
        /// The message.
        message = "/Message";
        /// The id of the message.
        message_id = "/MessageId";
        /// The MD5 sum of the message, in hexadecimal digits.
        message_md5 = "/MessageMD5";
        /// The topic.
        topic_name = "/TopicName";
        /// The account that owns the topic.
        topic_owner = "/TopicOwner";
        /// The subscription that the event comes by.
        subscription_name = "/SubscriptionName";
        /// The text that the notification was given as its context.
        context = "/Context";
        /// The account that has subscribed.
        subscriber = "/Subscriber";
    }

    numbers! { u64;
        /// When the message was published, in milliseconds since 1970.
        publish_time_ms = "/PublishTime";
    }
}

owned_view!(
    MnsTopicEvent,
    an_object,
    "an MNS topic event in JSON format is a JSON object"
);

/// The event of an MNS topic in the STREAM format, if the message has attributes. Without any, the event is the message
/// itself, byte for byte, and needs no view ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::MnsStreamEvent;
///
/// let event = br#"{"body":"paid","attrs":{"Extend":"{\"tenant\":\"north\"}"}}"#;
/// let stream = MnsStreamEvent::parse(event)?;
/// assert_eq!(stream.body(), Some("paid"));
/// assert_eq!(stream.attribute("Extend"), Some(r#"{"tenant":"north"}"#));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct MnsStreamEvent {
    value: Value,
}

impl MnsStreamEvent {
    /// Reads the event.
    ///
    /// # Errors
    ///
    /// `InvalidJson` or `InvalidEvent` when it is not a JSON object, such as a message without attributes.
    pub fn parse(event: &[u8]) -> Result<Self, Error> {
        super::parse(event, Self::WHAT)?.try_into()
    }

    /// The attribute of this name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.get("attrs")?.get(name)?.as_str()
    }

    texts! { '_;
        /// The message.
        body = "/body";
    }
}

owned_view!(
    MnsStreamEvent,
    an_object,
    "an MNS topic event in STREAM format with attributes is a JSON object"
);

#[cfg(test)]
mod tests {
    use super::{MnsStreamEvent, MnsTopicEvent};

    #[test]
    fn the_time_of_publishing_is_a_number_and_may_be_a_string() {
        for event in [
            r#"{"PublishTime":1550216302888}"#,
            r#"{"PublishTime":"1550216302888"}"#,
        ] {
            let topic = MnsTopicEvent::parse(event.as_bytes()).expect("an object");
            assert_eq!(topic.publish_time_ms(), Some(1_550_216_302_888), "{event}");
        }
    }

    #[test]
    fn fields_of_mns_are_no_attributes() {
        let event = br#"{"Message":"m","MessageId":"1","Context":"c","b":"2","a":"1","n":3}"#;
        let topic = MnsTopicEvent::parse(event).expect("an object");
        assert_eq!(
            topic.attributes().collect::<Vec<_>>(),
            [("a", "1"), ("b", "2")]
        );
        assert_eq!(
            (topic.context(), topic.get("n")),
            (Some("c"), Some(&3.into()))
        );
    }

    #[test]
    fn a_raw_message_is_no_json() {
        let error = MnsTopicEvent::parse(b"hello topic").expect_err("no JSON");
        assert_eq!(error.error_type(), "InvalidJson");
        let error = MnsStreamEvent::parse(b"\"hello\"").expect_err("a string");
        assert!(
            error.message().ends_with("but this event is a string"),
            "{error}"
        );
    }
}
