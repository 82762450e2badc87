//! A function that does what the test asks of it: it sleeps, fails, panics, logs and streams.

#[path = "testbed/bodies.rs"]
mod bodies;
#[path = "testbed/panics.rs"]
mod panics;
#[path = "testbed/streams.rs"]
mod streams;
#[path = "testbed/turnstile.rs"]
mod turnstile;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use fc_runtime::http::{Request, Response};
use fc_runtime::{Context, Error, Runtime, log};
use serde::{Deserialize, Serialize};
use signal_hook::consts::SIGUSR1;
use turnstile::NEXT;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> ExitCode {
    let mut runtime = Runtime::new()
        .invoke(invoke)
        .http(http)
        .initialize(initialize)
        .pre_stop(pre_stop)
        .pre_freeze(pre_freeze);
    if let Some(bytes) = number("BODY_LIMIT") {
        runtime = runtime.body_limit(bytes);
    }
    if let Some(workers) = number("WORKERS") {
        runtime = runtime.workers(workers);
    }
    if let Some(milliseconds) = number("STOP_GRACE_MS") {
        runtime = runtime.stop_grace(Duration::from_millis(milliseconds as u64));
    }
    #[cfg(feature = "direct")]
    if let Some(connections) = number("CONNECTIONS") {
        runtime = runtime.connections(connections);
    }
    match runtime.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("testbed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Does what the first word of the event says, with the rest of it.
fn invoke(event: &[u8], ctx: &Context) -> Result<Vec<u8>, Error> {
    let text = String::from_utf8_lossy(event);
    let (order, rest) = text.split_once(' ').unwrap_or((&text, ""));
    match order {
        "sleep" => {
            log::info!("asleep for {rest} ms");
            std::thread::sleep(Duration::from_millis(rest.parse()?));
            log::info!("awake after {rest} ms");
            Ok(ctx.request_id().into())
        }
        // These two give the event back, so that a comparison can check it.
        "pause" => {
            std::thread::sleep(Duration::from_millis(first_number(rest)?));
            Ok(event.to_vec())
        }
        "burn" => {
            burn(first_number(rest)?);
            Ok(event.to_vec())
        }
        "catch-signals" => {
            signal_hook::flag::register(SIGUSR1, Arc::default())?;
            Ok(Vec::new())
        }
        "wait" => {
            NEXT.wait_for(1);
            Ok(ctx.request_id().into())
        }
        // Goes on only when so many calls are here at once.
        "meet" => {
            NEXT.allow();
            NEXT.wait_for(rest.parse()?);
            Ok(ctx.request_id().into())
        }
        "fail" => Err(Error::new("OutOfStock", rest)),
        "fail-as-an-http-call" => Err(Error::new("OutOfStock", rest).with_status(400)),
        "parse" => Ok(rest.parse::<u64>()?.to_string().into_bytes()),
        "panic" => panic!("{rest}"),
        order if order.starts_with("panic-") => panics::panic_by(order, rest, ctx),
        "log-in-thread" => {
            let say = || log::info!("{rest}");
            let said = std::thread::scope(|threads| threads.spawn(|| ctx.scope(say)).join());
            Ok(said.map_or(b"panicked".to_vec(), |()| b"logged".to_vec()))
        }
        "print" => {
            print!("half a line of {rest}");
            Ok(Vec::new())
        }
        "print-line" => {
            println!("a line of {rest}");
            Ok(Vec::new())
        }
        "log" => {
            log::info!("{rest}");
            log::debug!("hidden {rest}");
            Ok(Vec::new())
        }
        "repeat" => Ok(vec![b'x'; rest.parse()?]),
        "json" => {
            let order: Order = Request::new("POST", "/").with_body(rest).json()?;
            Ok(serde_json::to_vec(&(order.kind, order.cents))?)
        }
        "context" => Ok(context(ctx).into_bytes()),
        _ => Ok(event.to_vec()),
    }
}

/// The number that the rest of an order begins with.
fn first_number(rest: &str) -> Result<u64, Error> {
    Ok(rest.split(' ').next().unwrap_or_default().parse()?)
}

/// Each step waits for the one before, so that no compiler makes them faster or slower than another.
fn burn(steps: u64) {
    let step = |x: u64, _| (x ^ (x >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    std::hint::black_box((0..steps).fold(1, step));
}

/// An event that takes no other fields than its own.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Order {
    kind: Kind,
    cents: u32,
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Cup,
    Pot,
}

/// Panics in those hooks that the test names.
fn panic_if_wanted(hook: &str) {
    let wanted = std::env::var("PANIC_IN").unwrap_or_default();
    assert!(wanted != hook, "{hook} panicked");
}

fn context(ctx: &Context) -> String {
    let credentials = ctx.credentials();
    let id = credentials.map(|credentials| credentials.access_key_id().to_owned());
    format!(
        "{} {:?} {:?} {:?} {:?} {}",
        ctx.request_id(),
        ctx.function_name(),
        ctx.memory_mb(),
        ctx.version_id(),
        id,
        ctx.remaining().is_some()
    )
}

fn http(request: Request, ctx: &Context) -> Result<Response, Error> {
    Ok(match (request.method(), &request.segments()[..]) {
        (_, ["echo"]) => request.into_body().into(),
        (method, ["target"]) => {
            format!("{method} {} {}", request.target(), ctx.request_id()).into()
        }
        (_, ["status", status]) => (status.parse::<u16>()?, "the body").into(),
        (_, ["failed"]) => Response::from((503, "try again")).failed(),
        (_, ["sum"]) => request
            .json::<Vec<u64>>()?
            .iter()
            .sum::<u64>()
            .to_string()
            .into(),
        (_, ["fail", status]) => {
            let error = Error::new("OutOfStock", "no screws");
            return Err(error.with_status(status.parse()?));
        }
        (_, ["panic"]) => panic!("an HTTP call panicked"),
        (_, ["header", name]) => {
            format!("{:?}", request.headers().get_all(name).collect::<Vec<_>>()).into()
        }
        (_, ["headers"]) => {
            let lines = request
                .headers()
                .iter()
                .map(|(name, value)| format!("{name}: {}\n", value.escape_ascii()));
            lines.collect::<String>().into()
        }
        (_, ["cookies"]) => Response::text("two")
            .with_header("Set-Cookie", "a=1")?
            .with_header("Set-Cookie", "b=2")?,
        (_, ["many-headers", count]) => (0..count.parse::<u32>()?)
            .try_fold(Response::text("many"), |response, number| {
                response.with_header(&format!("X-Header-{number}"), "value")
            })?,
        (_, [name]) => {
            return bodies::response(name, &request).unwrap_or_else(|| streams::response(name));
        }
        _ => Response::new(404),
    })
}

/// Fails at the first time when the test says so.
fn initialize(_: &Context) -> Result<(), Error> {
    panic_if_wanted("initialize");
    static TRIED: AtomicBool = AtomicBool::new(false);
    if std::env::var_os("FAIL_FIRST_INITIALIZE").is_some() && !TRIED.swap(true, Ordering::SeqCst) {
        return Err(Error::new("NotYet", "the database is not there yet"));
    }
    log::info!("initialized");
    Ok(())
}

fn pre_freeze(_: &Context) -> Result<(), Error> {
    panic_if_wanted("pre-freeze");
    log::info!("pre-freeze ran");
    Ok(())
}

fn pre_stop(_: &Context) -> Result<(), Error> {
    panic_if_wanted("pre-stop");
    if std::env::var_os("HANG_IN_PRE_STOP").is_some() {
        log::info!("pre-stop hangs");
        NEXT.wait_for(u32::MAX);
    }
    if std::env::var_os("WAIT_IN_PRE_STOP").is_some() {
        log::info!("pre-stop waits");
        NEXT.wait_for(1);
    }
    log::info!("pre-stop ran");
    Ok(())
}
