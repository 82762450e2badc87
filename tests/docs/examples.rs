//! The functions that newcomers begin from, `tests/functions/`: each is started as it is and asked as its own words say.

use std::fs;
use std::path::Path;

use crate::support::{Instance, request};

/// What the end line of a call says after its request id when the call has failed.
const FAILED: &str = ", Error: Unhandled function error";

#[test]
fn bytes_counts_the_words_of_a_text() {
    let instance = Instance::start("bytes", &[]);
    let response = instance.invoke("id", b"to be or not to be");
    assert_eq!((response.status, response.text().as_str()), (200, "6"));
    assert_eq!(instance.invoke("id", b"").text(), "0");
    let failed = instance.invoke("id", b"\xff");
    assert_eq!(failed.status, 404);
    assert_eq!(failed.json()["errorType"], "Utf8Error");
    let lines = instance.lines();
    let logged = |end: &str| lines.iter().any(|line| line.ends_with(end));
    assert!(
        logged("Z id [INFO] 6 words in 18 bytes") && logged(FAILED),
        "{lines:#?}"
    );
}

#[test]
fn json_adds_up_an_order_and_says_what_is_wrong_with_one() {
    let instance = Instance::start("json", &[]);
    let ask = |event: &str| instance.invoke("id", event.as_bytes()).json();
    let order = r#"{"items":[{"name":"tea","cents":350,"count":2},{"name":"cup","cents":900}]}"#;
    let receipt = serde_json::json!({"lines": ["2 x tea", "1 x cup"], "cents": 1600});
    assert_eq!(ask(order), receipt);
    assert_eq!(ask(r#"{"items":[]}"#)["errorType"], "EmptyOrder");
    let wrong = ask(r#"{"items":[{"name":"tea"}]}"#);
    assert_eq!(wrong["errorType"], "InvalidJson");
    let message = wrong["errorMessage"].as_str().expect("a message");
    assert!(
        message.ends_with("missing field `cents` at line 1 column 24"),
        "{message}"
    );
}

#[test]
fn http_routes_by_method_and_path() {
    let instance = Instance::start("http", &[]);
    let said = instance.errors();
    assert!(said.contains("listening on http://"), "{said}");
    let ask = |method: &str, target: &str, body: &str| {
        let response = instance.http(method, target, body.as_bytes());
        (response.status, response.text())
    };
    assert_eq!(ask("GET", "/", ""), (200, "Hello World!".into()));
    assert_eq!(ask("HEAD", "/", ""), (200, String::new()));
    assert_eq!(
        ask("GET", "/users/J%C3%BCrgen?greeting=Good%20morning", ""),
        (200, "Good morning, Jürgen!".into())
    );
    assert_eq!(ask("GET", "/users/Ada", ""), (200, "Hello, Ada!".into()));
    assert_eq!(ask("POST", "/echo", "sent"), (200, "sent".into()));
    assert_eq!(ask("POST", "/sum", "[1,2,3]"), (200, r#"{"sum":6}"#.into()));
    let (status, said) = ask("POST", "/sum", "[1,true]");
    assert!(
        status == 400 && said.contains("line 1 column 7"),
        "{status} {said}"
    );
    assert_eq!(ask("GET", "/nothing", "").0, 404);
    for (method, target, allowed) in [("PUT", "/", "GET, HEAD"), ("GET", "/sum", "POST")] {
        let refused = instance.http(method, target, b"");
        assert_eq!(
            (refused.status, refused.header("allow")),
            (405, Some(allowed))
        );
    }
    let lines = instance.lines();
    assert!(
        !lines.iter().any(|line| line.ends_with(FAILED)),
        "{lines:#?}"
    );
}

#[test]
fn upload_reads_the_parts_of_a_form_with_a_file() {
    let instance = Instance::start("upload", &[]);
    let ask = |content_type: &str, body: &str| {
        let headers = [
            ("X-Fc-Control-Path", "/http-invoke"),
            ("Content-Type", content_type),
        ];
        let sent = request("POST", "/upload", &headers, body.as_bytes());
        let response = instance.connect().exchange(&sent);
        (response.status, response.json())
    };
    let form = "--x\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nholiday\r\n\
        --x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.jpg\"\r\n\
        Content-Type: image/jpeg\r\n\r\n1234\r\n--x--\r\n";
    let (status, parts) = ask("multipart/form-data; boundary=x", form);
    let expected = serde_json::json!([
        {"name": "note", "file": null, "type": null, "bytes": 7},
        {"name": "photo", "file": "a.jpg", "type": "image/jpeg", "bytes": 4},
    ]);
    assert_eq!((status, parts), (200, expected));
    assert_eq!(ask("application/json", "{}").0, 415);
    assert_eq!(ask("multipart/form-data; boundary=x", &form[..90]).0, 400);
}

#[test]
fn cors_answers_a_browser_before_the_call_and_its_code_is_that_of_the_guide() {
    let instance = Instance::start("cors", &[]);
    let preflight = instance.http("OPTIONS", "/orders/7", b"");
    assert_eq!(
        (
            preflight.status,
            preflight.header("access-control-allow-methods"),
            preflight.header("access-control-allow-origin")
        ),
        (204, Some("GET, PATCH"), None)
    );
    assert_eq!(
        instance.http("PATCH", "/orders/7", b"").text(),
        "order 7 changed\n"
    );
    let example = include_str!("../functions/cors.rs");
    let code = example.find("/// The page whose").expect("the code");
    let page = include_str!("../../src/guide/cors.md");
    assert!(page.contains(&example[code..]), "the page has other code");
}

#[test]
fn stream_sends_a_chunk_for_each_prime() {
    let instance = Instance::start("stream", &[]);
    let mut connection = instance.connect();
    let headers = [("X-Fc-Control-Path", "/http-invoke")];
    connection.send(&request("GET", "/primes/12", &headers, b""));
    let (status, headers) = connection.head().expect("a head");
    assert_eq!(status, 200);
    for header in [
        ("content-type", "text/event-stream"),
        ("transfer-encoding", "chunked"),
    ] {
        assert!(
            headers
                .iter()
                .any(|(name, value)| (name.as_str(), value.as_str()) == header),
            "{headers:?}"
        );
    }
    for prime in [2, 3, 5, 7, 11] {
        let event = format!("data: {prime}\n\n");
        assert_eq!(connection.chunk(), Ok(event.into_bytes()));
    }
    assert_eq!(connection.chunk(), Ok(Vec::new()), "the end");
    assert_eq!(instance.http("GET", "/primes/many", b"").status, 400);
}

#[test]
fn initialize_reads_its_greetings_once_for_all_calls() {
    let instance = Instance::start("initialize", &[("GREETINGS", "en=Hello,de=Hallo")]);
    let initialized = instance.call("POST", "/initialize", "first", b"");
    assert_eq!(initialized.status, 200);
    assert_eq!(instance.invoke("id", b"de").text(), "Hallo");
    assert_eq!(instance.invoke("id", b"en").text(), "Hello");
    let unknown = instance.invoke("id", b"fr").json();
    assert_eq!(unknown["errorType"], "UnknownLanguage");
    instance.signal("-TERM");
    let (status, lines) = instance.wait();
    assert!(status.success(), "{status}");
    let logged = |end: &str| lines.iter().filter(|line| line.ends_with(end)).count();
    assert_eq!(logged("first [INFO] reading the greetings"), 1);
    assert_eq!(logged("[INFO] 3 calls were served"), 1);
    assert_eq!(logged("reading the greetings"), 1, "{lines:#?}");
}

#[test]
fn initialize_says_what_it_lacks_and_works_without_being_called() {
    let instance = Instance::start("initialize", &[("GREETINGS", "en=Hello")]);
    assert_eq!(instance.invoke("id", b"en").text(), "Hello");
    let instance = Instance::start("initialize", &[]);
    let failed = instance.call("POST", "/initialize", "id", b"");
    assert_eq!(
        (failed.status, failed.json()["errorType"].as_str()),
        (404, Some("NoGreetings"))
    );
}

#[cfg(feature = "events")]
#[test]
fn api_gateway_answers_in_the_form_of_the_gateway() {
    let instance = Instance::start("api-gateway", &[]);
    let ask = |event: &str| instance.invoke("id", event.as_bytes()).json();
    let hello = ask(r#"{"path":"/hello","httpMethod":"GET","queryParameters":{"name":"Ada"}}"#);
    assert_eq!(
        (hello["statusCode"].as_u64(), hello["body"].as_str()),
        (Some(200), Some("Hello Ada!"))
    );
    let echo =
        ask(r#"{"path":"/echo","httpMethod":"POST","body":"AP8=","isBase64Encoded":"true"}"#);
    assert_eq!(
        (echo["body"].as_str(), echo["isBase64Encoded"].as_bool()),
        (Some("AP8="), Some(true))
    );
    assert_eq!(ask("{}")["statusCode"], 404);
    assert_eq!(ask("[]")["errorType"], "InvalidEvent");
}

#[cfg(feature = "events")]
#[test]
fn oss_adds_up_what_has_come_into_the_bucket() {
    let instance = Instance::start("oss", &[]);
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/fc-local/events/oss.json");
    let event = fs::read(sample).expect("the sample that the example names");
    let result = instance.invoke("id", &event).json();
    assert_eq!(
        result,
        serde_json::json!({"objects": 1, "bytes": 48213}),
        "what was removed does not count"
    );
    let lines = instance.lines();
    let new = r#"id [INFO] Some("2026/海边 1+1%20.jpg") is new in Some("holiday-photos")"#;
    assert!(lines.iter().any(|line| line.ends_with(new)), "{lines:#?}");
    assert_eq!(
        instance.invoke("id", b"").json()["errorType"],
        "InvalidEvent"
    );
}

#[test]
fn every_function_is_an_example_of_cargo_and_is_started_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("the manifest");
    let tests = include_str!("examples.rs");
    for entry in fs::read_dir(root.join("tests/functions")).expect("the functions") {
        let path = entry.expect("an entry").path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let name = name.expect("a name in UTF-8");
        assert!(
            manifest.contains(&format!(
                "name = \"{name}\"\npath = \"tests/functions/{name}.rs\""
            )),
            "Cargo.toml has no [[example]] for {name}"
        );
        // These are no examples to begin from: the other tests start them.
        let is_for_tests = ["ends", "testbed"].contains(&name);
        assert!(
            is_for_tests || tests.contains(&format!("Instance::start(\"{name}\"")),
            "no test starts {name}"
        );
    }
}
