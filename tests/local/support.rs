//! What the tests share: a running `fc-local`, signed requests, packages, waiting for a condition.

use std::fs;
use std::io::{BufRead, BufReader, Cursor, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Long enough for a machine under load; reached only by a failure.
const PATIENCE: Duration = Duration::from_secs(30);

/// The custom domain of the tests.
pub(crate) const DOMAIN: &str = "web.example.test";

pub(crate) const KEY_ID: &str = "test-key";
pub(crate) const KEY_SECRET: &str = "test-secret";

/// A command of the tool under test.
pub(crate) fn fc_local() -> Command {
    Command::new(env!("CARGO_BIN_EXE_fc-local"))
}

/// The folder of the misbehaving test function.
pub(crate) fn function_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/local/function")
}

/// Runs a one-shot call on the test function.
pub(crate) fn invoke(arguments: &[&str]) -> Output {
    let mut command = fc_local();
    command
        .arg("invoke")
        .arg("--dir")
        .arg(function_folder())
        .args(arguments)
        .stdin(Stdio::null());
    command.output().expect("fc-local runs")
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Waits until something is so.
pub(crate) fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A running `fc-local start` with a data folder of its own.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) data: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

impl Server {
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    pub(crate) fn with(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let mut server = Self::on(folder.path(), arguments);
        server._folder = Some(folder);
        server
    }

    /// Starts on a data folder that outlives the server.
    pub(crate) fn on(data: &Path, arguments: &[&str]) -> Self {
        let mut command = fc_local();
        command
            .args(["start", "--port", "0", "--data"])
            .arg(data)
            .args(arguments);
        Self::run(command, data)
    }

    pub(crate) fn run(mut command: Command, data: &Path) -> Self {
        command
            .env("FC_LOCAL_ACCESS_KEY_ID", KEY_ID)
            .env("FC_LOCAL_ACCESS_KEY_SECRET", KEY_SECRET);
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("fc-local starts");
        let lines = BufReader::new(child.stdout.take().expect("stdout")).lines();
        let endpoint = lines.map_while(Result::ok).find_map(|line| {
            line.strip_prefix("export FC_ENDPOINT=http://")
                .map(str::to_owned)
        });
        let address = endpoint.expect("fc-local prints its endpoint");
        Self {
            child,
            address,
            data: data.to_owned(),
            _folder: None,
        }
    }

    /// Ends the server as a supervisor would, and waits for it.
    pub(crate) fn stop(&mut self) {
        let id = self.child.id().to_string();
        Command::new("kill")
            .args(["-TERM", &id])
            .status()
            .expect("kill runs");
        self.child.wait().expect("fc-local ends");
    }

    /// Ends the server without any warning.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("fc-local ends");
    }

    /// A signed API request with a JSON body.
    pub(crate) fn api(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = if body.is_null() {
            Vec::new()
        } else {
            body.to_string().into_bytes()
        };
        self.signed(method, &format!("/2016-08-15{path}"), &[], &body)
    }

    /// A signed request with headers of one's own.
    pub(crate) fn signed(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        self.signed_with(KEY_SECRET, method, target, headers, body)
    }

    pub(crate) fn signed_with(
        &self,
        secret: &str,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let signed = sign(secret, method, target, headers);
        let all: Vec<(&str, &str)> = headers
            .iter()
            .copied()
            .chain(signed.iter().map(|(name, value)| (*name, value.as_str())))
            .collect();
        self.request(method, target, &all, body)
    }

    /// A request as it is given.
    pub(crate) fn request(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let mut stream = self.connect();
        send(&mut stream, method, target, headers, body);
        Reply::read(&mut BufReader::new(stream), method)
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("connected");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit");
        stream
    }

    /// Deploys the test function as `s/f`, with the given fields over the defaults.
    pub(crate) fn deploy(&self, fields: &Value) {
        self.deploy_as("f", fields);
    }

    pub(crate) fn deploy_as(&self, name: &str, fields: &Value) {
        let service = self.api("POST", "/services", &json!({"serviceName": "s"}));
        assert!(matches!(service.status, 201 | 409), "{service:?}");
        let mut spec = json!({
            "functionName": name, "runtime": "custom", "handler": "index.handler", "timeout": 30,
            "code": {"zipFile": BASE64.encode(package())},
        });
        let spec_fields = spec.as_object_mut().expect("an object");
        spec_fields.extend(fields.as_object().cloned().unwrap_or_default());
        let reply = self.api("POST", "/services/s/functions", &spec);
        assert_eq!(reply.status, 201, "{reply:?}");
    }

    /// Makes `s/f` reachable by HTTP.
    pub(crate) fn add_trigger(&self, auth: &str, methods: &[&str]) {
        let trigger = json!({
            "triggerName": "t", "triggerType": "http", "triggerConfig": {"authType": auth, "methods": methods},
        });
        assert_eq!(
            self.api("POST", "/services/s/functions/f/triggers", &trigger)
                .status,
            201
        );
    }

    /// Gives `s/f` the domain that [`by_domain`](Self::by_domain) asks.
    pub(crate) fn add_domain(&self) {
        let routes =
            json!([{"path": "/*", "serviceName": "s", "functionName": "f", "qualifier": "LATEST"}]);
        let domain =
            json!({"domainName": DOMAIN, "protocol": "HTTP", "routeConfig": {"routes": routes}});
        assert_eq!(self.api("POST", "/custom-domains", &domain).status, 201);
    }

    /// Asks `s/f` by its domain.
    pub(crate) fn by_domain(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let host = format!("{DOMAIN}:8900");
        let headers = [&[("Host", host.as_str())], headers].concat();
        self.request(method, target, &headers, body)
    }

    /// Invokes `s/f` and asks for its log.
    pub(crate) fn invoke(&self, event: &str) -> Reply {
        self.invoke_with(&[("x-fc-log-type", "Tail")], event)
    }

    pub(crate) fn invoke_with(&self, headers: &[(&str, &str)], event: &str) -> Reply {
        let path = "/2016-08-15/services/s/functions/f/invocations";
        self.signed("POST", path, headers, event.as_bytes())
    }

    /// What the test function tells of itself.
    pub(crate) fn function_state(&self) -> Value {
        self.invoke("state").json()
    }

    /// The whole log of `s/f` so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.data.join("logs/s/f.log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether a chunked body had its last chunk, or a sized one all its bytes.
    pub(crate) complete: bool,
}

