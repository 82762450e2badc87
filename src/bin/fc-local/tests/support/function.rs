//! The test function `s/f` of a running server: its deployment, and calls of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::DOMAIN;
use super::package::package;
use super::server::Server;
use super::wire::Reply;

impl Server {
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
}
