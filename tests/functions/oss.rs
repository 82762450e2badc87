//! The event of an OSS bucket: adds up what has come into it.
//!
//! Start it by `cargo run --features events --example oss`, and ask it from another terminal:
//!
//! ```sh
//! curl --data-binary @src/bin/fc-local/events/oss.json http://127.0.0.1:9000/invoke
//! ```

use fc_runtime::events::{OssEvents, OssRecord};
use fc_runtime::serde_json::json;
use fc_runtime::{Context, Error, Runtime, RuntimeError, log};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    Runtime::new().invoke(handle).run()
}

/// An event may come twice, so what you do for an object must be safe to do twice.
fn handle(event: &[u8], _: &Context) -> Result<Vec<u8>, Error> {
    let events = OssEvents::parse(event)?;
    let (mut objects, mut bytes) = (0, 0);
    for record in events.records().filter(is_creation) {
        let (bucket, key) = (record.bucket(), record.key());
        log::info!("{key:?} is new in {bucket:?}");
        objects += 1;
        bytes += record.size().unwrap_or_default();
    }
    let result = json!({ "objects": objects, "bytes": bytes });
    Ok(result.to_string().into_bytes())
}

fn is_creation(record: &OssRecord<'_>) -> bool {
    let name = record.event_name().unwrap_or_default();
    name.starts_with("ObjectCreated:")
}
