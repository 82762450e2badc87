//! What each trigger sends, from the samples in `tests/events/`: each comes back from the bootstrap byte for byte, and
//! each view reads it.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use support::Instance;

/// All samples; a file that is not named here fails the test, and so does a name without a file.
const SAMPLES: [&str; 17] = [
    "api-gateway-request.json",
    "api-gateway-response.json",
    "cdn.json",
    "cloud-service.json",
    "http-trigger.json",
    "kafka.json",
    "log.json",
    "mns-queue.json",
    "mns-topic-attributes.json",
    "mns-topic-stream-attributes.json",
    "mns-topic-stream.txt",
    "mns-topic.json",
    "oss.json",
    "rocketmq-stream.json",
    "rocketmq.json",
    "tablestore.cbor",
    "timer.json",
];

fn samples() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/events");
    let files = fs::read_dir(folder).expect("the folder of the samples");
    files
        .map(|file| {
            let file = file.expect("a file");
            let name = file.file_name().into_string().expect("a plain name");
            (name, fs::read(file.path()).expect("it can be read"))
        })
        .collect()
}

#[test]
fn every_event_comes_back_as_the_trigger_sent_it() {
    let instance = Instance::start("bootstrap", &[]);
    let samples = samples();
    assert_eq!(samples.keys().collect::<Vec<_>>(), SAMPLES);
    for (name, event) in samples {
        let answer = instance.invoke(&name, &event);
        assert_eq!(
            (answer.status, answer.header("x-fc-status")),
            (200, None),
            "{name}"
        );
        assert!(answer.body == event, "{name}");
    }
}

#[test]
fn an_empty_event_comes_back_empty() {
    let instance = Instance::start("bootstrap", &[]);
    let answer = instance.invoke("empty", b"");
    assert_eq!((answer.status, answer.body), (200, Vec::new()));
}

/// As much of CBOR (RFC 8949) as the events of Tablestore need. `tablestore.cbor` was made by writing what
/// [`tablestore`] gives into the file.
enum Cbor {
    Text(&'static str),
    Number(u64),
    List(Vec<Cbor>),
    Map(Vec<(&'static str, Cbor)>),
}

impl Cbor {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Number(number) => head(0, *number),
            Self::Text(text) => [head(3, text.len() as u64), text.as_bytes().to_vec()].concat(),
            Self::List(items) => items
                .iter()
                .fold(head(4, items.len() as u64), |bytes, item| {
                    [bytes, item.bytes()].concat()
                }),
            Self::Map(pairs) => pairs
                .iter()
                .fold(head(5, pairs.len() as u64), |bytes, (name, value)| {
                    [bytes, Self::Text(name).bytes(), value.bytes()].concat()
                }),
        }
    }
}

/// A major type and its number, in as few bytes as hold it.
fn head(major: u8, number: u64) -> Vec<u8> {
    let bytes = number.to_be_bytes();
    let (code, length) = match number {
        0..24 => return vec![major << 5 | bytes[7]],
        24..0x100 => (24, 1),
        0x100..0x1_0000 => (25, 2),
        0x1_0000..0x1_0000_0000 => (26, 4),
        _ => (27, 8),
    };
    [&[major << 5 | code], &bytes[8 - length..]].concat()
}

fn tablestore() -> Cbor {
    use Cbor::{List, Map, Number, Text};
    let key = Map(vec![
        ("ColumnName", Text("order")),
        ("Value", Number(1_795_420_862_345_678_901)),
    ]);
    let put = Map(vec![
        ("Type", Text("Put")),
        ("ColumnName", Text("state")),
        ("Value", Text("paid")),
        ("Timestamp", Number(1_795_420_862_345)),
    ]);
    let delete = Map(vec![
        ("Type", Text("DeleteOneVersion")),
        ("ColumnName", Text("cart")),
        ("Timestamp", Number(1_795_420_800_000)),
    ]);
    let record = Map(vec![
        ("Type", Text("PutRow")),
        (
            "Info",
            Map(vec![("Timestamp", Number(1_795_420_862_345_678))]),
        ),
        ("PrimaryKey", List(vec![key])),
        ("Columns", List(vec![put, delete])),
    ]);
    Map(vec![
        ("Version", Text("Sync-v1")),
        ("Records", List(vec![record])),
    ])
}

#[test]
fn the_sample_of_tablestore_is_the_cbor_of_its_record() {
    assert_eq!(samples()["tablestore.cbor"], tablestore().bytes());
}

#[cfg(feature = "events")]
mod views {
    use super::samples;
    use fc_runtime::Error;
    use fc_runtime::events::{
        ApiGatewayRequest, ApiGatewayResponse, CdnEvents, CloudEvents, HttpTriggerEvent, LogEvent,
        MnsStreamEvent, MnsTopicEvent, OssEvents, TimerEvent,
    };
    use fc_runtime::serde_json::{Value, from_slice, json};

