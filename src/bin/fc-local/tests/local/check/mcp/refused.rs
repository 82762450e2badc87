//! What is no MCP server, and command lines that name none: one sentence says what to do.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};

use rustix::net::{AddressFamily, SocketType, bind, getsockname, socket};

use super::super::check;
use super::{Running, breaker};
use crate::support::text;

/// The exit code, and what was written to stderr.
fn refused(options: &[&str], command: &[&str]) -> (Option<i32>, String) {
    let output = check(&[&["--mcp"], options].concat(), command);
    assert_eq!(text(&output.stdout), "", "{output:?}");
    (output.status.code(), text(&output.stderr))
}

fn says(output: (Option<i32>, String), code: i32, sentence: &str) {
    let (status, said) = output;
    assert!(said.contains(sentence), "{said}");
    assert_eq!(status, Some(code), "{said}");
}

#[test]
fn a_url_that_cannot_be_asked_is_refused() {
    for (url, sentence) in [
        (
            "https://mcp.example.com/mcp",
            "which the check does not speak",
        ),
        ("ftp://localhost/", "must begin with http://"),
        ("http://ada:pw@localhost/mcp", "give it with --header"),
        ("localhost:8000/mcp", "write http://localhost:8000/mcp"),
    ] {
        let output = refused(&[], &[url]);
        assert!(!output.1.contains("ada:pw"), "{}", output.1);
        says(output, 2, sentence);
    }
    let url = "http://localhost:8000/mcp";
    says(
        refused(&[], &[url, "--json"]),
        2,
        "--json stands after the URL: name options before it",
    );
    for option in [
        "--env=A=1",
        "--dir=/",
        "--mcp-path=/m",
        "--fc3",
        "--listen-port=1",
        "--start-timeout=1",
    ] {
        let name = option.split('=').next().expect("a name");
        let sentence = format!("leave {name} out");
        says(refused(&[option], &[url]), 2, &sentence);
    }
    let without = check(&[], &[url]);
    assert!(text(&without.stderr).contains("is checked by one with --mcp"));
    assert_eq!(without.status.code(), Some(2), "{without:?}");
    says(
        refused(&[], &["./no-such-server"]),
        2,
        "name the start command",
    );
}

#[test]
fn a_url_where_nothing_listens_or_something_else_does_is_refused() {
    // Nobody else gets the port, because it stays bound.
    let silent = socket(AddressFamily::INET, SocketType::STREAM, None).expect("a socket");
    bind(&silent, &SocketAddr::from(([127, 0, 0, 1], 0))).expect("a port");
    let bound = getsockname(&silent).expect("an address");
    let address = SocketAddr::try_from(bound).expect("an address of IPv4");
    let nobody = format!("http://{address}/mcp");
    says(
        refused(&[], &[&nobody]),
        1,
        "start the server, or correct the URL",
    );

    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let talker = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a client");
        let mut some = [0; 16];
        stream.read_exact(&mut some).expect("a request");
        stream
            .write_all(b"220 mail.example.com ready\r\n")
            .expect("sent");
    });
    let mail = format!("http://{address}/mcp");
    says(
        refused(&[], &[&mail]),
        1,
        "does not answer as an HTTP server",
    );
    talker.join().expect("no panic");
}

#[test]
fn a_server_that_says_nothing_may_be_given_longer() {
    // Connections wait in its backlog, and nobody reads them.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let silent = format!("http://{address}/mcp");
    says(
        refused(&["--response-timeout=1"], &[&silent]),
        1,
        "give it longer with --response-timeout",
    );
}

#[test]
fn a_page_in_the_place_of_a_server_is_refused() {
    let server = Running::start(&[("BREAK", "html")]);
    says(
        refused(&[], &[&server.1]),
        1,
        "is not an MCP server: name the path of its endpoint, often /mcp (initialize is answered with 200 text/html: <p>Hi</p>)",
    );
    let other = refused(&["--mcp-path=/"], &[breaker().to_str().expect("a path")]);
    says(other, 1, "name the path of its endpoint with --mcp-path");
}

#[test]
fn options_that_do_not_fit_are_refused() {
    let server = breaker();
    let server = server.to_str().expect("a path");
    for (option, sentence) in [
        ("--echo", "cannot be used with"),
        ("--header=none", "write 'NAME: VALUE'"),
        ("--slow-tool=a=b", "its arguments are not JSON"),
        ("--slow-tool=a=[]", "its arguments are not an object"),
        ("--slow-tool=", "it names no tool"),
        ("--mcp-path=mcp", "begins with a slash"),
    ] {
        says(refused(&[option], &[server]), 2, sentence);
    }
    let without = check(&["--slow-tool=a"], &[server]);
    assert_eq!(without.status.code(), Some(2), "it is about MCP");
}

#[test]
fn a_value_that_may_be_a_secret_is_not_shown_when_it_is_refused() {
    let server = breaker();
    let server = server.to_str().expect("a path");
    for option in [
        "--header=Bearer s3cret",
        "--header=Bearer s3cret: 1",
        "--header=Authorization: s3cret\u{7}",
        "--env=TOKEN s3cret",
    ] {
        let output = refused(&[option], &[server]);
        assert!(!output.1.contains("s3cret"), "{}", output.1);
        let name = option.split('=').next().expect("a name");
        says(output, 2, &format!("the value of {name} is wrong: "));
    }
}
