//! tiny_http with a handler that works, on as many threads as an instance of the platform may be
//! asked at once: one thread alone would serve one request after the other.

use std::env;
use std::error::Error;
use std::sync::Arc;
use std::thread;

use tiny_http::{Response, Server};
use work::Work;

/// The platform's highest number of requests that one instance has at once.
const THREADS: usize = 200;

fn serve(server: &Server) -> Result<(), Box<dyn Error>> {
    loop {
        let mut request = server.recv()?;
        let mut event = Vec::new();
        request.as_reader().read_to_end(&mut event)?;
        match Work::of(&event) {
            Work::Burn(steps) => work::burn(steps),
            Work::Pause(time) => thread::sleep(time),
            Work::Nothing => {}
        }
        // A client that went away is not this server's failure.
        let _ = request.respond(Response::from_data(event));
    }
}

fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let port = env::var("FC_SERVER_PORT")?;
    let server = Arc::new(Server::http(format!("127.0.0.1:{port}"))?);
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let server = Arc::clone(&server);
            thread::spawn(move || serve(&server).map_err(|e| e.to_string()))
        })
        .collect();
    for thread in threads {
        thread.join().expect("it does not panic")?;
    }
    Ok(())
}
