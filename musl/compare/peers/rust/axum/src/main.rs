//! Echoes POST /invoke with axum on tokio's usual runtime, one worker for each core it may use.

use std::env;
use std::error::Error;

use axum::Router;
use axum::body::Bytes;
use axum::extract::DefaultBodyLimit;
use axum::routing::post;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;

/// The largest event that is echoed, in bytes: the platform's own limit.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;

async fn serve(port: String) -> Result<(), Box<dyn Error>> {
    let app = Router::new()
        .route("/invoke", post(|body: Bytes| async { body }))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    let listener = TcpListener::bind(format!("127.0.0.1:{port}"))
        .await?
        .tap_io(|stream| {
            // Without it a large answer only takes longer.
            let _ = stream.set_nodelay(true);
        });
    Ok(axum::serve(listener, app).await?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let port = env::var("FC_SERVER_PORT")?;
    tokio::runtime::Builder::new_multi_thread()
        .enable_io()
        .build()?
        .block_on(serve(port))
}
