//! Owns the burst: many events at once on a cold instance, whose handlers wait. Its time shows how soon
//! the server has a thread for each. It is shown and not judged, since others who use the machine make
//! it longer; what is judged, the tests of the runtime count.

use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

use crate::bench::Bench;
use crate::client::Client;
use crate::cores::Cores;
use crate::grid::Grid;
use crate::launch::Launch;
use crate::measure::micros;
use crate::package::Workshop;
use crate::peers::{Peer, Places};
use crate::question::Question;
use crate::run;
use crate::server::Trouble;
use crate::stats::Spread;
use crate::units::bare_ms;

/// How many events come at once.
const EVENTS: usize = 60;
/// How long the handler of each waits, in ms.
const WAIT_MS: u32 = 300;
/// How often each server is started for it.
const STARTS: usize = 10;
/// The seed of what is random; which bytes they are makes no difference here.
const SEED: u64 = 1;

/// Measures each of these servers on all cores; returns the table.
///
/// # Errors
/// When one cannot be built or started, or an answer is missing or wrong.
pub fn show(
    ours: &[Peer],
    workshop: &Workshop<'_>,
    places: &Places,
    out: &Path,
) -> Result<String, String> {
    run::make_out(out)?;
    let cores = Cores::pick().map_err(|e| format!("cores: {e}"))?;
    let seats = cores.seats(cores.count());
    let mut bench = Bench::new(&seats, SEED, 0).map_err(|e| format!("what starts servers: {e}"))?;
    let mut grid = Grid::new(&["server", "least, ms", "p50, ms", "most, ms", "starts"]);
    for peer in ours {
        let launch = launch(peer, workshop, places, out)?;
        let times: Result<Vec<f64>, Trouble> = (0..STARTS)
            .map(|_| bench.burst(&launch).map(micros))
            .collect();
        let times = times.map_err(|e| format!("{}: {e}", peer.name))?;
        let spread = Spread::of(&times).ok_or("nothing was measured")?;
        let cells = [spread.min, spread.p50, spread.max].map(bare_ms);
        let starts = spread.n.to_string();
        grid.push(
            [peer.name.clone()]
                .into_iter()
                .chain(cells)
                .chain([starts])
                .collect(),
        );
    }
    Ok(format!(
        "{EVENTS} events at once on a cold instance, whose handlers wait for {WAIT_MS} ms: to the last answer\n\n{}",
        grid.text()
    ))
}

/// Sends all events at once, each on its own connection, the first of which is there; returns the
/// time to the last answer.
///
/// # Errors
/// When an answer is missing or wrong.
pub fn send(first: Client) -> Result<Duration, Trouble> {
    let address = first.address();
    let more: Result<Vec<Client>, Trouble> = (1..EVENTS).map(|_| connect(address)).collect();
    let clients: Vec<Client> = more?.into_iter().chain([first]).collect();
    let all_there = Barrier::new(clients.len() + 1);
    thread::scope(|scope| {
        let ask = |number: usize, mut client: Client| {
            all_there.wait();
            let event = format!("pause {WAIT_MS} {number}");
            client.exchange(&Question::echo(event.into_bytes()))
        };
        let asked: Vec<_> = clients
            .into_iter()
            .enumerate()
            .map(|(number, client)| scope.spawn(move || ask(number, client)))
            .collect();
        all_there.wait();
        let began = Instant::now();
        for one in asked {
            one.join().unwrap_or(Err(Trouble::Silent))?;
        }
        Ok(began.elapsed())
    })
}

fn connect(address: SocketAddr) -> Result<Client, Trouble> {
    Ok(Client::over(TcpStream::connect(address)?, address)?)
}

/// The same server with handlers that work, built first.
fn launch(
    peer: &Peer,
    workshop: &Workshop<'_>,
    places: &Places,
    out: &Path,
) -> Result<Launch, String> {
    let work = peer.work.as_ref();
    let work = work.ok_or_else(|| format!("{} has no handlers that work", peer.name))?;
    let id = format!("{}-work", peer.id);
    workshop.make_work(work, &id)?;
    Ok(Launch {
        argv: work.run.iter().map(|word| places.fill(word, &id)).collect(),
        folder: places.package(&id),
        errors: out.join(format!("{id}.stderr")),
        memory_mb: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::TcpListener;

    /// The event of a request.
    fn event(stream: &mut TcpStream) -> Vec<u8> {
        let mut reader = BufReader::new(stream);
        let (mut line, mut length) = (String::new(), 0);
        while reader.read_line(&mut line).unwrap() > 2 {
            if let Some(digits) = line.strip_prefix("Content-Length: ") {
                length = digits.trim().parse().unwrap();
            }
            line.clear();
        }
        let mut event = vec![0; length];
        reader.read_exact(&mut event).unwrap();
        event
    }

    /// Answers each connection's one event when all of them have sent theirs.
    fn answer_all(listener: &TcpListener) {
        let mut streams: Vec<TcpStream> =
            (0..EVENTS).map(|_| listener.accept().unwrap().0).collect();
        let mut bodies = Vec::new();
        for stream in &mut streams {
            bodies.push(event(stream));
        }
        for (stream, body) in streams.iter_mut().zip(bodies) {
            let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body).unwrap();
        }
    }

    #[test]
    fn all_events_are_sent_before_any_is_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || answer_all(&listener));
        send(connect(address).unwrap()).unwrap();
        server.join().unwrap();
    }
}
