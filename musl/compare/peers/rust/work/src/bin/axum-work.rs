//! axum on tokio's usual runtime with a handler that works. What burns the CPU goes to the blocking
//! pool, as tokio advises for more than 100 µs; a wait is tokio's own sleep.

use std::env;
use std::error::Error;

use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use work::Work;

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
    let app = Router::new().route("/invoke", post(handle));
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
        .enable_all()
        .build()?
        .block_on(serve(port))
}
