//! Whether the ports that the jobs of a developer take are free.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, TcpListener};

use super::finding::Finding;

/// Where a runtime listens without a configured port ([contract §4.2](crate::check::sections::SECTIONS#4.2)).
const DEFAULT_PORT: u16 = 9000;

pub(super) fn look(port: u16) -> [Finding; 2] {
    [
        free(
            port,
            Ipv4Addr::LOCALHOST,
            "only `make local` and `make watch` need it, and one of them may already be running",
            &format!(
                "make local PORT={}",
                port.checked_add(1).unwrap_or(u16::MAX - 1)
            ),
        ),
        free(
            DEFAULT_PORT,
            Ipv4Addr::UNSPECIFIED,
            "only a bootstrap that you start by hand needs it",
            "FC_CUSTOM_LISTEN_PORT=9001 pkg/bootstrap",
        ),
    ]
}

fn free(port: u16, address: Ipv4Addr, who: &str, cure: &str) -> Finding {
    let name = format!("port {port}");
    match TcpListener::bind((address, port)) {
        Ok(_) => Finding::sound(name, "free"),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            Finding::warning(name, format!("in use; {who}"), cure)
        }
        Err(error) => Finding::warning(name, format!("{error}; {who}"), cure),
    }
}
