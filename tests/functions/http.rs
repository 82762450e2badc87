//! HTTP calls: routing is a `match` on the method and the segments of the path.
//!
//! Start it by `cargo run --example http`, and ask it from another terminal:
//!
//! ```sh
//! curl 'http://127.0.0.1:9000/users/Ada?greeting=Good%20morning'
//! curl -d '[1, 2, 3]' http://127.0.0.1:9000/sum
//! ```

use fc_runtime::http::{Request, Response};
use fc_runtime::serde_json::json;
use fc_runtime::{Context, Error, Runtime, RuntimeError};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    let server = Runtime::new().http(route).bind()?;
    // Function Compute knows the address; a developer looks for it.
    if let Ok(address) = server.local_addr() {
        eprintln!("listening on http://{address}");
    }
    server.run()
}

fn route(request: Request, _: &Context) -> Result<Response, Error> {
    Ok(match (request.method(), &request.segments()[..]) {
        ("GET" | "HEAD", []) => "Hello World!".into(),
        ("GET" | "HEAD", ["users", name]) => greet(&request, name),
        ("POST", ["echo"]) => request.into_body().into(),
        ("POST", ["sum"]) => sum(&request)?,
        (_, [] | ["users", _]) => Response::new(405).with_header("Allow", "GET, HEAD")?,
        (_, ["echo"] | ["sum"]) => Response::new(405).with_header("Allow", "POST")?,
        _ => (404, "there is no such page\n").into(),
    })
}

fn greet(request: &Request, name: &str) -> Response {
    let greeting = request.query_value("greeting");
    let greeting = greeting.as_deref().unwrap_or("Hello");
    format!("{greeting}, {name}!").into()
}

/// A body that is not the JSON asked for is the client's mistake: `?` answers it by a 400, and the function has not failed.
fn sum(request: &Request) -> Result<Response, Error> {
    let numbers: Vec<i32> = request.json()?;
    let sum: i64 = numbers.into_iter().map(i64::from).sum();
    Ok(json!({ "sum": sum }).into())
}
