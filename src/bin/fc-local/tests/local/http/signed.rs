//! Signed calls of HTTP triggers of FC 3.0.

use std::time::{Duration, SystemTime};

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::json;

use crate::support::{DOMAIN, KEY_SECRET, Reply, Server, borrowed, package, sign_trigger};

/// A server with a function of FC 3.0 whose trigger wants a signature, and its domain.
fn server() -> Server {
    let server = Server::start();
    let function = json!({
        "functionName": "f", "runtime": "custom.debian12", "handler": "index.handler",
        "code": {"zipFile": BASE64.encode(package())},
    });
    let config = json!({"authType": "function", "methods": ["GET", "POST"]}).to_string();
    let trigger = json!({"triggerName": "t", "triggerType": "http", "triggerConfig": config});
    let routes = json!([{"path": "/*", "functionName": "f"}]);
    let domain =
        json!({"domainName": DOMAIN, "protocol": "HTTP", "routeConfig": {"routes": routes}});
    for (path, body) in [
        ("/functions", function),
        ("/functions/f/triggers", trigger),
        ("/custom-domains", domain),
    ] {
        let reply = server.api_fc3("POST", path, &body);
        assert!(matches!(reply.status, 200 | 201), "{path}: {reply:?}");
    }
    server
}

/// Signs a call with or without its body, and sends it.
fn call(server: &Server, signed_body: Option<&[u8]>, date: SystemTime, body: &[u8]) -> Reply {
    let signed = sign_trigger(
        KEY_SECRET,
        ["POST", "/echo", "name=a%20b"],
        signed_body,
        date,
    );
    server.by_domain("POST", "/echo?name=a+b", &borrowed(&signed), body)
}

#[test]
fn the_signature_of_fc_3_opens_its_trigger_and_covers_the_body_if_its_digest_is_sent() {
    let server = server();
    let now = SystemTime::now();
    for signed_body in [None, Some(b"sent".as_slice())] {
        let reply = call(&server, signed_body, now, b"sent");
        assert_eq!((reply.status, reply.text()), (201, "sent".to_owned()));
    }
    let swapped = call(&server, Some(b"sent"), now, b"other");
    assert_eq!(swapped.error(), (403, "SignatureNotMatch".to_owned()));
}

#[test]
fn a_trigger_of_fc_3_refuses_what_is_unsigned_old_or_signed_for_fc_2() {
    let server = server();
    let host = [("host", DOMAIN)];
    let unsigned = server.by_domain("GET", "/x", &[], b"");
    assert_eq!(unsigned.error(), (400, "MissingRequiredHeader".to_owned()));
    let old = SystemTime::now() - Duration::from_secs(16 * 60);
    let replayed = call(&server, None, old, b"");
    assert_eq!(replayed.error(), (403, "AccessDenied".to_owned()));
    let other = server.signed("GET", "/x", &host, b"");
    assert_eq!(other.error(), (403, "SignatureNotMatch".to_owned()));
    let wrong = sign_trigger("wrong", ["GET", "/x", ""], None, SystemTime::now());
    let wrong = server.by_domain("GET", "/x", &borrowed(&wrong), b"");
    assert_eq!(wrong.error(), (403, "SignatureNotMatch".to_owned()));
}
