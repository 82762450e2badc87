//! The keys that a function of s.yaml may have, those of the component fc3 0.1.22: one that is misspelt is refused by its name,
//! which Serverless Devs does not do.
//!
//! Written back as JSON, they have the names of the API.

use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::project::template::schema::Variable;

/// A resource of the component fc3: a function with all that belongs to it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct FunctionProps {
    pub(super) function_name: Option<String>,
    pub(super) runtime: Option<String>,
    /// The server's own is used.
    #[serde(rename = "region")]
    _region: Option<IgnoredAny>,
    pub(super) code: Option<Value>,
    #[serde(default)]
    pub(super) triggers: Vec<Trigger>,
    pub(super) async_invoke_config: Option<AsyncConfig>,

    cpu: Option<Value>,
    custom_container_config: Option<Value>,
    custom_runtime_config: Option<CustomRuntime>,
    description: Option<Value>,
    disk_size: Option<Value>,
    environment_variables: Option<BTreeMap<String, Variable>>,
    handler: Option<Value>,
    instance_concurrency: Option<Value>,
    instance_isolation_mode: Option<Value>,
    instance_lifecycle_config: Option<Lifecycle>,
    internet_access: Option<Value>,
    log_config: Option<Value>,
    memory_size: Option<Value>,
    resource_group_id: Option<Value>,
    role: Option<Value>,
    session_affinity: Option<Value>,
    session_affinity_config: Option<Value>,
    tags: Option<Value>,
    timeout: Option<Value>,

    annotations: Option<IgnoredAny>,
    concurrency_config: Option<IgnoredAny>,
    custom_domain: Option<IgnoredAny>,
    #[serde(rename = "customDNS")]
    custom_dns: Option<IgnoredAny>,
    enable_long_living: Option<IgnoredAny>,
    endpoint: Option<IgnoredAny>,
    gpu_config: Option<IgnoredAny>,
    layers: Option<IgnoredAny>,
    nas_config: Option<IgnoredAny>,
    oss_mount_config: Option<IgnoredAny>,
    provision_config: Option<IgnoredAny>,
    scaling_config: Option<IgnoredAny>,
    supplement: Option<IgnoredAny>,
    tracing_config: Option<IgnoredAny>,
    vpc_binding: Option<IgnoredAny>,
    vpc_config: Option<IgnoredAny>,
}

/// A function as the API takes it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FunctionFields {
    runtime: Option<String>,
    cpu: Option<Value>,
    custom_container_config: Option<Value>,
    custom_runtime_config: Option<CustomRuntime>,
    description: Option<Value>,
    disk_size: Option<Value>,
    environment_variables: Option<BTreeMap<String, Variable>>,
    handler: Value,
    instance_concurrency: Value,
    instance_isolation_mode: Option<Value>,
    instance_lifecycle_config: Option<Lifecycle>,
    internet_access: Option<Value>,
    log_config: Option<Value>,
    memory_size: Value,
    resource_group_id: Option<Value>,
    role: Option<Value>,
    session_affinity: Option<Value>,
    session_affinity_config: Option<Value>,
    tags: Option<Value>,
    timeout: Value,
}

/// What the component sends where the file says nothing.
mod default {
    pub(super) const HANDLER: &str = "handler";
    pub(super) const CONCURRENCY: u64 = 1;
    pub(super) const MEMORY_MB: u64 = 512;
    pub(super) const TIMEOUT_SECONDS: u64 = 3;
}

