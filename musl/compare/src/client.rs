//! Owns one connection to a server: it asks, waits and checks. Knows no process.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::http::{Answer, Reader};
use crate::question::Question;
use crate::server::{PATIENCE, Trouble};

/// What one read of an answer takes at most, in bytes.
const READ_BYTES: usize = 64 * 1024;

/// One connection that asks, waits and checks; it connects again when the server closes.
#[derive(Debug)]
pub struct Client {
    stream: Option<TcpStream>,
    address: SocketAddr,
    reader: Reader,
    buffer: Vec<u8>,
    /// How often the server made it connect again.
    pub reconnects: u64,
}

impl Client {
    /// A client on a connection that is there.
    ///
    /// # Errors
    /// When the socket refuses its settings.
    pub fn over(stream: TcpStream, address: SocketAddr) -> io::Result<Self> {
        prepare(&stream)?;
        let buffer = vec![0; READ_BYTES];
        Ok(Self {
            stream: Some(stream),
            address,
            reader: Reader::default(),
            buffer,
            reconnects: 0,
        })
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks, checks the answer, and says how long it took; the time to connect counts when the server closed the
    /// connection before.
    ///
    /// # Errors
    /// When the connection fails or the answer is not the right one.
    pub fn exchange(&mut self, question: &Question) -> Result<Duration, Trouble> {
        let began = Instant::now();
        let answer = self.send(question.request())?;
        let took = began.elapsed();
        question.check(&answer)?;
        Ok(took)
    }

    /// Sends a request and returns its answer, whatever that is.
    ///
    /// # Errors
    /// When the connection fails.
    pub fn send(&mut self, request: &[u8]) -> Result<Answer, Trouble> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => {
                self.reconnects += 1;
                let stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
                prepare(&stream)?;
                stream
            }
        };
        stream.write_all(request)?;
        let answer = self.receive(&mut stream)?;
        if answer.keep_alive {
            self.stream = Some(stream);
        }
        Ok(answer)
    }

    fn receive(&mut self, stream: &mut TcpStream) -> Result<Answer, Trouble> {
        loop {
            let n = stream.read(&mut self.buffer)?;
            if n == 0 {
                return Ok(self.reader.end()?);
            }
            if let Some(answer) = self.reader.feed(&self.buffer[..n])? {
                return Ok(answer);
            }
        }
    }
}

fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;
    use std::thread;

    use super::*;

    #[test]
    fn an_exchange_connects_again_after_a_closed_connection() {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let served = thread::spawn(move || {
            for body in ["one", "two", "six"] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 4096];
                while !request.windows(3).any(|w| {
                    w == if body == "six" {
                        b"end"
                    } else {
                        body.as_bytes()
                    }
                }) {
                    let n = stream.read(&mut request).unwrap();
                    assert_ne!(n, 0);
                }
                let head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n\r\n";
                stream
                    .write_all(format!("{head}{body}").as_bytes())
                    .unwrap();
            }
        });
        let mut client = Client::over(TcpStream::connect(address).unwrap(), address).unwrap();
        let mut ask = |event: &[u8]| client.exchange(&Question::echo(event.to_vec()));
        ask(b"one").unwrap();
        ask(b"two").unwrap();
        let wrong = ask(b"end").unwrap_err();
        assert_eq!(
            wrong.to_string(),
            "3 bytes were sent and 3 other bytes came back"
        );
        assert_eq!(client.reconnects, 2);
        served.join().unwrap();
    }
}
