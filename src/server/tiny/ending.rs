//! The end of a connection, which `tiny_http` leaves to the client, and what happens to the requests after it.
//!
//! Owns how a connection is ended, and how a request of one that was ended is distinguished from one of an innocent client with the
//! same address: nothing can be written to the former. It must not know why a connection ends.

use std::io::Write;
use std::net::SocketAddr;

use super::peers::Peers;
use super::sending::Outgoing;
use super::socket::Socket;

/// What every response begins with.
const BEGINNING: &[u8] = b"HTTP/1.1 ";

/// The connection of one request.
#[derive(Debug, Clone)]
pub(super) struct Connection {
    peers: Peers,
    client: Option<SocketAddr>,
    port: u16,
}

impl Connection {
    pub(super) fn new(peers: &Peers, client: Option<SocketAddr>, port: u16) -> Self {
        let peers = peers.clone();
        Self {
            peers,
            client,
            port,
        }
    }

    /// Its socket, unless the client has reset it.
    pub(super) fn socket(&self) -> Option<Socket> {
        Socket::find(self.client?, self.port)
    }

    /// Ends it: nothing more is written, and nothing that comes after is served. It must be called before the request at
    /// hand lets the next one of its connection be answered.
    pub(super) fn end(&self) {
        if let Some(socket) = self.socket() {
            socket.end_responses();
        }
        self.suspect();
    }

    /// The same, after this response. Where the client has gone the system itself lets nobody write any more, and there is
    /// nothing to be looked for.
    pub(super) fn end_after(&self, outgoing: &Outgoing) {
        if outgoing.is_refused() {
            self.suspect();
        } else {
            self.end();
        }
    }

    fn suspect(&self) {
        if let Some(client) = self.client {
            self.peers.suspect(client);
        }
    }

    /// Where the response to a request goes whose turn it is; none if its connection was ended before it.
    ///
    /// The address alone does not say so: after a reset the next client may have it at once. So the beginning of the
    /// response, which is the same for all, is sent now: only to a connection that was ended it cannot be written.
    pub(super) fn begin(&self, out: Box<dyn Write + Send>) -> Option<Outgoing> {
        let is_suspect = self
            .client
            .is_some_and(|client| self.peers.suspects(client));
        let mut outgoing = Outgoing::new(out);
        if is_suspect {
            outgoing.begin(BEGINNING).ok()?;
        }
        Some(outgoing)
    }
}

/// Ends a connection when it is dropped, whatever ends its life.
#[derive(Debug)]
pub(super) struct EndLater(pub(super) Connection);

impl EndLater {
    pub(super) fn connection(&self) -> &Connection {
        &self.0
    }
}

impl Drop for EndLater {
    fn drop(&mut self) {
        self.0.end();
    }
}

#[cfg(test)]
mod tests {
    use super::{BEGINNING, Connection, Peers};
    use crate::call::Reply;
    use crate::server::response::{self, Asked};
    use crate::server::tiny::sending::tests::Wire;
    use std::net::SocketAddr;

    fn connection() -> Connection {
        // Of no socket: its own is not looked for here.
        let client = SocketAddr::from(([127, 0, 0, 1], 1));
        Connection::new(&Peers::default(), Some(client), 1)
    }

    #[test]
    fn only_a_request_of_the_connection_that_was_ended_gets_no_response() {
        let connection = connection();
        let begins = |wire: &Wire| connection.begin(wire.writer()).is_some();
        let (ended, open) = (Wire::ended(), Wire::open());
        assert!(begins(&ended), "nobody is suspect");
        connection.suspect();
        assert!(!begins(&ended));
        assert!(begins(&open), "an innocent");
        assert!(!begins(&ended), "and still");
    }

    #[test]
    fn a_response_that_was_begun_is_sent_whole_and_once() {
        let asked = Asked {
            head_only: false,
            http_1_0: false,
            connection: None,
        };
        let connection = connection();
        connection.suspect();
        let wire = Wire::open();
        let mut out = connection.begin(wire.writer()).expect("it can be written");
        let reply = Reply::bytes(200, "text/plain", b"HTTP/1.1 hello".to_vec());
        response::send(&mut out, reply, asked).expect("nothing is lost");
        let text = String::from_utf8(wire.taken()).expect("text");
        assert!(text.as_bytes().starts_with(BEGINNING));
        assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
        assert!(text.ends_with("\r\n\r\nHTTP/1.1 hello"), "{text}");
    }
}
