//! HTTP calls: what a trigger or a custom domain brings ([contract §1.1](crate::check::sections::SECTIONS#1.1),
//! [§2.2](crate::check::sections::SECTIONS#2.2), [§3.1](crate::check::sections::SECTIONS#3.1)).

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hyper::Method;
use serde_json::{Value, json};

use super::{ALL_VALUES_BYTES, all_values, noting_late, take_late_end};
use crate::check::bench::Bench;
use crate::check::client::{Ask, Client, Http, NoResponse, Response};
use crate::check::judge;
use crate::check::raw::{self, After};
use crate::check::row::{Outcome, Spec};
use crate::check::specs::{
    HTTP, HTTP_204, HTTP_BODY, HTTP_EMPTY_PUT, HTTP_HEAD, HTTP_MARKERS, HTTP_PARAMS, UNKNOWN_PATH,
};
use crate::facts::control_path;
use crate::platform::agent::Payload;

/// The header that carries a whole HTTP call for runtimes that are no HTTP servers
/// ([contract §2.2](crate::check::sections::SECTIONS#2.2)).
const PARAMS_HEADER: &str = "x-fc-http-params";

/// Whether HTTP calls are answered at all, where the function gets any.
pub(super) async fn judge(bench: &mut Bench<'_>) -> bool {
    unknown_path(bench).await;
    let Some(path) = bench.args.http.clone() else {
        let why = Outcome::not_applicable("HTTP calls are checked only with --http PATH");
        let rows = [
            &HTTP,
            &HTTP_MARKERS,
            &HTTP_HEAD,
            &HTTP_204,
            &HTTP_BODY,
            &HTTP_EMPTY_PUT,
            &HTTP_PARAMS,
        ];
        bench.record_all(&rows, &why);
        return true;
    };
    if !get(bench, &path).await {
        return false;
    }
    without_body(bench, &HTTP_HEAD, Method::HEAD, &path, &path).await;
    match bench.args.http_204.clone() {
        Some(empty) => without_body(bench, &HTTP_204, Method::GET, &empty, &path).await,
        None => bench.record(&HTTP_204, Outcome::cannot_tell("it takes --http-204 PATH")),
    }
    match bench.args.http_echo.clone() {
        Some(echo) => body(bench, &echo).await,
        None => bench.record(
            &HTTP_BODY,
            Outcome::cannot_tell("it takes --http-echo PATH"),
        ),
    }
    let mut put = Http::new(Method::PUT, &path);
    put.payload.chunked = true;
    let outcome = judge::any_response(&bench.ask(Ask::Http(put)).await);
    bench.record(&HTTP_EMPTY_PUT, outcome);
    params(bench, &path).await;
    true
}

async fn get(bench: &mut Bench<'_>, path: &str) -> bool {
    let separator = if path.contains('?') { '&' } else { '?' };
    let target = format!("{path}{separator}x=1");
    let first = first(bench, &target).await;
    match first {
        Ok((client, mut response)) => {
            bench.record(&HTTP, below_500(&response));
            let late = take_late_end(&client, "Invoke", &mut response).await;
            let markers = judge::markers("Invoke", &response, false);
            bench.record(&HTTP_MARKERS, noting_late(markers, late));
            true
        }
        Err(none) => {
            bench.record(&HTTP, Outcome::fail(none.to_string()));
            false
        }
    }
}

async fn first(bench: &mut Bench<'_>, target: &str) -> Result<(Client, Response), NoResponse> {
    let client = bench.client().await?;
    let response = client.ask(Ask::get(target)).await;
    Ok((client, bench.kill_if_stuck(response)?))
}

fn below_500(response: &Response) -> Outcome {
    let sound = response.status < 500 && matches!(response.fc_status(), None | Some("200"));
    let wrong = (!sound).then(|| judge::status(response));
    Outcome::unless(wrong, judge::status(response))
}