impl FunctionProps {
    /// The keys that it has and fc-local does not play.
    pub(super) fn unplayed(&self) -> Vec<&'static str> {
        let all = [
            (&self.annotations, "annotations"),
            (&self.concurrency_config, "concurrencyConfig"),
            (&self.custom_dns, "customDNS"),
            (&self.custom_domain, "customDomain"),
            (&self.enable_long_living, "enableLongLiving"),
            (&self.endpoint, "endpoint"),
            (&self.gpu_config, "gpuConfig"),
            (&self.layers, "layers"),
            (&self.nas_config, "nasConfig"),
            (&self.oss_mount_config, "ossMountConfig"),
            (&self.provision_config, "provisionConfig"),
            (&self.scaling_config, "scalingConfig"),
            (&self.supplement, "supplement"),
            (&self.tracing_config, "tracingConfig"),
            (&self.vpc_binding, "vpcBinding"),
            (&self.vpc_config, "vpcConfig"),
        ];
        let found = all.iter().filter(|(value, _)| value.is_some());
        let mut names: Vec<_> = found.map(|(_, name)| *name).collect();
        // `auto` makes a project in the cloud.
        if self.log_config.as_ref().is_some_and(Value::is_string) {
            names.push("logConfig: auto");
        }
        let hooks = self.instance_lifecycle_config.as_ref();
        if hooks.is_some_and(Lifecycle::has_command) {
            names.push("instanceLifecycleConfig with a command");
        }
        names
    }

    /// What the API gets of it.
    pub(super) fn into_fields(self) -> FunctionFields {
        FunctionFields {
            runtime: self.runtime,
            cpu: self.cpu,
            custom_container_config: self.custom_container_config,
            custom_runtime_config: self.custom_runtime_config,
            description: self.description,
            disk_size: self.disk_size,
            environment_variables: self.environment_variables,
            handler: self.handler.unwrap_or_else(|| default::HANDLER.into()),
            instance_concurrency: self
                .instance_concurrency
                .unwrap_or_else(|| default::CONCURRENCY.into()),
            instance_isolation_mode: self.instance_isolation_mode,
            instance_lifecycle_config: self.instance_lifecycle_config,
            internet_access: self.internet_access,
            log_config: self.log_config.filter(Value::is_object),
            memory_size: self
                .memory_size
                .unwrap_or_else(|| default::MEMORY_MB.into()),
            resource_group_id: self.resource_group_id,
            role: self.role,
            session_affinity: self.session_affinity,
            session_affinity_config: self.session_affinity_config.map(in_text),
            tags: self.tags,
            timeout: self
                .timeout
                .unwrap_or_else(|| default::TIMEOUT_SECONDS.into()),
        }
    }
}

/// The API has this one as JSON in a string.
fn in_text(config: Value) -> Value {
    match config {
        Value::Object(_) => config.to_string().into(),
        other => other,
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct CustomRuntime {
    #[serde(skip_serializing_if = "Option::is_none")]
    args: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    health_check_config: Option<HealthCheck>,
    #[serde(skip_serializing_if = "Option::is_none")]
    port: Option<Value>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct HealthCheck {
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_threshold: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    http_get_url: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    initial_delay_seconds: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    period_seconds: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success_threshold: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_seconds: Option<Value>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Lifecycle {
    #[serde(skip_serializing_if = "Option::is_none")]
    initializer: Option<Hook>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pre_stop: Option<Hook>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Hook {
    #[serde(skip_serializing)]
    command: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    handler: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<Value>,
}

impl Lifecycle {
    fn has_command(&self) -> bool {
        let mut hooks = [&self.initializer, &self.pre_stop].into_iter().flatten();
        hooks.any(|hook| {
            hook.command
                .as_ref()
                .is_some_and(|command| !command.is_empty())
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Trigger {
    pub(super) trigger_name: String,
    pub(super) trigger_type: String,
    pub(super) trigger_config: Option<Value>,
    pub(super) description: Option<Value>,
    pub(super) invocation_role: Option<Value>,
    pub(super) qualifier: Option<Value>,
    pub(super) source_arn: Option<Value>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct AsyncConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    async_task: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_config: Option<DestinationConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_async_event_age_in_seconds: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_async_retry_attempts: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    qualifier: Option<Value>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct DestinationConfig {
    #[serde(skip_serializing_if = "Option::is_none")]
    on_failure: Option<Destination>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on_success: Option<Destination>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Destination {
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<Value>,
}
