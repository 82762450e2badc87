//! The views of messages: MNS, and what `EventBridge` hands on.

use fc_runtime::events::{CloudEvents, MnsStreamEvent, MnsTopicEvent};
use fc_runtime::serde_json::json;

use super::view;
use crate::events::samples;

#[test]
fn mns_topic() {
    let plain = view("mns-topic.json", MnsTopicEvent::parse);
    assert_eq!(
        [
            plain.message(),
            plain.message_id(),
            plain.message_md5(),
            plain.topic_name(),
            plain.topic_owner(),
            plain.subscription_name(),
            plain.subscriber(),
        ],
        [
            "an order was paid",
            "1F2E3D4C5B6A79880102030405060708",
            "7C9F1A0E5B3D4826A1F0E2D3C4B5A697",
            "orders",
            "1000000000000001",
            "to-the-function",
            "1000000000000001",
        ]
        .map(Some)
    );
    assert_eq!(plain.publish_time_ms(), Some(1_795_420_862_345));
    assert_eq!(plain.attributes().count(), 0);
    let tagged = view("mns-topic-attributes.json", MnsTopicEvent::parse);
    assert_eq!(
        tagged.attributes().collect::<Vec<_>>(),
        [("priority", "high"), ("tenant", "north")]
    );
}

#[test]
fn mns_topic_as_a_stream() {
    let stream = view("mns-topic-stream-attributes.json", MnsStreamEvent::parse);
    assert_eq!(stream.body(), Some("an order was paid"));
    assert_eq!(stream.attribute("Extend"), Some(r#"{"tenant":"north"}"#));
    let raw = MnsStreamEvent::parse(&samples()["mns-topic-stream.txt"]);
    assert_eq!(
        raw.expect_err("the raw message").error_type(),
        "InvalidJson"
    );
}

#[test]
fn mns_queue() {
    let events = view("mns-queue.json", CloudEvents::parse);
    let event = events.iter().next().expect("one event");
    assert_eq!(
        [
            event.id(),
            event.source(),
            event.spec_version(),
            event.event_type(),
            event.data_content_type(),
            event.subject(),
            event.time(),
            event.account_id(),
            event.original_account_id(),
            event.publish_time(),
            event.publish_address(),
            event.event_bus_name(),
            event.region_id(),
        ],
        [
            "c2g71017-0001",
            "shop-queue",
            "1.0",
            "mns:Queue:SendMessage",
            "application/json; charset=utf-8",
            "acs:mns:cn-hangzhou:1000000000000001:queues/orders",
            "2026-11-23T08:01:02.345Z",
            "1000000000000001",
            "1000000000000001",
            "2026-11-23T08:01:02.400Z",
            "203.0.113.9",
            "shop-bus",
            "cn-hangzhou",
        ]
        .map(Some)
    );
    let message = event.mns_queue().expect("a message of a queue");
    assert_eq!(
        (message.request_id(), message.message_id(), message.body()),
        (
            Some("6740F1C2-0001"),
            Some("1F2E3D4C5B6A7988"),
            Some(r#"{"order":42}"#)
        )
    );
}

#[test]
fn rocketmq() {
    let events = view("rocketmq.json", CloudEvents::parse);
    let message = events
        .iter()
        .next()
        .and_then(|event| event.rocketmq())
        .expect("a message");
    assert_eq!(
        [
            message.topic(),
            message.body(),
            message.keys(),
            message.tags(),
            message.instance_id()
        ],
        [
            "orders",
            r#"{"order":42}"#,
            "order-42",
            "paid",
            "MQ_INST_shop"
        ]
        .map(Some)
    );
    assert_eq!(message.consume_start_time_ms(), Some(1_795_420_862_346));
    assert_eq!(message.system_property("MAX_OFFSET"), Some(&json!("8")));
    assert_eq!(message.user_property("tenant"), Some("north"));
    let events = view("rocketmq-stream.json", CloudEvents::parse);
    let messages: Vec<_> = events.iter().filter_map(|event| event.rocketmq()).collect();
    assert_eq!(
        messages
            .iter()
            .map(|message| (message.body(), message.consume_start_time_ms()))
            .collect::<Vec<_>>(),
        [
            (Some("first"), Some(1_795_420_862_346)),
            (Some("second"), Some(1_795_420_862_347))
        ]
    );
}

#[test]
fn kafka() {
    let events = view("kafka.json", CloudEvents::parse);
    assert_eq!(events.len(), 2);
    let messages: Vec<_> = events.iter().filter_map(|event| event.kafka()).collect();
    let texts: Vec<_> = messages
        .iter()
        .map(|message| {
            (
                message.partition(),
                message.offset(),
                message.timestamp_ms(),
                message.message_key(),
                message.message_value(),
            )
        })
        .collect();
    assert_eq!(
        texts,
        [
            (
                Some(9),
                Some(3),
                Some(1_795_420_862_345),
                None,
                Some("page=/你好")
            ),
            (
                Some(9),
                Some(4),
                Some(1_795_420_862_346),
                Some("visitor-7"),
                Some("page=/cart")
            ),
        ]
    );
    assert_eq!(messages[0].topic(), Some("clicks"));
}

#[test]
fn cloud_service() {
    let events = view("cloud-service.json", CloudEvents::parse);
    let event = events.iter().next().expect("one event");
    assert_eq!(event.event_type(), Some("ecs:Instance:StateChange"));
    assert_eq!(
        event.data().map(|data| &data["state"]),
        Some(&json!("Stopped"))
    );
    assert!(event.mns_queue().is_none() && event.rocketmq().is_none() && event.kafka().is_none());
}
