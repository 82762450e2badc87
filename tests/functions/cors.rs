//! Calls from the scripts of another page (CORS): the function answers the browser's question before the call, too.
//!
//! Start it by `cargo run --example cors`, and ask it from another terminal:
//!
//! ```sh
//! curl -i -X OPTIONS -H 'Origin: https://app.example.com' http://127.0.0.1:9000/orders/7
//! curl -i -X PATCH -H 'Origin: https://app.example.com' http://127.0.0.1:9000/orders/7
//! ```

use fc_runtime::http::{Request, Response};
use fc_runtime::{Context, Error, Runtime, RuntimeError};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    Runtime::new().http(route).run()
}

/// The page whose scripts may call this function.
const ORIGIN: &str = "https://app.example.com";

fn route(request: Request, ctx: &Context) -> Result<Response, Error> {
    // Without a custom domain, the path of a trigger begins with a base path.
    let request = request.below(ctx.base_path());
    let response = match (request.method(), &request.segments()[..]) {
        ("OPTIONS", _) => preflight()?,
        ("PATCH", ["orders", id]) => format!("order {id} changed\n").into(),
        _ => (404, "there is no such page\n").into(),
    };
    // So that caches keep the responses to different pages apart.
    let response = response.with_header("Vary", "Origin")?;
    if request.header("Origin") == Some(ORIGIN) {
        return Ok(response.with_header("Access-Control-Allow-Origin", ORIGIN)?);
    }
    Ok(response)
}

/// What the page may send. The browser remembers it for an hour.
fn preflight() -> Result<Response, Error> {
    Ok(Response::new(204)
        .with_header("Access-Control-Allow-Methods", "GET, PATCH")?
        .with_header("Access-Control-Allow-Headers", "Content-Type")?
        .with_header("Access-Control-Max-Age", "3600")?)
}
