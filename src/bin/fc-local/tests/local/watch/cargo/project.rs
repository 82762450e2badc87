//! Projects of cargo that build in a moment, and their templates.

use std::fs;
use std::path::Path;

/// A runtime of the standard library alone, which cargo builds in a moment: it answers every call with `body()`.
const RUNTIME: &str = r#"
use std::io::{Read, Write};

fn main() {
    let port = std::env::var("FC_CUSTOM_LISTEN_PORT").expect("a port");
    let listener = std::net::TcpListener::bind(format!("0.0.0.0:{port}")).expect("listens");
    for stream in listener.incoming().flatten() {
        std::thread::spawn(|| serve(stream));
    }
}

fn serve(mut stream: std::net::TcpStream) {
    let (mut request, mut byte) = (Vec::new(), [0]);
    while let Ok(1) = stream.read(&mut byte) {
        request.extend(byte);
        if request.ends_with(b"\r\n\r\n") {
            request.clear();
            let body = body();
            let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        }
    }
}
"#;

pub(super) fn function(body: &str) -> String {
    format!("{RUNTIME}\nfn body() -> String {{ {body} }}\n")
}

pub(super) fn manifest(name: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n{more}\n")
}

pub(super) fn template(functions: &[(&str, &str)]) -> String {
    let mut text = "Resources:\n  s:\n    Type: Aliyun::Serverless::Service\n".to_owned();
    for (name, code) in functions {
        text.push_str(&format!(
            "    {name}:\n      Type: Aliyun::Serverless::Function\n      \
             Properties: {{Runtime: custom, Handler: a.b, CodeUri: {code}}}\n"
        ));
    }
    text
}

pub(super) fn s_yaml(functions: &[(&str, &str)], more: &str) -> String {
    let mut text = "edition: 3.0.0\nname: a\naccess: default\nresources:\n".to_owned();
    for (index, (name, code)) in functions.iter().enumerate() {
        text.push_str(&format!(
            "  r{index}:\n    component: fc3\n    props: {{region: cn-hangzhou, functionName: {name}, \
             runtime: custom.debian12, handler: a.b, code: {code}}}\n"
        ));
    }
    text + more
}

pub(super) fn put(folder: &Path, file: &str, content: &str) {
    let path = folder.join(file);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, content).expect("written");
}
