//! A function that does what the test asks of it: it sleeps, fails, panics, logs and streams.

#[path = "testbed/bodies.rs"]
mod bodies;

use std::fmt;
use std::io::Read;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use fc_runtime::http::{Request, Response};
use fc_runtime::{Context, Error, Runtime, log};
use serde::{Deserialize, Serialize};
use signal_hook::consts::SIGUSR1;

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
        order if order.starts_with("panic-") => panic_by(order, rest, ctx),
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

/// Panics in the way that the order says, or where it says.
fn panic_by(order: &str, rest: &str, ctx: &Context) -> Result<Vec<u8>, Error> {
    match order {
        "panic-in-log" => {
            log::info!("this line is never whole: {Unshowable}");
            Ok(Vec::new())
        }
        "panic-in-error" => Err(UnshowableError.into()),
        "panic-with-bomb" => std::panic::panic_any(Bomb),
        "panic-plainly" => panic!("plain words"),
        "panic-with-number" => std::panic::panic_any(7),
        "panic-when-dropped" => {
            drop(Bomb);
            Ok(Vec::new())
        }
        "panic-while-unwinding" => {
            let _caught_within = CatchesAtDrop(rest.into());
            panic!("the outer one")
        }
        "panic-in-thread" => {
            let message = rest.to_owned();
            match std::thread::spawn(move || panic!("{message}")).join() {
                Ok(()) => Ok(Vec::new()),
                Err(payload) => std::panic::resume_unwind(payload),
            }
        }
        "panic-in-scope" => {
            let fail = || panic!("{rest}");
            let failed = std::thread::scope(|threads| threads.spawn(|| ctx.scope(fail)).join());
            Ok(failed.map_or(b"panicked".to_vec(), |()| Vec::new()))
        }
        "panic-deep" => Err(Error::new("Returned", panic_below(rest.parse()?))),
        _ => Err(Error::new("UnknownOrder", order)),
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

/// What cannot be shown without a panic.
struct Unshowable;

impl fmt::Display for Unshowable {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("it cannot be shown")
    }
}

#[derive(Debug)]
struct UnshowableError;

impl fmt::Display for UnshowableError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Unshowable.fmt(f)
    }
}

impl std::error::Error for UnshowableError {}

/// What cannot be dropped without a panic.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("a bomb went off");
    }
}

/// Panics while a panic unwinds, and catches that.
struct CatchesAtDrop(String);

impl Drop for CatchesAtDrop {
    fn drop(&mut self) {
        let inner = std::panic::catch_unwind(|| panic!("{}", self.0));
        let message = inner.expect_err("it panics").downcast::<String>();
        log::info!("caught within: {}", message.expect("a text"));
    }
}

/// Panics so many calls further down, each of which has something to drop.
#[inline(never)]
fn panic_below(calls: u32) -> String {
    static DROPPED: AtomicU32 = AtomicU32::new(0);
    struct Counted;
    impl Drop for Counted {
        fn drop(&mut self) {
            DROPPED.fetch_add(1, Ordering::SeqCst);
        }
    }
    struct Report(u32);
    impl Drop for Report {
        fn drop(&mut self) {
            let dropped = DROPPED.swap(0, Ordering::SeqCst);
            log::info!("{dropped} of {} calls were left", self.0);
        }
    }
    fn below(calls: u32) -> u32 {
        let _counted = Counted;
        match calls.checked_sub(1) {
            Some(fewer) => std::hint::black_box(below(fewer)) + 1,
            None => panic!("at the bottom"),
        }
    }
    let _report = Report(calls);
    below(calls).to_string()
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
            return bodies::response(name, &request).unwrap_or_else(|| stream(name));
        }
        _ => Response::new(404),
    })
}

/// The responses that are streams, by the one segment of their path, and what lets one of them go on.
fn stream(name: &str) -> Result<Response, Error> {
    Ok(match name {
        "stream" => Response::stream(|out| {
            for number in 1..=3 {
                writeln!(out, "event {number}")?;
                out.flush()?;
            }
            Ok(())
        }),
        "server-sent-events" => Response::stream(|out| {
            for number in 1..=6 {
                NEXT.wait_for(number);
                write!(out, "data: {number}\n\n")?;
                out.flush()?;
            }
            Ok(())
        })
        .with_header("Content-Type", "text/event-stream")?,
        "next" => {
            NEXT.allow();
            Response::new(204)
        }
        "reader" => Response::reader(std::io::repeat(b'r').take(100_000)),
        // A status that is the client's changes nothing in a stream.
        "early-failure" => {
            Response::stream(|_| Err(Error::new("Early", "nothing yet").with_status(400)))
        }
        "early-panic" => Response::stream(|_| panic!("nothing yet")),
        "no-content-stream" => Response::stream(|out| Ok(write!(out, "unseen")?)).with_status(204),
        "broken-stream" => Response::stream(|out| {
            write!(out, "half")?;
            out.flush()?;
            Err(Error::new("Broken", "the source has dried up"))
        }),
        "panic-in-stream" => Response::stream(|out| {
            write!(out, "half")?;
            out.flush()?;
            panic!("the source has burst")
        }),
        "bomb-in-stream" => {
            let bomb = Bomb;
            Response::stream(move |out| {
                let _bomb = &bomb;
                Ok(write!(out, "whole")?)
            })
        }
        _ => Response::new(404),
    })
}

/// How many events the test has asked for so far: a stream that waits for it shows that what it sent before has arrived.
static NEXT: Turnstile = Turnstile {
    allowed: Mutex::new(0),
    opened: Condvar::new(),
};

struct Turnstile {
    allowed: Mutex<u32>,
    opened: Condvar,
}

impl Turnstile {
    fn allow(&self) {
        *self.allowed.lock().expect("no panic while it is held") += 1;
        self.opened.notify_all();
    }

    fn wait_for(&self, number: u32) {
        let allowed = self.allowed.lock().expect("no panic while it is held");
        let opened = self.opened.wait_while(allowed, |allowed| *allowed < number);
        drop(opened.expect("no panic while it is held"));
    }
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