    /// The view of a sample.
    fn view<T>(name: &str, parse: impl Fn(&[u8]) -> Result<T, Error>) -> T {
        parse(&samples()[name]).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn as_json(name: &str) -> Value {
        from_slice(&samples()[name]).expect("JSON")
    }

    #[test]
    fn timer() {
        let timer = view("timer.json", TimerEvent::parse);
        assert_eq!(timer.trigger_time(), Some("2026-11-23T08:00:00Z"));
        assert_eq!(timer.trigger_name(), Some("every-morning"));
        assert_eq!(timer.payload(), Some(r#"{"report":"daily"}"#));
    }

    #[test]
    fn oss() {
        let events = view("oss.json", OssEvents::parse);
        assert_eq!(events.value(), &as_json("oss.json"), "nothing is lost");
        assert_eq!(events.records().len(), 2);
        let created = events.records().next().expect("the first");
        assert_eq!(
            [
                created.event_name(),
                created.event_source(),
                created.event_time(),
                created.event_version(),
                created.region(),
                created.bucket(),
                created.bucket_arn(),
                created.bucket_owner(),
                created.key(),
                created.etag(),
                created.mime_type(),
                created.rule_id(),
                created.source_ip(),
                created.request_id(),
                created.principal_id(),
            ],
            [
                "ObjectCreated:PutObject",
                "acs:oss",
                "2026-11-23T08:01:02.345Z",
                "1.0",
                "cn-hangzhou",
                "holiday-photos",
                "acs:oss:cn-hangzhou:1000000000000001:holiday-photos",
                "1000000000000001",
                "2026/海边 1+1%20.jpg",
                "5D41402ABC4B2A76B9719D911017C592",
                "image/jpeg",
                "0c1f9a52d7e84b3f",
                "203.0.113.7",
                "6740F1C2A7B3D90E4C2F1A35",
                "1000000000000001",
            ]
            .map(Some)
        );
        assert_eq!(
            (created.size(), created.delta_size()),
            (Some(48_213), Some(48_213))
        );
        let removed = events.records().nth(1).expect("the second");
        assert_eq!(
            (removed.size(), removed.delta_size(), removed.mime_type()),
            (None, Some(-1024), None)
        );
        assert_eq!(removed.get("oss"), removed.value().get("oss"));
    }

    #[test]
    fn log() {
        let log = view("log.json", LogEvent::parse);
        assert_eq!(
            [
                log.endpoint(),
                log.project(),
                log.logstore(),
                log.begin_cursor(),
                log.end_cursor(),
                log.job_name(),
                log.task_id(),
            ],
            [
                "http://cn-hangzhou-intranet.log.aliyuncs.com",
                "shop-logs",
                "access",
                "MTc5NTQyMDg2MDAwMDAwMDAwMA==",
                "MTc5NTQyMDg2MjAwMDAwMDAwMA==",
                "4f2a7c90-archive",
                "9b1de2f4-0001",
            ]
            .map(Some)
        );
        assert_eq!(
            (log.shard_id(), log.cursor_time()),
            (Some(3), Some(1_795_420_862))
        );
        assert_eq!(log.parameter(), Some(&json!({"target": "cold-archive"})));
    }

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
        let told: Vec<_> = messages
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
            told,
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
        assert!(
            event.mns_queue().is_none() && event.rocketmq().is_none() && event.kafka().is_none()
        );
    }

    #[test]
    fn api_gateway_request() {
        let request = view("api-gateway-request.json", ApiGatewayRequest::parse);
        assert_eq!(
            (request.method(), request.path()),
            (Some("POST"), Some("/orders/42"))
        );
        assert_eq!(request.header("accept"), Some("application/json"));
        assert_eq!(request.query_parameter("verbose"), Some("true"));
        assert_eq!(request.path_parameter("id"), Some("42"));
        assert_eq!(request.is_base64_encoded(), Some(true));
        assert_eq!(request.decode_body().expect("base64"), br#"{"paid":true}"#);
    }

    #[test]
    fn api_gateway_response() {
        let response = ApiGatewayResponse::bytes(b"\x89PNG\r\n\x1a\n")
            .with_status(201)
            .header("Content-Type", "image/png")
            .and_then(|response| response.header("Location", "/orders/42"))
            .expect("sound headers");
        let written: Value = from_slice(&response.into_bytes()).expect("JSON");
        assert_eq!(written, as_json("api-gateway-response.json"));
    }

    #[test]
    fn cdn() {
        let events = view("cdn.json", CdnEvents::parse);
        let started = events.records().next().expect("the first");
        assert_eq!(
            [
                started.event_name(),
                started.event_version(),
                started.event_source(),
                started.region(),
                started.event_time(),
                started.trace_id(),
                started.domain(),
                started.account_id(),
            ],
            [
                "CdnDomainStarted",
                "1.0.0",
                "cdn",
                "cn-hangzhou",
                "2026-11-23T16:01:02+08:00",
                "c6459282-0001",
                "static.example.com",
                "1000000000000001",
            ]
            .map(Some)
        );
        assert_eq!(started.parameter("status"), Some(&json!("online")));
        let logged = events.records().nth(1).expect("the second");
        assert_eq!(logged.parameter("fileSize"), Some(&json!(1_788_115)));
    }

    #[test]
    fn http_trigger() {
        let call = view("http-trigger.json", HttpTriggerEvent::parse);
        assert_eq!(
            [
                call.version(),
                call.raw_path(),
                call.method(),
                call.protocol(),
                call.source_ip(),
                call.user_agent(),
                call.account_id(),
                call.domain_name(),
                call.request_id(),
                call.time(),
                call.header("cookie"),
                call.query_parameter("verbose"),
            ],
            [
                "v1",
                "/orders/42",
                "POST",
                "HTTP/1.1",
                "203.0.113.7",
                "curl/8.5.0",
                "1000000000000001",
                "shop-fn.cn-hangzhou.fcapp.run",
                "1-6740f1c2-0001-000000000001",
                "2026-11-23T08:01:02Z",
                "session=made-up",
                "true",
            ]
            .map(Some)
        );
        assert_eq!(call.time_epoch_ms(), Some(1_795_420_862_345));
        assert_eq!(call.decode_body().expect("base64"), br#"{"paid":true}"#);
    }
}
