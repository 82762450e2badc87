//! Echoes POST /invoke with tiny_http as its README shows it: nothing tuned, nothing fixed.

use std::env;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = env::var("FC_SERVER_PORT")?;
    let server = tiny_http::Server::http(format!("127.0.0.1:{port}"))?;
    for mut request in server.incoming_requests() {
        let mut body = Vec::new();
        request.as_reader().read_to_end(&mut body)?;
        // A client that went away is not this server's failure.
        let _ = request.respond(tiny_http::Response::from_data(body));
    }
    Ok(())
}
