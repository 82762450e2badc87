//! Sample events by name, one for each trigger of [contract §7](crate::check::sections::SECTIONS#7).
//!
//! The samples are those that the tests of the typed events read, so they cannot drift from them.

use clap::ValueEnum;

/// A sample event.
#[allow(
    clippy::doc_markdown,
    reason = "what stands over each is printed by --help, which has no backticks"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Example {
    /// API Gateway: a POST with a base64 body
    #[value(name = "apigateway")]
    ApiGateway,
    /// CDN: a domain was started
    Cdn,
    /// EventBridge: an event of a cloud service, an ECS instance that changed its state
    #[value(name = "eventbridge")]
    EventBridge,
    /// An HTTP trigger's event, as FC 3.0 sends it to built-in runtimes
    Http,
    /// Kafka through EventBridge: an array of CloudEvents as JSON strings
    Kafka,
    /// MNS topic: a message in the JSON format
    Mns,
    /// MNS queue through EventBridge: a message
    #[value(name = "mns-queue")]
    MnsQueue,
    /// MNS topic: a message in the STREAM format, which is plain text
    #[value(name = "mns-stream")]
    MnsStream,
    /// OSS: an object was put into a bucket
    Oss,
    /// RocketMQ through EventBridge: a message
    #[value(name = "rocketmq")]
    RocketMq,
    /// Log service: cursors into a log store
    Sls,
    /// Tablestore: changed rows, as CBOR
    #[value(name = "tablestore")]
    TableStore,
    /// Timer: a time and a payload
    Timer,
}

macro_rules! sample {
    ($file:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/events/", $file))
    };
}

impl Example {
    /// The event as the trigger sends it.
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::ApiGateway => sample!("api-gateway-request.json"),
            Self::Cdn => sample!("cdn.json"),
            Self::EventBridge => sample!("cloud-service.json"),
            Self::Http => sample!("http-trigger.json"),
            Self::Kafka => sample!("kafka.json"),
            Self::Mns => sample!("mns-topic.json"),
            Self::MnsQueue => sample!("mns-queue.json"),
            Self::MnsStream => sample!("mns-topic-stream.txt"),
            Self::Oss => sample!("oss.json"),
            Self::RocketMq => sample!("rocketmq.json"),
            Self::Sls => sample!("log.json"),
            Self::TableStore => sample!("tablestore.cbor"),
            Self::Timer => sample!("timer.json"),
        }
    }

    /// A line for each: its name, and what it is.
    pub(crate) fn list() -> Vec<String> {
        let values = Self::value_variants().iter();
        let values = values.filter_map(ValueEnum::to_possible_value);
        let lines = values.map(|value| {
            let help = value.get_help().map(ToString::to_string);
            format!("{:<12} {}", value.get_name(), help.unwrap_or_default())
        });
        lines.collect()
    }

    /// The name that asks for it.
    pub(crate) fn name(self) -> String {
        // No variant is skipped, so each has a value.
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }
}
