//! What each trigger sends, from the samples in `src/bin/fc-local/events/`: each comes back from the bootstrap byte for byte, and
//! each view reads it.

mod cbor;
#[cfg(feature = "events")]
mod views;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::support::Instance;

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
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/fc-local/events");
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
        let response = instance.invoke(&name, &event);
        assert_eq!(
            (response.status, response.header("x-fc-status")),
            (200, None),
            "{name}"
        );
        assert!(response.body == event, "{name}");
    }
}

#[test]
fn an_empty_event_comes_back_empty() {
    let instance = Instance::start("bootstrap", &[]);
    let response = instance.invoke("empty", b"");
    assert_eq!((response.status, response.body), (200, Vec::new()));
}
