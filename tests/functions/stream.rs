//! A response that is written while the client reads it: prime numbers as server-sent events.
//!
//! Start it by `cargo run --example stream`, and ask it from another terminal:
//!
//! ```sh
//! curl --no-buffer http://127.0.0.1:9000/primes/100000
//! ```

use std::io::Write;

use fc_runtime::http::{Request, Response};
use fc_runtime::{Error, Runtime, RuntimeError};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    Runtime::new().http(|request, _| route(&request)).run()
}

fn route(request: &Request) -> Result<Response, Error> {
    Ok(match (request.method(), &request.segments()[..]) {
        ("GET" | "HEAD", ["primes", below]) => match below.parse() {
            Ok(below) => Response::stream(move |out| write_primes(out, below))
                .with_header("Content-Type", "text/event-stream")?,
            Err(_) => (400, "primes below which number?\n").into(),
        },
        _ => Response::new(404),
    })
}

/// Each flush sends what there is, so that the client has a prime before the next one is looked for.
fn write_primes(out: &mut dyn Write, below: u32) -> Result<(), Error> {
    for number in (2..u64::from(below)).filter(|&number| is_prime(number)) {
        write!(out, "data: {number}\n\n")?;
        out.flush()?;
    }
    Ok(())
}

fn is_prime(number: u64) -> bool {
    (2..number)
        .take_while(|divisor| divisor * divisor <= number)
        .all(|divisor| number % divisor != 0)
}
