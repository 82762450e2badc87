//! An HTTP function for Alibaba Cloud Function Compute.

use fc_runtime::http::{Request, Response};
use fc_runtime::{Context, Error, Runtime, RuntimeError, log};

// Because musl's own allocator has one lock for all threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    Runtime::new().http(route).run()
}

/// Routes one request by its method and the segments of its path.
fn route(request: Request, ctx: &Context) -> Result<Response, Error> {
    log::info!("{} {}", request.method(), request.path());
    // Without a custom domain, the path of a trigger begins with a base path.
    let request = request.below(ctx.base_path());
    Ok(match (request.method(), &request.segments()[..]) {
        // The runtime sends only the head of a response to HEAD.
        ("GET" | "HEAD", []) => "Hello World!".into(),
        ("GET" | "HEAD", ["hello", name]) => format!("Hello {name}!").into(),
        ("POST", ["echo"]) => request.into_body().into(),
        (method, _) => (404, format!("there is no {method} {}\n", request.path())).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::route;
    use fc_runtime::Context;
    use fc_runtime::http::Request;

    fn answer(request: Request) -> (u16, Vec<u8>) {
        let response = route(request, &Context::default()).expect("an answer");
        (
            response.status(),
            response.body().unwrap_or_default().to_vec(),
        )
    }

    #[test]
    fn a_name_in_the_path_is_greeted() {
        let greeted = answer(Request::new("GET", "/hello/Ferris"));
        assert_eq!(greeted, (200, b"Hello Ferris!".to_vec()));
    }

    #[test]
    fn a_posted_body_comes_back_and_what_is_unknown_is_not_found() {
        let echo = Request::new("POST", "/echo").with_body("posted");
        assert_eq!(answer(echo), (200, b"posted".to_vec()));
        assert_eq!(answer(Request::new("GET", "/nothing")).0, 404);
    }
}
