//! A form with files, as browsers send it: `multipart/form-data`, read by the crate `multer`.
//!
//! Start it by `cargo run --example upload`, and ask it from another terminal:
//!
//! ```sh
//! curl -F note=holiday -F photo=@README.md http://127.0.0.1:9000/upload
//! ```

use std::future::Future;
use std::pin::pin;
use std::task::{Context as Waiting, Poll, Waker};

use fc_runtime::http::{Request, Response};
use fc_runtime::serde_json::{Value, json};
use fc_runtime::{Context, Error, Runtime, RuntimeError};
use futures_util::stream;
use multer::Multipart;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    Runtime::new().http(route).run()
}

fn route(request: Request, _: &Context) -> Result<Response, Error> {
    match (request.method(), &request.segments()[..]) {
        ("POST", ["upload"]) => Ok(parts(request)?.into()),
        (_, ["upload"]) => Ok(Response::new(405).with_header("Allow", "POST")?),
        _ => Ok(Response::new(404)),
    }
}

/// What has come: of each part its name, the name and the type of its file if it is one, and how many bytes.
fn parts(request: Request) -> Result<Value, Error> {
    let content_type = request.header("content-type").unwrap_or_default();
    let boundary = multer::parse_boundary(content_type)
        .map_err(|error| Error::from(error).with_status(415))?;
    let body = stream::iter([Ok::<_, std::io::Error>(request.into_body())]);
    let read = async {
        let mut form = Multipart::new(body, boundary);
        let mut parts = Vec::new();
        while let Some(part) = form.next_field().await? {
            let mut about = json!({
                "name": part.name(),
                "file": part.file_name(),
                "type": part.content_type().map(ToString::to_string),
            });
            about["bytes"] = part.bytes().await?.len().into();
            parts.push(about);
        }
        Ok::<_, multer::Error>(parts)
    };
    let parts = at_once(read)?.map_err(|error| Error::from(error).with_status(400))?;
    Ok(parts.into())
}

/// Runs a future that has all it needs: it never waits.
fn at_once<T>(future: impl Future<Output = T>) -> Result<T, Error> {
    match pin!(future).poll(&mut Waiting::from_waker(Waker::noop())) {
        Poll::Ready(value) => Ok(value),
        Poll::Pending => Err(Error::new("Waiting", "a body that is there was waited for")),
    }
}
