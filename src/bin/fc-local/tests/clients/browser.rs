//! Chromium, with pages that call fc-local: one of a stranger, whose name leads to this machine after it was loaded, and an
//! honest one on a custom domain.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::SystemTime;

use serde_json::{Value, json};

use crate::support::{DOMAIN, Server, sign_fc3, text};

/// Where a stranger's page is from.
const STRANGER: &str = "page.example.test";

/// Makes the calls that it is given, and reports what came of each: its status and its body, or 0 and why there is none.
const PAGE: &str = "<!doctype html><title>a page</title><script>
const calls = CALLS;
(async () => {
  const results = [];
  for (const [target, options] of calls) {
    try {
      const response = await fetch(target, options);
      results.push([response.status, await response.text()]);
    } catch (error) {
      results.push([0, String(error)]);
    }
  }
  await fetch('/report', { method: 'POST', body: JSON.stringify(results) });
})();
</script>";

/// Whether Chromium can be run; its version is what it says of itself.
pub(crate) fn client() -> Result<String, String> {
    let missing = |error| format!("chromium cannot be run: {error}: install chromium");
    let output = Command::new("chromium").arg("--version").output();
    output.map(|said| text(&said.stdout)).map_err(missing)
}

/// What the names of the pages lead to: the page and the place for its report, and for everything else fc-local, as when a
/// name server gives another address than before.
struct Stage {
    port: u16,
    reports: Receiver<Value>,
}

impl Stage {
    fn new(server: &Server, calls: &Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let page = PAGE.replace("CALLS", &calls.to_string());
        let (report, reports) = mpsc::channel();
        let address = server.address.clone();
        thread::spawn(move || {
            for browser in listener.incoming().map_while(Result::ok) {
                let (page, address, report) = (page.clone(), address.clone(), report.clone());
                thread::spawn(move || serve(browser, &page, &address, &report));
            }
        });
        Self { port, reports }
    }

    /// Opens the page in a browser, and waits for its report.
    fn report_of(&self, host: &str) -> Value {
        let profile = tempfile::tempdir().expect("folder");
        let rule = format!("MAP *.example.test 127.0.0.1:{}", self.port);
        let mut command = Command::new("chromium");
        command
            .args(["--headless=new", "--no-sandbox", "--disable-gpu"])
            .args(["--no-first-run", "--no-proxy-server"])
            // What fc-local refuses does not rest on what a browser of today refuses by itself.
            .args(["--disable-features=HttpsUpgrades,LocalNetworkAccessChecks"])
            .arg(format!("--host-resolver-rules={rule}"))
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("http://{host}/page"))
            .process_group(0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let browser = Browser(command.spawn().expect("chromium runs"));
        let report = self.reports.recv_timeout(PATIENCE);
        drop(browser);
        report.expect("the page reports")
    }
}

/// A browser starts slowly on a machine under load; reached only by a failure.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(120);

struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.id());
        let killed = Command::new("kill").args(["-KILL", "--", &group]).status();
        assert!(killed.is_ok_and(|status| status.success()), "kill runs");
        self.0.wait().expect("chromium ends");
    }
}

/// Answers one request of the browser, or has fc-local answer it.
fn serve(browser: TcpStream, page: &str, address: &str, report: &Sender<Value>) {
    let mut reader = BufReader::new(browser.try_clone().expect("a copy"));
    let Some((head, body)) = read_request(&mut reader) else {
        return;
    };
    let mut browser = browser;
    let target = head.split(' ').nth(1).unwrap_or_default();
    let answer = match target {
        "/page" => answer_of("text/html", page),
        "/favicon.ico" => answer_of("image/x-icon", ""),
        "/report" => {
            // Nobody waits any more where the test is over.
            let _ = report.send(serde_json::from_slice(&body).expect("a report"));
            answer_of("text/plain", "")
        }
        _ => relay(address, &head, &body),
    };
    // The browser may be gone.
    let _ = browser.write_all(&answer);
}

/// The head of a request, with `Connection: close` in the place of what it had, and its body.
fn read_request(reader: &mut impl BufRead) -> Option<(String, Vec<u8>)> {
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let name = line.to_ascii_lowercase();
        if let Some(value) = name.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
        if !name.starts_with("connection:") {
            head.push_str(&line);
        }
    }
    head.push_str("Connection: close\r\n\r\n");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

fn answer_of(kind: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn relay(address: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut server = TcpStream::connect(address).expect("fc-local listens");
    server.write_all(head.as_bytes()).expect("sent");
    server.write_all(body).expect("sent");
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).expect("an answer");
    answer
}

/// A call that would make a function, signed with the right keys for that host.
fn making_a_function(host: &str) -> (String, Value) {
    let body =
        json!({"functionName": "evil", "runtime": "custom.debian10", "handler": "h"}).to_string();
    let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
    let own = [
        ("content-type", "application/json"),
        ("host", host),
        ("x-acs-date", date.as_str()),
    ];
    let names = ["content-type", "host", "x-acs-content-sha256", "x-acs-date"];
    let path = "/2023-03-30/functions";
    let signed = sign_fc3(["POST", path, ""], &own, &names, body.as_bytes());
    // A page cannot set its host; the browser does.
    let headers = signed.into_iter().filter(|(name, _)| *name != "host");
    let headers: serde_json::Map<_, _> = headers
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let options = json!({"method": "POST", "headers": headers, "body": body});
    (path.to_owned(), options)
}

pub(crate) fn a_page_whose_name_leads_here_afterwards_is_refused_even_with_the_right_keys(
    _version: &str,
) {
    let server = Server::start();
    let (path, rebound) = making_a_function(STRANGER);
    let (_, direct) = making_a_function(&server.address);
    let calls = json!([
        ["/2016-08-15/services", {}],
        [path, rebound],
        [format!("http://{}{path}", server.address), direct],
        [format!("http://{}/2016-08-15/services", server.address), {}],
    ]);
    let report = Stage::new(&server, &calls).report_of(STRANGER);
    let statuses = [0, 1, 2, 3].map(|call| report[call][0].clone());
    // The last two never come to an answer: that a page may ask another server is asked first.
    assert_eq!(statuses, [403, 403, 0, 0].map(Value::from), "{report}");
    for call in [0, 1] {
        let said = report[call][1].as_str().expect("a body");
        assert!(
            said.contains("AccessDenied") && said.contains(STRANGER),
            "{report}"
        );
    }
    let functions = server.api_fc3("GET", "/functions", &Value::Null).json();
    assert_eq!(functions["functions"], json!([]), "nothing was made");
}

pub(crate) fn a_page_on_a_custom_domain_calls_its_function(_version: &str) {
    let server = Server::start();
    server.deploy(&json!({}));
    server.add_trigger("anonymous", &["GET", "POST"]);
    server.add_domain();
    let calls = json!([
        ["/seen?by=a+page", {}],
        ["/echo", {"method": "POST", "body": "sent by a page"}],
    ]);
    let report = Stage::new(&server, &calls).report_of(DOMAIN);
    let seen: Value = serde_json::from_str(report[0][1].as_str().expect("a body")).expect("JSON");
    assert_eq!(
        (&report[0][0], &seen["target"]),
        (&json!(201), &json!("/seen?by=a+page"))
    );
    assert_eq!(report[1], json!([201, "sent by a page"]));
}
