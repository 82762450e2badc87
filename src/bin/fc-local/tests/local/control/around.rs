//! What clients read around a function: instances, code, settings, and where to put a large package.

use std::fs;
use std::io::BufReader;
use std::time::SystemTime;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha1::Sha1;

use super::code;
use crate::support::{Reply, Server, package, send, wait_for};

/// A server with the function `f` of FC 3.0, with these fields over the defaults.
fn server(more: &Value) -> Server {
    let server = Server::start();
    let mut function = json!({
        "functionName": "f", "runtime": "custom", "timeout": 30, "code": code(&package()),
    });
    let fields = function.as_object_mut().expect("an object");
    fields.extend(more.as_object().cloned().unwrap_or_default());
    let reply = server.api_fc3("POST", "/functions", &function);
    assert!(matches!(reply.status, 200 | 201), "{reply:?}");
    server
}

fn get(server: &Server, path: &str) -> Value {
    let reply = server.api_fc3("GET", path, &json!(null));
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    reply.json()
}

fn invoke(server: &Server, event: &str) -> Reply {
    server.fc3(
        "POST",
        ["/functions/f/invocations", ""],
        &[],
        event.as_bytes(),
    )
}

#[test]
fn a_trigger_of_fc_3_shows_an_address_at_which_the_function_answers() {
    let server = server(&json!({}));
    let config = json!({"authType": "anonymous", "methods": ["GET"]}).to_string();
    let trigger = json!({"triggerName": "t", "triggerType": "http", "triggerConfig": config});
    let created = server
        .api_fc3("POST", "/functions/f/triggers", &trigger)
        .json();
    assert_eq!(
        (&created["qualifier"], &created["description"]),
        (&json!("LATEST"), &json!(""))
    );
    let url = created["httpTrigger"]["urlInternet"]
        .as_str()
        .expect("an address");
    assert_eq!(created["httpTrigger"]["urlIntranet"], url);
    let target = url
        .strip_prefix(&format!("http://{}", server.address))
        .expect("of this server");
    let request = server.request("GET", &format!("{target}a%20b//c?q=1"), &[], b"");
    assert_eq!(
        (request.status, request.header("content-disposition")),
        (201, "attachment")
    );
    let request = request.json();
    assert_eq!(request["target"], "/a%20b//c?q=1");
    let headers = request["headers"].to_string();
    assert!(headers.contains("[\"X-Fc-Base-Path\",\"\"]"), "{headers}");
    let refused = server.request("POST", target, &[], b"");
    assert_eq!(refused.status, 403, "{refused:?}");
}

#[test]
fn the_instances_that_run_are_listed() {
    let server = server(&json!({}));
    assert_eq!(
        get(&server, "/functions/f/instances")["instances"],
        json!([])
    );
    let id = invoke(&server, "x").header("x-fc-instance-id").to_owned();
    let list = get(&server, "/functions/f/instances");
    let instance = &list["instances"][0];
    assert_eq!(
        [
            &instance["instanceId"],
            &instance["versionId"],
            &instance["status"]
        ],
        [&json!(id), &json!("0"), &json!("Running")]
    );
    assert!(
        instance["createdTimeMs"]
            .as_u64()
            .is_some_and(|time| time > 1_700_000_000_000)
    );
    for (query, count) in [
        ("instanceIds=%5B%22c-1%22%5D", 0),
        ("instanceStatus=%5B%22Running%22%5D", 1),
        ("instanceStatus=%5B%22Destroyed%22%5D", 0),
    ] {
        let list = server.api_query_fc3("/functions/f/instances", query).json();
        assert_eq!(
            list["instances"].as_array().map(Vec::len),
            Some(count),
            "{query}"
        );
    }
}

