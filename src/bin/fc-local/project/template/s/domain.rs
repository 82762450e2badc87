//! The keys that a domain of s.yaml may have, those of the component fc3-domain 0.0.29, as in `schema`.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A resource of the component fc3-domain.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct DomainProps {
    pub(super) domain_name: String,
    pub(super) protocol: Option<Value>,
    pub(super) route_config: Option<RouteConfig>,
    #[serde(rename = "region")]
    _region: Option<IgnoredAny>,
    auth_config: Option<IgnoredAny>,
    cert_config: Option<IgnoredAny>,
    cors_config: Option<IgnoredAny>,
    tls_config: Option<IgnoredAny>,
    waf_config: Option<IgnoredAny>,
}

impl DomainProps {
    /// The keys that it has and fc-local does not play.
    pub(super) fn unplayed(&self) -> Vec<&'static str> {
        let all = [
            (&self.auth_config, "authConfig"),
            (&self.cert_config, "certConfig"),
            (&self.cors_config, "corsConfig"),
            (&self.tls_config, "tlsConfig"),
            (&self.waf_config, "wafConfig"),
        ];
        let found = all.iter().filter(|(value, _)| value.is_some());
        found.map(|(_, name)| *name).collect()
    }
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteConfig {
    #[serde(default)]
    routes: Vec<Route>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Route {
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    function_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    methods: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qualifier: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rewrite_config: Option<Value>,
}
