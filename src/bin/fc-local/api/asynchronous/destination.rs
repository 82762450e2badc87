//! Reports the end of a call to its destination: a function of this server is called with the platform's report, as one
//! more asynchronous call ([fc3 §5](https://docs.rs/fc-runtime/latest/fc_runtime/guide/fc3/#5)).
//!
//! It must not know how the call was made.

use std::sync::Arc;

use serde_json::{Value, json};

use super::work::End;
use super::{Later, accept, config};
use crate::api::app::App;
use crate::api::lookup;
use crate::ids;
use crate::name::FunctionName;
use crate::store::queue::Accepted;
use crate::store::tasks::Status;

/// The word for a delivery that was made, and for one that was not.
const DELIVERED: &str = "Succeeded";
const NOT_DELIVERED: &str = "Failed";

/// Delivers the end of a call where the configuration says; returns how that went, if it says anything.
pub(super) async fn deliver(
    app: &Arc<App>,
    accepted: &Accepted,
    end: &End,
) -> Option<&'static str> {
    let succeeded = match end.status() {
        Status::Succeeded => true,
        Status::Failed | Status::Expired => false,
        // A call that was stopped, or whose function is gone, is reported to no destination.
        _ => return None,
    };
    let function = accepted.called();
    let config = config(app, &function);
    let destination = config.destination(succeeded)?;
    let body = document(app, accepted, end).to_string();
    let Err(why) = send(app, destination, &body).await else {
        return Some(DELIVERED);
    };
    app.pool.note(
        &function,
        &format!(
            "fc-local: the destination {destination} did not get what it should have, {body}: {why}"
        ),
    );
    Some(NOT_DELIVERED)
}

async fn send(app: &Arc<App>, destination: &str, body: &str) -> Result<(), String> {
    let target = FunctionName::of_arn(destination)
        .ok_or("fc-local does not play this destination, only functions")?;
    lookup::qualified(&app.store.snapshot(), &target).map_err(|error| error.message)?;
    let later = Later {
        function: &target,
        request_id: &ids::request_id(target.generation()),
        body: body.as_bytes(),
        http: None,
        task: None,
    };
    accept(app, later)
        .await
        .map(drop)
        .map_err(|error| error.message)
}

/// The platform's report.
fn document(app: &App, accepted: &Accepted, end: &End) -> Value {
    let owner = &app.owner;
    let arn = accepted.called().arn(&owner.account_id, &owner.region);
    let tries = accepted.failures + u32::from(matches!(end, End::Succeeded(_)));
    let answered = end.answered();
    let error_type = answered.map_or("", |answered| answered.error_type);
    let result = answered.map(|answered| String::from_utf8_lossy(&answered.body));
    json!({
        "timestamp": ids::now_ms(),
        "requestContext": {
            "requestId": accepted.request_id, "functionArn": arn, "condition": end.reason(),
            "approximateInvokeCount": tries,
        },
        "requestPayload": String::from_utf8_lossy(&accepted.event()),
        "responseContext": {"statusCode": 200, "functionError": error_type},
        "responsePayload": result.unwrap_or_default(),
    })
}