impl Reply {
    pub(crate) fn read(reader: &mut impl BufRead, method: &str) -> Self {
        let mut reply = Self::read_head(reader);
        let bodiless = method == "HEAD" || reply.status == 204;
        if bodiless {
            reply.complete = true;
        } else if reply.header("transfer-encoding") == "chunked" {
            while let Some(chunk) = read_chunk(reader) {
                reply.complete = chunk.is_empty();
                reply.body.extend(chunk);
                if reply.complete {
                    break;
                }
            }
        } else {
            let length: usize = reply.header("content-length").parse().unwrap_or(0);
            reader
                .take(length as u64)
                .read_to_end(&mut reply.body)
                .expect("the body");
            reply.complete = reply.body.len() == length;
        }
        reply
    }

    pub(crate) fn read_head(reader: &mut impl BufRead) -> Self {
        let mut lines = reader.lines().map(|line| line.expect("a header line"));
        let status = lines.next().unwrap_or_default();
        let status = status
            .split(' ')
            .nth(1)
            .and_then(|code| code.parse().ok())
            .unwrap_or(0);
        let headers = lines
            .take_while(|line| !line.is_empty())
            .filter_map(|line| {
                line.split_once(": ")
                    .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            })
            .collect();
        Self {
            status,
            headers,
            ..Self::default()
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map_or("", |(_, value)| value)
    }

    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        self.headers
            .iter()
            .filter(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(crate) fn text(&self) -> String {
        text(&self.body)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The tail log, decoded.
    pub(crate) fn log(&self) -> String {
        text(
            &BASE64
                .decode(self.header("x-fc-log-result"))
                .expect("base64"),
        )
    }

    /// The status and the error code.
    pub(crate) fn error(&self) -> (u16, String) {
        (
            self.status,
            self.json()["ErrorCode"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        )
    }
}

/// Reads one chunk; an empty one is the last, none means that the connection ended.
pub(crate) fn read_chunk(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut size = String::new();
    reader.read_line(&mut size).ok()?;
    let size = usize::from_str_radix(size.trim(), 16).ok()?;
    let mut chunk = vec![0; size + 2];
    reader.read_exact(&mut chunk).ok()?;
    chunk.truncate(size);
    Some(chunk)
}

/// Writes a request that closes its connection.
pub(crate) fn send(
    stream: &mut TcpStream,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) {
    let mut head = format!("{method} {target} HTTP/1.1\r\nConnection: close\r\n");
    let given = |wanted: &str| {
        headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(wanted))
    };
    if !given("host") {
        head.push_str("Host: 127.0.0.1\r\n");
    }
    if !given("transfer-encoding") && (!body.is_empty() || method == "POST" || method == "PUT") {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    headers
        .iter()
        .for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
    head.push_str("\r\n");
    let sent = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(body));
    // The server may answer a refused request before it has read it all.
    drop(sent);
}

/// The headers that sign a request for FC 2.0.
pub(crate) fn sign(
    secret: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> Vec<(&'static str, String)> {
    let date = httpdate::fmt_http_date(SystemTime::now());
    vec![
        (
            "authorization",
            authorization(secret, method, target, headers, &date),
        ),
        ("date", date),
    ]
}

/// The `Authorization` of FC 2.0 (fun-cli §3), computed independently of fc-local.
pub(crate) fn authorization(
    secret: &str,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    date: &str,
) -> String {
    let value = |wanted: &str| {
        headers
            .iter()
            .find(|(name, _)| *name == wanted)
            .map_or("", |(_, value)| value)
    };
    let mut platform: Vec<String> = headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-fc-"))
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    platform.sort();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut text = format!(
        "{method}\n{}\n{}\n{date}\n",
        value("content-md5"),
        value("content-type")
    );
    text.push_str(&platform.concat());
    text.push_str(path);
    if path.starts_with("/2016-08-15/proxy/") {
        let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty()).collect();
        pairs.sort_unstable();
        text.push_str(&format!("\n{}", pairs.join("\n")));
    }
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(text.as_bytes());
    format!("FC {KEY_ID}:{}", BASE64.encode(mac.finalize().into_bytes()))
}

/// 20 MB that no cut or swap leaves as they are.
pub(crate) fn body_of_20_mb() -> Vec<u8> {
    (0..20 * 1024 * 1024_u32)
        .map(|index| index.to_le_bytes()[1])
        .collect()
}

/// The test function as a zip file.
pub(crate) fn package() -> Vec<u8> {
    let bootstrap = fs::read(function_folder().join("bootstrap")).expect("the test function");
    zip_of(&[
        ("bootstrap", &bootstrap, 0o755),
        ("private.txt", b"text", 0o640),
    ])
}

pub(crate) fn zip_of(files: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes, mode) in files {
        zip.start_file(*name, SimpleFileOptions::default().unix_permissions(*mode))
            .expect("an entry");
        zip.write_all(bytes).expect("its bytes");
    }
    zip.finish().expect("a zip").into_inner()
}

/// Whether a process exists, and in which state (`T` is stopped).
pub(crate) fn process_state(pid: u64) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}
