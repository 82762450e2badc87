//! Starts that fail; the servers that work are met by every run.

use super::*;
use crate::machine::Ports;

fn start(argv: &[&str]) -> Result<Running, Trouble> {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch {
        argv: argv.iter().map(|word| (*word).to_owned()).collect(),
        folder: folder.path().to_path_buf(),
        errors: folder.path().join("errors"),
    };
    Spawner::new(None).start(&launch, Ports::new().free().unwrap())
}

#[test]
fn a_program_that_ends_is_told_from_one_that_is_slow() {
    let trouble = start(&["/bin/sh", "-c", "exit 3"]).unwrap_err();
    assert_eq!(
        trouble.to_string(),
        "it ended before it listened (exit status: 3)"
    );
}

#[test]
fn a_program_that_is_not_there_is_an_error() {
    let trouble = start(&["/no/such/program"]).unwrap_err();
    assert!(
        matches!(trouble, Trouble::Io(ref e) if e.kind() == ErrorKind::NotFound),
        "{trouble}"
    );
}

#[test]
fn a_dropped_server_takes_its_workers_along() {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", "sleep 60 & sleep 60"]).process_group(0);
    let server = Server {
        child: command.spawn().unwrap(),
    };
    let pids = loop {
        let pids = server.processes().unwrap();
        if pids.len() == 3 {
            break pids;
        }
        thread::yield_now();
    };
    drop(server);
    // A killed orphan may stay a zombie until its new parent looks; a zombie has no memory.
    while pids.iter().any(|pid| process::memory(&[*pid]).is_ok()) {
        thread::yield_now();
    }
}

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
    client.exchange(b"one").unwrap();
    client.exchange(b"two").unwrap();
    let wrong = client.exchange(b"end").unwrap_err();
    assert_eq!(
        wrong.to_string(),
        "3 bytes were sent and 3 other bytes came back"
    );
    assert_eq!(client.reconnects, 2);
    served.join().unwrap();
}
