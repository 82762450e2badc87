//! Requests to the control plane that are refused, of whom or for what they ask; what was there before stays.

use serde_json::{Value, json};

use super::{assert_error, code};
use crate::support::{KEY_SECRET, Server, authorization, package, zip_of};

#[test]
fn what_fc_would_refuse_is_refused() {
    let server = Server::start();
    server.deploy(&json!({}));
    let put = |fields: Value| server.api("PUT", "/services/s/functions/f", &fields);
    assert_error(
        &put(json!({"runtime": "nodejs12"})),
        400,
        "InvalidArgument",
        "fc-local runs custom runtimes only",
    );
    assert_error(
        &put(json!({"timout": 9})),
        400,
        "InvalidArgument",
        "'timout' is not a field of a function: correct its spelling, or leave it out",
    );
    assert_error(
        &put(json!({"timeout": 90_000})),
        400,
        "InvalidArgument",
        "not a number from 1 to 86400",
    );
    assert_error(
        &put(json!({"instanceConcurrency": 201})),
        400,
        "InvalidArgument",
        "from 1 to 200",
    );
    assert_error(
        &put(json!({"environmentVariables": {"FC_X": "1"}})),
        400,
        "InvalidArgument",
        "reserved",
    );
    assert_error(
        &put(json!({"code": {}})),
        400,
        "InvalidArgument",
        "neither zipFile nor ossBucketName",
    );
    let stored = json!({"code": {"ossBucketName": "b", "ossObjectName": "o"}});
    assert_error(
        &put(stored),
        400,
        "InvalidArgument",
        "upload it with `fun package`",
    );
    assert_error(
        &server.api("POST", "/services", &json!({"serviceName": "1"})),
        400,
        "InvalidArgument",
        "serviceName '1'",
    );
    let nothing = server.signed("PUT", "/2016-08-15/services/s", &[], b"[1]");
    assert_error(&nothing, 400, "InvalidArgument", "not a JSON object");
    assert_error(
        &server.api("GET", "/services/s.7", &json!(null)),
        404,
        "VersionNotFound",
        "keeps only LATEST of a service",
    );
    assert_error(
        &server.api("GET", "/nowhere", &json!(null)),
        400,
        "PathNotSupported",
        "'GET' against",
    );
    assert_eq!(
        server.invoke("still the old one").text(),
        "still the old one"
    );
}

#[test]
fn a_broken_package_is_refused_and_the_old_one_stays() {
    let server = Server::start();
    server.deploy(&json!({}));
    let mut damaged = zip_of(&[("bootstrap", &[b'x'; 4096], 0o755)]);
    let middle = damaged.len() / 3;
    damaged[middle] ^= 0xff;
    // As large as a package of this size may not be, and 65 KB when it is packed.
    let zeros = vec![0; 64 * 1024 * 1024 + 1];
    for (zip, words) in [
        (b"no zip at all".to_vec(), "not a readable zip file"),
        (package()[..300].to_vec(), "not a readable zip file"),
        (damaged, "not a readable zip file"),
        (
            zip_of(&[("bootstrap", b"", 0o755), ("../evil", b"", 0o644)]),
            "leads out of it: \"../evil\"",
        ),
        (
            zip_of(&[("bootstrap", b"", 0o755), (&"n".repeat(2049), b"", 0o644)]),
            "a name of more than 2048 bytes; shorten \"nnn",
        ),
        (
            zip_of(&[("bootstrap", b"", 0o755), ("zeros", &zeros, 0o644)]),
            "unpacks to more than 67108864 bytes, the most for one of its size",
        ),
    ] {
        let reply = server.api(
            "PUT",
            "/services/s/functions/f",
            &json!({"code": code(&zip)}),
        );
        assert_error(&reply, 400, "InvalidArgument", words);
    }
    let none = server.api(
        "PUT",
        "/services/s/functions/f",
        &json!({"code": {"zipFile": "%%%"}}),
    );
    assert_error(&none, 400, "InvalidArgument", "not base64");
    assert_eq!(server.invoke("still here").text(), "still here");
}

#[test]
fn a_request_without_the_right_signature_changes_nothing() {
    let server = Server::start();
    let body = json!({"serviceName": "s"}).to_string();
    let target = "/2016-08-15/services";
    let wrong = server.signed_with("wrong", "POST", target, &[], body.as_bytes());
    assert_error(
        &wrong,
        403,
        "SignatureNotMatch",
        "does not match the signature you provided",
    );
    let unsigned = server.request("POST", target, &[], body.as_bytes());
    assert_error(&unsigned, 400, "MissingRequiredHeader", "authorization");
    let date = httpdate::fmt_http_date(std::time::SystemTime::now());
    let signature =
        authorization(KEY_SECRET, "POST", target, &[], &date).replace("test-key", "another");
    let stranger = server.request(
        "POST",
        target,
        &[("date", &date), ("authorization", &signature)],
        body.as_bytes(),
    );
    assert_error(&stranger, 403, "InvalidAccessKeyID", "'another'");
    let tampered = server.signed("POST", target, &[("content-md5", "AAAA")], body.as_bytes());
    assert_error(&tampered, 400, "InvalidArgument", "Content-MD5");
    assert_error(
        &server.api("GET", "/services/s", &json!(null)),
        404,
        "ServiceNotFound",
        "'s'",
    );
}
