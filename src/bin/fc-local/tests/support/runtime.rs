//! The programs of the runtime that are called through fc-local: the `bootstrap` that ships, the testbed, an example.
//!
//! They belong to another package, so cargo does not build them along with these tests. The modules whose tests call one run
//! with either HTTP server: `OF_SERVER` and `CLIENTS_OF_SERVER` of the Makefile name them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::{Server, root, zip_of};

/// The HTTP server that the runtime is built with, as in the Makefile: `tiny-http` unless it is given.
const SERVER_VARIABLE: &str = "SERVER";

/// What the triggers of the tests let through.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"];

/// Where the programs lie if they are not to be built, as `make test-shipped` sets it.
const BINARIES_VARIABLE: &str = "FC_BINARIES";

/// A program of the runtime: `bootstrap`, `testbed` or `cors`; or `fixture`, an MCP server.
pub(crate) fn built(program: &str) -> PathBuf {
    if let Some(folder) = std::env::var_os(BINARIES_VARIABLE) {
        return Path::new(&folder).join(program);
    }
    static BUILT: OnceLock<BTreeMap<String, PathBuf>> = OnceLock::new();
    let built = BUILT.get_or_init(build);
    built.get(program).expect("it is built").clone()
}

/// The HTTP server that programs of the runtime are built with.
pub(crate) fn http_server() -> String {
    std::env::var(SERVER_VARIABLE).unwrap_or_else(|_| "tiny-http".to_owned())
}

/// A server whose function `s/f` is this program, reachable by a trigger and a domain.
pub(crate) fn server_of(program: &str, fields: &Value) -> Server {
    let mut spec = json!({"code": {"zipFile": *packed(program)}});
    let given = fields.as_object().cloned().unwrap_or_default();
    spec.as_object_mut().expect("an object").extend(given);
    let server = Server::start();
    server.deploy(&spec);
    server.add_trigger("anonymous", &METHODS);
    server.add_domain();
    server
}

/// A program as the package that a request carries. A development build is large, so each is packed once.
fn packed(program: &str) -> Arc<String> {
    static PACKED: Mutex<BTreeMap<String, Arc<String>>> = Mutex::new(BTreeMap::new());
    let mut packed = PACKED.lock().unwrap_or_else(PoisonError::into_inner);
    let code = packed.entry(program.to_owned()).or_insert_with(|| {
        let path = built(program);
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Arc::new(BASE64.encode(zip_of(&[("bootstrap", &bytes, 0o755)])))
    });
    Arc::clone(code)
}

/// Builds all, unless they are up to date, and asks cargo where they are.
fn build() -> BTreeMap<String, PathBuf> {
    let server = http_server();
    let of_runtime = ["--bin=bootstrap", "--example=testbed", "--example=cors"];
    let mut programs = build_some(&of_runtime, &format!("{server},events,kv"));
    programs.extend(build_some(
        &["--package=fc-mcp", "--example=fixture"],
        &server,
    ));
    programs
}

fn build_some(programs: &[&str], features: &str) -> BTreeMap<String, PathBuf> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["build", "--locked", "--quiet", "--message-format=json"])
        .args(programs)
        .args(["--no-default-features", "--features", features])
        .current_dir(root())
        .stderr(Stdio::inherit());
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "the runtime cannot be built");
    let messages = output.stdout.split(|byte| *byte == b'\n');
    messages
        .filter_map(|line| serde_json::from_slice(line).ok())
        .filter_map(|message| program_of(&message))
        .collect()
}

/// The name and the path of a program, if the message is about one.
fn program_of(message: &Value) -> Option<(String, PathBuf)> {
    let path = message["executable"].as_str()?;
    let name = message["target"]["name"].as_str()?;
    Some((name.to_owned(), path.into()))
}