#[test]
fn the_code_can_be_read_back_by_the_address_that_is_given_and_by_no_other() {
    let server = server(&json!({}));
    let given = get(&server, "/functions/f/code");
    assert_eq!(
        given["checksum"],
        get(&server, "/functions/f")["codeChecksum"]
    );
    let url = given["url"].as_str().expect("an address");
    let target = url
        .strip_prefix(&format!("http://{}", server.address))
        .expect("of this server");
    assert_eq!(server.request("GET", target, &[], b"").body, package());
    let later = target.replace("Expires=1", "Expires=9");
    let (path, _) = target.split_once('?').expect("a query");
    for forged in [later.as_str(), path] {
        assert_eq!(
            server.request("GET", forged, &[], b"").status,
            403,
            "{forged}"
        );
    }
}

#[test]
fn a_reservation_limits_the_calls_of_all_instances() {
    let folder = tempfile::tempdir().expect("folder");
    let [signal, gate] = ["signal", "gate"].map(|name| folder.path().join(name));
    let server = server(&json!({}));
    let path = "/functions/f/concurrency";
    assert_eq!(server.api_fc3("GET", path, &json!(null)).status, 404);
    let put = server.api_fc3("PUT", path, &json!({"reservedConcurrency": 1}));
    assert_eq!(
        (put.status, &put.json()["reservedConcurrency"]),
        (200, &json!(1))
    );
    let event = format!("signal-and-wait {} {}", signal.display(), gate.display());
    std::thread::scope(|scope| {
        let first = scope.spawn(|| invoke(&server, &event));
        wait_for("the first call", || signal.exists().then_some(()));
        let second = invoke(&server, "x");
        assert_eq!(
            (second.status, &second.json()["Code"]),
            (429, &json!("ResourceExhausted"))
        );
        fs::write(&gate, "").expect("written");
        assert_eq!(first.join().expect("the first call").status, 200);
    });
    assert_eq!(invoke(&server, "x").text(), "x");
    let list = get(&server, "/concurrency-configs");
    assert_eq!(
        list["configs"][0]["functionArn"],
        get(&server, "/functions/f")["functionArn"]
    );
    assert_eq!(server.api_fc3("DELETE", path, &json!(null)).status, 204);
    assert_eq!(get(&server, "/concurrency-configs")["configs"], json!([]));
}

#[test]
fn what_clients_read_before_they_delete_a_function_is_there() {
    let server = server(&json!({}));
    for (path, expected) in [
        ("/functions/f/vpc-bindings", json!({"vpcIds": []})),
        ("/functions/f/aliases", json!({"aliases": []})),
        (
            "/functions/f/versions",
            json!({"versions": [], "direction": "BACKWARD"}),
        ),
        ("/functions/f/provision-config", json!({})),
        ("/functions/f/scaling-config", json!({})),
        ("/scaling-configs", json!({"scalingConfigs": []})),
        ("/provision-configs", json!({"provisionConfigs": []})),
        ("/async-invoke-configs", json!({"configs": []})),
        (
            "/regions",
            json!({"Regions": {"Region": [{"RegionId": "cn-hangzhou", "LocalName": "cn-hangzhou"}]}}),
        ),
    ] {
        assert_eq!(get(&server, path), expected, "{path}");
    }
    let asked = json!({"minInstances": 2});
    let put = server
        .api_fc3("PUT", "/functions/f/scaling-config", &asked)
        .json();
    assert_eq!(
        (&put["minInstances"], &put["targetInstances"]),
        (&json!(2), &json!(2))
    );
    let config = json!({"maxAsyncRetryAttempts": 1});
    server.api_fc3("PUT", "/functions/f/async-invoke-config", &config);
    let list = server
        .api_query_fc3("/async-invoke-configs", "functionName=f")
        .json();
    assert_eq!(list["configs"][0]["maxAsyncRetryAttempts"], 1);
    let list = server
        .api_query_fc3("/async-invoke-configs", "functionName=g")
        .json();
    assert_eq!(list["configs"], json!([]));
}

