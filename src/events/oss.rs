//! The events of an OSS bucket.

use serde_json::Value;

use crate::error::Error;

/// What an OSS trigger sends: one record or several ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::OssEvents;
///
/// let event = br#"{"events":[{"eventName":"ObjectCreated:PutObject",
///     "oss":{"bucket":{"name":"photos"},"object":{"key":"a b.jpg","size":42}}}]}"#;
/// let events = OssEvents::parse(event)?;
/// let record = events.records().next().unwrap();
/// assert_eq!((record.bucket(), record.key(), record.size()), (Some("photos"), Some("a b.jpg"), Some(42)));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OssEvents {
    value: Value,
}

impl OssEvents {
    /// Reads the event.
    ///
    /// # Errors
    ///
    /// `InvalidJson` or `InvalidEvent` when it is not a JSON object with a list of records.
    pub fn parse(event: &[u8]) -> Result<Self, Error> {
        super::parse(event, Self::WHAT)?.try_into()
    }

    /// The records, in order.
    pub fn records(&self) -> impl ExactSizeIterator<Item = OssRecord<'_>> {
        super::records(&self.value).map(|value| OssRecord { value })
    }
}

owned_view!(OssEvents, records_in, "an OSS event is a JSON object");

/// What happened to one object of a bucket ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::OssEvents;
///
/// let events = OssEvents::parse(br#"{"events":[{"region":"cn-hangzhou","oss":{"ruleId":"r1"},"new":true}]}"#)?;
/// let record = events.records().next().unwrap();
/// assert_eq!((record.region(), record.rule_id()), (Some("cn-hangzhou"), Some("r1")));
/// assert_eq!(record.get("new"), Some(&true.into()));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OssRecord<'a> {
    value: &'a Value,
}

impl<'a> OssRecord<'a> {
    texts! { 'a;
        /// What happened, such as `ObjectCreated:PutObject`.
        event_name = "/eventName";
        /// Who says so: `acs:oss`.
        event_source = "/eventSource";
        /// When it happened, in UTC.
        event_time = "/eventTime";
        /// The version of the event's form.
        event_version = "/eventVersion";
        /// The region of the bucket.
        region = "/region";
        /// The name of the bucket.
        bucket = "/oss/bucket/name";
        /// The bucket's full name, `acs:oss:region:account:bucket`.
        bucket_arn = "/oss/bucket/arn";
        /// The account that owns the bucket.
        bucket_owner = "/oss/bucket/ownerIdentity";
        /// The key of the object as it is stored: nothing of it is percent-encoded, so that nothing is to be decoded.
        key = "/oss/object/key";
        /// The tag of the object's content.
        etag = "/oss/object/eTag";
        /// The media type of the object, if the trigger sends it.
        mime_type = "/oss/object/objectMeta/mimeType";
        /// The rule of the trigger that matched.
        rule_id = "/oss/ruleId";
        /// The address that the request to OSS came from.
        source_ip = "/requestParameters/sourceIPAddress";
        /// The request id of OSS.
        request_id = "/responseElements/requestId";
        /// Who made the request to OSS.
        principal_id = "/userIdentity/principalId";
    }

    numbers! { u64;
        /// The size of the object, in bytes.
        size = "/oss/object/size";
    }

    numbers! { i64;
        /// By how many bytes the object has grown; negative when it has shrunk.
        delta_size = "/oss/object/deltaSize";
    }
}

borrowed_view!(OssRecord);

#[cfg(test)]
mod tests {
    use super::OssEvents;

    #[test]
    fn what_a_record_says_outlives_the_record() {
        let event = br#"{"events":[{"oss":{"object":{"key":"a%20b+c","deltaSize":-3}}},{}]}"#;
        let events = OssEvents::parse(event).expect("an OSS event");
        let keys: Vec<_> = events.records().map(|record| record.key()).collect();
        assert_eq!(keys, [Some("a%20b+c"), None]);
        let changes: Vec<_> = events.records().map(|record| record.delta_size()).collect();
        assert_eq!(changes, [Some(-3), None]);
    }

    #[test]
    fn an_event_of_another_trigger_is_refused() {
        let error = OssEvents::parse(br#"{"triggerName":"t"}"#).expect_err("a timer event");
        assert_eq!(
            error.message(),
            "an OSS event is a JSON object, but its `events` is null or missing"
        );
    }
}
