//! The events of the content delivery network.

use serde_json::Value;

use crate::error::Error;

/// What a CDN trigger sends: one record or several ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::CdnEvents;
///
/// let event = br#"{"events":[{"eventName":"CdnDomainStarted","resource":{"domain":"example.com"}}]}"#;
/// let events = CdnEvents::parse(event)?;
/// let record = events.records().next().unwrap();
/// assert_eq!((record.event_name(), record.domain()), (Some("CdnDomainStarted"), Some("example.com")));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CdnEvents {
    value: Value,
}

impl CdnEvents {
    /// Reads the event.
    ///
    /// # Errors
    ///
    /// `InvalidJson` or `InvalidEvent` when it is not a JSON object with a list of records.
    pub fn parse(event: &[u8]) -> Result<Self, Error> {
        super::parse(event, Self::WHAT)?.try_into()
    }

    /// The records, in order.
    pub fn records(&self) -> impl ExactSizeIterator<Item = CdnRecord<'_>> {
        super::records(&self.value).map(|value| CdnRecord { value })
    }
}

owned_view!(CdnEvents, records_in, "a CDN event is a JSON object");

/// One thing that happened in the content delivery network ([contract §7](crate::guide::contract#7)).
///
/// # Examples
///
/// ```
/// use fc_runtime::events::CdnEvents;
///
/// let events = CdnEvents::parse(br#"{"events":[{"eventParameter":{"status":"online"},"userIdentity":{"aliUid":"1"}}]}"#)?;
/// let record = events.records().next().unwrap();
/// assert_eq!(record.parameter("status").and_then(|status| status.as_str()), Some("online"));
/// assert_eq!(record.account_id(), Some("1"));
/// # Ok::<(), fc_runtime::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CdnRecord<'a> {
    value: &'a Value,
}

impl<'a> CdnRecord<'a> {
    /// What the event has under this name; which names there are depends on its kind.
    pub fn parameter(&self, name: &str) -> Option<&'a Value> {
        self.value.get("eventParameter")?.get(name)
    }

    texts! { 'a;
        /// What happened, such as `CachedObjectsRefreshed`, `CdnDomainStarted` or `LogFileCreated`.
        event_name = "/eventName";
        /// The version of the event's form.
        event_version = "/eventVersion";
        /// Who says so: `cdn`.
        event_source = "/eventSource";
        /// The region.
        region = "/region";
        /// When it happened, with the offset from UTC.
        event_time = "/eventTime";
        /// The id to ask the network's support by.
        trace_id = "/traceId";
        /// The domain that it happened to.
        domain = "/resource/domain";
        /// The account that owns the domain.
        account_id = "/userIdentity/aliUid";
    }
}

borrowed_view!(CdnRecord);

#[cfg(test)]
mod tests {
    use super::CdnEvents;

    #[test]
    fn every_field_is_optional() {
        let events = CdnEvents::parse(br#"{"events":[{}]}"#).expect("a CDN event");
        assert_eq!(events.records().len(), 1);
        let record = events.records().next().expect("one record");
        assert_eq!(
            (record.event_name(), record.domain(), record.parameter("x")),
            (None, None, None)
        );
    }
}
