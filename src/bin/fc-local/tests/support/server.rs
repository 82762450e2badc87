//! A running `fc-local`, and what the tests ask of it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::package::package;
use super::sign::{KEY_ID, KEY_SECRET, sign, sign_fc3};
use super::wire::{Reply, send};
use super::{DOMAIN, PATIENCE, fc_local};

/// A running `fc-local start` with its own data folder.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    pub(crate) data: PathBuf,
    _folder: Option<tempfile::TempDir>,
    /// What it writes to stderr, unless the test looks at that itself; shown where a test fails.
    said: Option<tempfile::NamedTempFile>,
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
        let said = tempfile::NamedTempFile::new().expect("a file");
        let mut command = fc_local();
        command
            .args(["start", "--port", "0", "--data"])
            .arg(data)
            .args(arguments)
            .stderr(said.reopen().expect("the file"));
        let mut server = Self::run(command, data);
        server.said = Some(said);
        server
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
            said: None,
        }
    }

    /// The id of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
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

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the server's end, and gives its exit code.
    pub(crate) fn wait(&mut self) -> Option<i32> {
        self.child.wait().expect("fc-local ends").code()
    }

    /// What it has written to stderr so far.
    pub(crate) fn said(&self) -> String {
        let said = self.said.as_ref().expect("the test does not look itself");
        fs::read_to_string(said.path()).expect("a file")
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

    /// A signed request to the API of FC 3.0, with a JSON body unless that is null.
    pub(crate) fn api_fc3(&self, method: &str, path: &str, body: &Value) -> Reply {
        let body = match body {
            Value::Null => Vec::new(),
            body => body.to_string().into_bytes(),
        };
        self.fc3(method, [path, ""], &[], &body)
    }

    /// A signed `GET` of the API of FC 3.0, with a query of encoded pairs in the order of their names.
    pub(crate) fn api_query_fc3(&self, path: &str, query: &str) -> Reply {
        self.fc3("GET", [path, query], &[], b"")
    }

    /// A signed request to the API of FC 3.0, for a path and a query, with headers that the signature leaves out.
    pub(crate) fn fc3(
        &self,
        method: &str,
        [path, query]: [&str; 2],
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        self.acs3(
            method,
            [&format!("/2023-03-30{path}"), query],
            headers,
            body,
        )
    }

    /// The same, for a whole path.
    pub(crate) fn acs3(
        &self,
        method: &str,
        [path, query]: [&str; 2],
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let date = humantime::format_rfc3339_seconds(SystemTime::now()).to_string();
        let own = [("host", self.address.as_str()), ("x-acs-date", &date)];
        let names = ["host", "x-acs-content-sha256", "x-acs-date"];
        let mut all = sign_fc3([method, path, query], &own, &names, body);
        all.extend(
            headers
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        let target = match query {
            "" => path.to_owned(),
            query => format!("{path}?{query}"),
        };
        self.request(method, &target, &borrowed(&all), body)
    }

    /// A signed request with the test's headers.
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

    /// What the test function reports about itself.
    pub(crate) fn function_state(&self) -> Value {
        self.invoke("state").json()
    }

    /// The whole log of `s/f` so far.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.data.join("logs/s/f.log")).unwrap_or_default()
    }
}

/// Headers as requests take them.
pub(crate) fn borrowed<'a>(headers: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    let headers = headers.iter();
    headers
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

impl Drop for Server {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
        if let Some(said) = self.said.as_ref().filter(|_| std::thread::panicking()) {
            let said = fs::read_to_string(said.path()).unwrap_or_default();
            eprintln!("what the server wrote to stderr:\n{said}");
        }
    }
}
