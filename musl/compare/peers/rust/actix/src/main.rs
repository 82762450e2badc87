//! Echoes POST /invoke with actix-web, one worker for each core it may use.

use std::env;
use std::io;

use actix_web::web::{self, Bytes, PayloadConfig};
use actix_web::{App, HttpServer};

/// The largest event that is echoed, in bytes: the platform's own limit.
const BODY_BYTES_MAX: usize = 32 * 1024 * 1024;

async fn invoke(body: Bytes) -> Bytes {
    body
}

fn main() -> io::Result<()> {
    let port = env::var("FC_SERVER_PORT").map_err(io::Error::other)?;
    let app = || {
        App::new()
            .app_data(PayloadConfig::new(BODY_BYTES_MAX))
            .route("/invoke", web::post().to(invoke))
    };
    actix_web::rt::System::new().block_on(
        HttpServer::new(app)
            .bind(format!("127.0.0.1:{port}"))?
            .run(),
    )
}
