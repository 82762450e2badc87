//! Echoes POST /invoke with warp on tokio with all its features, as the old Rust demo was made.

use std::env;
use std::error::Error;

use warp::Filter;
use warp::hyper::body::Bytes;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = env::var("FC_SERVER_PORT")?.parse()?;
    let invoke = warp::post()
        .and(warp::path("invoke"))
        .and(warp::body::bytes())
        .map(|body: Bytes| body.to_vec());
    warp::serve(invoke).run(([127, 0, 0, 1], port)).await;
    Ok(())
}
