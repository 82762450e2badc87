//! The routes of custom domains: to which function, with which methods, and what of the path is rewritten (fc3 §8).

use serde_json::{Value, json};

use super::server_with;
use crate::support::{DOMAIN, Reply, Server};

/// Gives the domain of `s/f` these routes.
fn put(server: &Server, routes: &Value) -> Reply {
    let change = json!({"routeConfig": {"routes": routes}});
    server.api("PUT", &format!("/custom-domains/{DOMAIN}"), &change)
}

fn route(more: &Value) -> Value {
    let mut route = json!({"path": "/*", "serviceName": "s", "functionName": "f"});
    let fields = route.as_object_mut().expect("an object");
    fields.extend(more.as_object().cloned().unwrap_or_default());
    route
}

#[test]
fn a_route_takes_its_methods_and_leaves_others_to_less_exact_ones() {
    let server = server_with(&json!({}));
    let exact = route(&json!({
        "path": "/a/*", "methods": ["GET"],
        "rewriteConfig": {"equalRules": [{"match": "/a/x", "replacement": "/exact"}]},
    }));
    assert_eq!(put(&server, &json!([exact])).status, 200);
    let seen = |method: &str| server.by_domain(method, "/a/x", &[], b"").json()["target"].clone();
    assert_eq!(seen("GET"), "/exact");
    let refused = server.by_domain("POST", "/a/x", &[], b"");
    assert_eq!(refused.error(), (403, "AccessDenied".to_owned()));
    let none = server.by_domain("GET", "/b", &[], b"");
    assert_eq!(none.error(), (404, "DomainRouteNotFound".to_owned()));
    assert_eq!(put(&server, &json!([exact, route(&json!({}))])).status, 200);
    assert_eq!(
        (seen("GET"), seen("POST")),
        (json!("/exact"), json!("/a/x"))
    );
}

#[test]
fn a_function_sees_what_the_rules_of_the_route_make_of_path_and_query() {
    let server = server_with(&json!({}));
    let rules = json!({
        "equalRules": [{"match": "/api/exact", "replacement": "/one"}],
        "wildcardRules": [{"match": "^/api/*", "replacement": "/two/$1"}],
        "regexRules": [{"match": "^/v[0-9]+/", "replacement": "/three/"}],
    });
    assert_eq!(
        put(&server, &json!([route(&json!({"rewriteConfig": rules}))])).status,
        200
    );
    for (target, expected) in [
        ("/api/exact?a=1", "/one?a=1"),
        ("/api/f?a=1", "/two/f?a=1"),
        ("/v12/f", "/three/f"),
        ("/other%20one?a=1", "/other%20one?a=1"),
    ] {
        let reply = server.by_domain("GET", target, &[], b"");
        assert_eq!(reply.json()["target"], expected, "{target}");
    }
}

#[test]
fn routes_that_lead_nowhere_and_names_that_no_domain_has_are_refused() {
    let server = server_with(&json!({}));
    for (more, status, code) in [
        (json!({"functionName": "g"}), 404, "FunctionNotFound"),
        (json!({"serviceName": "t"}), 404, "ServiceNotFound"),
        (json!({"qualifier": "7"}), 404, "VersionNotFound"),
        (
            json!({"rewriteConfig": {"regexRules": [{"match": "(", "replacement": "/"}]}}),
            400,
            "InvalidArgument",
        ),
    ] {
        let reply = put(&server, &json!([route(&more)]));
        assert_eq!(reply.error(), (status, code.to_owned()), "{more}");
    }
    for name in [
        "1.fc.aliyuncs.com",
        "no_host.example",
        "*.example.test",
        "192.0.2.1",
    ] {
        let domain = json!({"domainName": name, "routeConfig": {"routes": [route(&json!({}))]}});
        let reply = server.api("POST", "/custom-domains", &domain);
        assert_eq!(reply.error(), (400, "InvalidArgument".to_owned()), "{name}");
    }
    assert_eq!(server.by_domain("GET", "/still", &[], b"").status, 201);
    let path = "/services/s/functions/f";
    for path in [&format!("{path}/triggers/t"), path] {
        assert_eq!(server.api("DELETE", path, &json!(null)).status, 204);
    }
    let change = json!({"protocol": "HTTP,HTTPS"});
    let path = format!("/custom-domains/{DOMAIN}");
    assert_eq!(
        server.api("PUT", &path, &change).status,
        200,
        "the routes are the same"
    );
}
