//! Who is let in: no web page of another server, no old signature, none that leaves out what it has to cover, and nobody
//! from the network who has not been given keys.

use std::io::{BufReader, Write};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::control::assert_error;
use crate::support::{DOMAIN, KEY_SECRET, Reply, Server, authorization, fc_local, sign_fc3, text};

const SERVICES: &str = "/2016-08-15/services";
const FUNCTIONS_OF_FC3: &str = "/2023-03-30/functions";

/// What a browser says of a page of another server; the last ones have been let in by name servers or proxies elsewhere.
const FOREIGN_HOSTS: [&str; 10] = [
    "page.example",
    "page.example:8900",
    "127.0.0.1.page.example",
    "localhost.page.example",
    "notlocalhost",
    "192.0.2.1",
    "192.0.2.1:80",
    "[2001:db8::1]:8900",
    "0.0.0.0:8900",
    "",
];
const FOREIGN_ORIGINS: [&str; 10] = [
    "http://page.example",
    "https://page.example",
    "http://page.example:8900",
    "http://127.0.0.1.page.example",
    "http://localhost.page.example",
    "https://127.0.0.1",
    "http://127.0.0.1:1",
    "http://localhost",
    "null",
    "",
];

/// Headers as they are sent.
fn borrowed<'a>(headers: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

#[test]
fn no_page_of_another_server_reaches_the_api_even_with_the_right_keys() {
    let server = Server::start();
    let hosts = FOREIGN_HOSTS.map(|host| ("Host", host));
    let origins = FOREIGN_ORIGINS.map(|origin| ("Origin", origin));
    let pages = hosts.iter().chain(&origins);
    for (index, header) in pages.enumerate() {
        let service = json!({"serviceName": format!("evil{index}")}).to_string();
        let reply = server.signed("POST", SERVICES, &[*header], service.as_bytes());
        assert_eq!(
            reply.error(),
            (403, "AccessDenied".to_owned()),
            "{header:?}"
        );
    }
    let listed = server.api("GET", "/services", &json!(null)).json();
    assert_eq!(listed["services"], json!([]), "nothing was made");
}

#[test]
fn programs_reach_the_api_by_every_name_of_this_machine() {
    let server = Server::with(&["--allow-host", "fc-local.test"]);
    let port = server.address.rsplit_once(':').expect("a port").1;
    let own = format!("http://127.0.0.1:{port}");
    for host in [
        "127.0.0.1",
        "localhost",
        "api.localhost",
        "[::1]",
        "FC-Local.test",
    ] {
        for host in [host.to_owned(), format!("{host}:{port}")] {
            let reply = server.signed("GET", SERVICES, &[("Host", &host)], b"");
            assert_eq!(reply.status, 200, "{host}");
        }
    }
    let host = own.trim_start_matches("http://");
    let page = [("Host", host), ("Origin", own.as_str())];
    let reply = server.signed("GET", SERVICES, &page, b"");
    assert_eq!(reply.status, 200, "a page that it served itself");
}

#[test]
fn a_function_on_the_web_answers_the_pages_of_others() {
    let server = Server::start();
    server.deploy(&json!({}));
    server.add_trigger("anonymous", &["GET"]);
    server.add_domain();
    let page = ("Origin", "http://page.example");
    let by_domain = server.by_domain("GET", "/x", &[page], b"");
    assert_eq!(by_domain.json()["target"], "/x");
    let by_path = server.request("GET", "/2016-08-15/proxy/s/f/x", &[page], b"");
    assert_eq!(by_path.status, 201, "{by_path:?}");
    let rebound = [("Host", "page.example")];
    let by_path = server.request("GET", "/2016-08-15/proxy/s/f/x", &rebound, b"");
    assert_error(&by_path, 403, "AccessDenied", "--allow-host page.example");
}

#[test]
fn no_custom_domain_takes_an_address_of_the_api() {
    let server = Server::start();
    for name in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]", "192.0.2.1"] {
        let domain = json!({"domainName": name, "protocol": "HTTP", "routeConfig": {"routes": []}});
        let reply = server.api("POST", "/custom-domains", &domain);
        assert_error(&reply, 400, "InvalidArgument", "is an address of the API");
    }
}

#[test]
fn headers_whose_names_begin_alike_are_signed_in_the_order_of_their_names() {
    let server = Server::start();
    let headers = [("x-fc-a", "1"), ("x-fc-a-b", "2"), ("x-fc-a1", "3")];
    assert_eq!(server.signed("GET", SERVICES, &headers, b"").status, 200);
}

fn ago(seconds: u64) -> SystemTime {
    SystemTime::now() - Duration::from_secs(seconds)
}

#[test]
fn an_old_signature_of_fc_2_is_refused_with_both_clocks() {
    let server = Server::start();
    for (seconds, fits) in [(14 * 60, true), (16 * 60, false), (86_400, false)] {
        let date = httpdate::fmt_http_date(ago(seconds));
        let signed = authorization(KEY_SECRET, "GET", SERVICES, &[], &date);
        let headers = [("date", date.as_str()), ("authorization", signed.as_str())];
        let reply = server.request("GET", SERVICES, &headers, b"");
        if fits {
            assert_eq!(reply.status, 200, "{seconds}");
            continue;
        }
        let clocks = format!("'{date}' is more than 15 minutes from the clock of fc-local, '");
        assert_error(&reply, 403, "AccessDenied", &clocks);
    }
}

