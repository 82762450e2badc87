//! hyper on tokio's current_thread runtime with a handler that works. What burns the CPU goes to
//! the blocking pool, as tokio advises for more than 100 µs; a wait is tokio's own sleep.

use std::convert::Infallible;
use std::env;
use std::error::Error;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use work::Work;

async fn invoke(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::default());
    match request.into_body().collect().await {
        Ok(body) => *response.body_mut() = Full::new(handle(body.to_bytes()).await),
        Err(_) => *response.status_mut() = StatusCode::BAD_REQUEST,
    }
    Ok(response)
}

async fn handle(event: Bytes) -> Bytes {
    match Work::of(&event) {
        Work::Burn(steps) => {
            let burnt = tokio::task::spawn_blocking(move || work::burn(steps));
            burnt.await.expect("it does not panic");
        }
        Work::Pause(time) => tokio::time::sleep(time).await,
        Work::Nothing => {}
    }
    event
}

async fn serve(port: String) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let connection =
            http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(invoke));
        // A client that went away is not this server's failure.
        tokio::task::spawn(async move {
            let _ = connection.await;
        });
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let port = env::var("FC_SERVER_PORT")?;
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(serve(port))
}