/// Asks the package store as a client does that knows it by this server's address: with the bucket in the path.
fn store(server: &Server, [id, secret]: [&str; 2], method: &str, path: &str, body: &[u8]) -> Reply {
    let date = httpdate::fmt_http_date(SystemTime::now());
    let mut mac = Hmac::<Sha1>::new_from_slice(secret.as_bytes()).expect("a key");
    mac.update(format!("{method}\n\n\n{date}\n{path}").as_bytes());
    let signature = BASE64.encode(mac.finalize().into_bytes());
    let authorization = format!("OSS {id}:{signature}");
    let headers = [("Date", date.as_str()), ("Authorization", &authorization)];
    let mut stream = server.connect();
    send(&mut stream, method, path, &headers, body);
    Reply::read(&mut BufReader::new(stream), method)
}

#[test]
fn a_large_package_goes_where_the_token_says_and_becomes_the_code() {
    let server = server(&json!({}));
    let token = server.api("GET", "/tempBucketToken", &json!(null)).json();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let credentials = &token["credentials"];
    let [id, secret] = ["AccessKeyId", "AccessKeySecret"].map(|name| text(&credentials[name]));
    let (bucket, object) = (text(&token["ossBucket"]), text(&token["objectName"]));
    let keys = [id.as_str(), secret.as_str()];
    let path = format!("/{bucket}/1234567890123456/{object}");
    assert_eq!(store(&server, keys, "PUT", &path, &package()).status, 200);
    let buckets = store(&server, keys, "GET", "/", b"");
    assert!(
        buckets.text().contains(&format!("<Name>{bucket}</Name>")),
        "{buckets:?}"
    );
    let forged = store(&server, [keys[0], "wrong"], "GET", "/", b"");
    assert_eq!(forged.status, 403, "{forged:?}");
    let object = format!("1234567890123456/{object}");
    let code = json!({"code": {"ossBucketName": bucket, "ossObjectName": object}});
    assert_eq!(server.api_fc3("PUT", "/functions/f", &code).status, 200);
    assert_eq!(invoke(&server, "x").text(), "x");
}

#[test]
fn functions_of_fc_3_get_tags_and_lose_them() {
    let server = server(&json!({}));
    let add = json!({
        "ResourceType": "FUNCTION", "ResourceId": ["f"],
        "Tag": [{"Key": "team", "Value": "x"}, {"Key": "stage", "Value": "test"}],
    });
    assert_eq!(server.api_fc3("POST", "/tags-v2", &add).status, 204);
    let pairs = |query: &str| {
        let list = server.api_query_fc3("/tags-v2", query).json();
        let items = list["TagResources"].as_array().cloned().unwrap_or_default();
        let pairs = items.iter().map(|item| {
            let text = |name: &str| item[name].as_str().unwrap_or_default();
            format!(
                "{}:{}={}",
                text("ResourceId"),
                text("TagKey"),
                text("TagValue")
            )
        });
        pairs.collect::<Vec<_>>().join(" ")
    };
    let both = "f:stage=test f:team=x";
    for (query, expected) in [
        ("ResourceType=function", both),
        ("ResourceType=ALIYUN%3A%3AFC%3AFUNCTION", both),
        ("ResourceId=%5B%22f%22%5D&ResourceType=function", both),
        ("ResourceId=%5B%22g%22%5D&ResourceType=function", ""),
        (
            "ResourceType=function&Tag=%5B%7B%22Key%22%3A%22team%22%2C%22Value%22%3A%22y%22%7D%5D",
            "",
        ),
    ] {
        assert_eq!(pairs(query), expected, "{query}");
    }
    let arn = "acs%3Afc%3Acn-hangzhou%3A1234567890123456%3Afunctions%2Ff";
    let query =
        format!("ResourceId=%5B%22{arn}%22%5D&ResourceType=function&TagKey=%5B%22team%22%5D");
    assert_eq!(
        server.fc3("DELETE", ["/tags-v2", &query], &[], b"").status,
        204
    );
    assert_eq!(pairs("ResourceType=function"), "f:stage=test");
    assert_eq!(
        get(&server, "/functions/f")["tags"],
        json!([{"Key": "stage", "Value": "test"}])
    );
    let other = server.api_query_fc3("/tags-v2", "ResourceType=service");
    assert_eq!(other.status, 400, "{other:?}");
}