/// A response that must have no body, then another on the same connection.
async fn without_body(
    bench: &mut Bench<'_>,
    spec: &'static Spec,
    method: Method,
    target: &str,
    next: &str,
) {
    let wants_204 = spec.name == HTTP_204.name;
    let result = two_responses(bench, method, target, next).await;
    let outcome = result.map(|(status, after)| match after {
        _ if wants_204 && status != 204 => {
            Outcome::fail(format!("{target} is answered with status {status}"))
        }
        After::Body(bytes) => Outcome::fail(format!(
            "status {status}, then a body: {}",
            judge::text(&bytes)
        )),
        After::NextResponse => Outcome::pass(format!("status {status}, no body")),
        After::Closed => Outcome::pass(format!(
            "status {status}, no body; the connection was closed"
        )),
    });
    bench.record_result(spec, outcome);
}

async fn two_responses(
    bench: &mut Bench<'_>,
    method: Method,
    target: &str,
    next: &str,
) -> Result<(u16, After), NoResponse> {
    let client = bench.client().await?;
    let (_, first) = client.request(Ask::Http(Http::new(method, target)))?;
    let (_, second) = client.request(Ask::get(next))?;
    raw::two_responses(&client, &raw::head(&first), &raw::head(&second)).await
}

async fn body(bench: &mut Bench<'_>, path: &str) {
    let sent = all_values(ALL_VALUES_BYTES);
    let mut outcome = Outcome::pass(format!("{} bytes came back unchanged", sent.len()));
    for chunked in [false, true] {
        let mut http = Http::new(Method::POST, path);
        http.payload = Payload {
            bytes: sent.clone().into(),
            chunked,
        };
        let framing = if chunked {
            "chunked"
        } else {
            "by Content-Length"
        };
        let wrong = match bench.ask(Ask::Http(http)).await {
            Ok(response) if response.status < 400 => judge::difference(&sent, &response.body),
            Ok(response) => Some(judge::status(&response)),
            Err(none) => Some(none.to_string()),
        };
        if let Some(wrong) = wrong {
            outcome = Outcome::fail(format!("{framing}: {wrong}"));
            break;
        }
    }
    bench.record(&HTTP_BODY, outcome);
}

async fn params(bench: &mut Bench<'_>, path: &str) {
    let carried = json!({
        "path": path, "method": "GET", "requestURI": path, "clientIP": "203.0.113.7", "host": "check.example.com",
        "queriesMap": {}, "headersMap": {"Accept": ["*/*"]},
    });
    let mut http = Http::new(Method::POST, control_path::HTTP_INVOKE);
    http.headers = vec![(PARAMS_HEADER, BASE64.encode(carried.to_string()))];
    let response = bench.ask(Ask::Http(http)).await;
    bench.record_result(
        &HTTP_PARAMS,
        response.map(|response| carried_response(&response)),
    );
}

fn carried_response(response: &Response) -> Outcome {
    let Some(header) = response.headers.get(PARAMS_HEADER) else {
        return Outcome::not_applicable("the runtime does not speak them, nor has it to");
    };
    let Ok(bytes) = BASE64.decode(header.as_bytes()) else {
        return Outcome::fail("the header of the response is not padded base64");
    };
    let json = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
    match json["status"].as_u64() {
        Some(status) => Outcome::pass(format!("status {status}")),
        None => Outcome::fail(format!("no JSON with a status: {}", judge::text(&bytes))),
    }
}

async fn unknown_path(bench: &mut Bench<'_>) {
    let mut outcome = Ok(Outcome::pass(""));
    for control_path in [None, Some("/no-such-call")] {
        let mut http = Http::new(Method::GET, "/no/such/path");
        http.control_path = control_path;
        let response = bench.ask(Ask::Http(http)).await;
        outcome = outcome.and(response.map(|response| Outcome::pass(judge::status(&response))));
    }
    bench.record_result(&UNKNOWN_PATH, outcome);
}