/// A request to FC 3.0 that is right except for its date and what is signed.
fn ask_fc3(server: &Server, date: &str, signed: &[&str]) -> Reply {
    let own = [
        ("host", "127.0.0.1"),
        ("content-type", "application/json"),
        ("x-acs-date", date),
    ];
    let headers = sign_fc3(["GET", FUNCTIONS_OF_FC3, ""], &own, signed, b"");
    server.request("GET", FUNCTIONS_OF_FC3, &borrowed(&headers), b"")
}

#[test]
fn a_signature_of_fc_3_is_refused_if_it_is_old_or_leaves_anything_out() {
    let server = Server::start();
    let all = ["content-type", "host", "x-acs-content-sha256", "x-acs-date"];
    let date = |seconds| humantime::format_rfc3339_seconds(ago(seconds)).to_string();
    assert_eq!(ask_fc3(&server, &date(0), &all).status, 200);
    assert_eq!(ask_fc3(&server, &date(14 * 60), &all).status, 200);
    for old in [date(16 * 60), "2020-01-01T00:00:00Z".to_owned()] {
        let reply = ask_fc3(&server, &old, &all);
        let clocks = format!("'{old}' is more than 15 minutes from the clock of fc-local, '");
        assert_eq!(reply.status, 403, "{reply:?}");
        let said = reply.json()["Message"].clone();
        assert!(
            said.as_str().is_some_and(|said| said.contains(&clocks)),
            "{said}"
        );
    }
    for left_out in all {
        let signed: Vec<&str> = all.into_iter().filter(|name| *name != left_out).collect();
        let reply = ask_fc3(&server, &date(0), &signed);
        let said = reply.json();
        assert_eq!(
            (reply.status, &said["Code"]),
            (403, &json!("SignatureNotMatch"))
        );
        let words = format!("leaves out the header {left_out}; name it in SignedHeaders");
        assert!(
            said["Message"]
                .as_str()
                .is_some_and(|said| said.contains(&words)),
            "{said}"
        );
    }
    assert_eq!(
        ask_fc3(&server, &date(0), &[]).status,
        403,
        "none signed at all"
    );
}

/// The head of a request with a large body that never comes.
fn head_of(target: &str, host: &str) -> String {
    format!("PUT {target} HTTP/1.1\r\nHost: {host}\r\nContent-Length: 30000000\r\n\r\n")
}

#[test]
fn a_request_that_is_not_signed_is_refused_before_its_body() {
    let server = Server::start();
    server.deploy(&json!({}));
    server.add_trigger("function", &["PUT"]);
    server.add_domain();
    for (target, host) in [
        (SERVICES, "127.0.0.1"),
        (FUNCTIONS_OF_FC3, "127.0.0.1"),
        ("/2016-08-15/proxy/s/f/", "127.0.0.1"),
        ("/", DOMAIN),
        ("/object", "bucket.oss-cn-hangzhou.aliyuncs.com"),
        (SERVICES, "page.example"),
    ] {
        let mut stream = server.connect();
        stream
            .write_all(head_of(target, host).as_bytes())
            .expect("sent");
        let reply = Reply::read(&mut BufReader::new(stream), "PUT");
        assert!(matches!(reply.status, 400 | 403), "{target}: {reply:?}");
        assert!(reply.complete, "{target}: {reply:?}");
    }
}

#[test]
fn a_client_that_sends_all_before_it_reads_gets_its_refusal() {
    let server = Server::start();
    let reply = server.request("POST", SERVICES, &[], &vec![b'x'; 30_000_000]);
    assert_error(&reply, 400, "MissingRequiredHeader", "authorization");
}

/// `fc-local start` for the network.
fn start_for_the_network(data: &std::path::Path) -> Command {
    let mut command = fc_local();
    command
        .args(["start", "--port", "0", "--host", "0.0.0.0", "--data"])
        .arg(data)
        .env_remove("FC_LOCAL_ACCESS_KEY_ID")
        .env_remove("FC_LOCAL_ACCESS_KEY_SECRET");
    command
}

#[test]
fn the_network_is_served_with_keys_of_the_users_own_only_and_a_warning() {
    let folder = tempfile::tempdir().expect("folder");
    let output = start_for_the_network(folder.path()).output().expect("runs");
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        said.contains("set your own keys in FC_LOCAL_ACCESS_KEY_ID"),
        "{said}"
    );

    let heard = folder.path().join("stderr");
    let mut command = start_for_the_network(folder.path());
    command.stderr(Stdio::from(std::fs::File::create(&heard).expect("a file")));
    let mut server = Server::run(command, folder.path());
    let own = server.signed("GET", SERVICES, &[], b"");
    assert_eq!(own.status, 200);
    server.stop();
    let said = std::fs::read_to_string(heard).expect("stderr");
    let warnings = said
        .lines()
        .filter(|line| line.contains("--host 0.0.0.0: "));
    assert_eq!(warnings.count(), 1, "{said}");
}
