//! The event of API Gateway and the result that it makes a response of.
//!
//! Start it by `cargo run --features events --example api-gateway`, and ask it from another terminal:
//!
//! ```sh
//! curl -d '{"path":"/hello","httpMethod":"GET","queryParameters":{"name":"Ada"}}' http://127.0.0.1:9000/invoke
//! ```

use fc_runtime::events::{ApiGatewayRequest, ApiGatewayResponse};
use fc_runtime::{Context, Error, Runtime, RuntimeError};

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    Runtime::new().invoke(handle).run()
}

fn handle(event: &[u8], _: &Context) -> Result<Vec<u8>, Error> {
    let request = ApiGatewayRequest::parse(event)?;
    Ok(route(&request)?.into_bytes())
}

fn route(request: &ApiGatewayRequest) -> Result<ApiGatewayResponse, Error> {
    Ok(match (request.method(), request.path()) {
        (Some("GET"), Some("/hello")) => {
            let name = request.query_parameter("name").unwrap_or("World");
            ApiGatewayResponse::text(format!("Hello {name}!"))
        }
        // What the client sent, whether it came as text or as base64.
        (Some("POST"), Some("/echo")) => ApiGatewayResponse::bytes(request.decode_body()?),
        _ => ApiGatewayResponse::text("there is no such page").with_status(404),
    })
}
