//! The fields that real clients send and fc-local does not play, by what they are fields of.
//!
//! They are accepted on purpose: an SDK sends all that its model has. Sources: the models of `@alicloud/fc20230330`,
//! the bodies of `fun` (fun-cli §3), and the pages of the API 2016-08-15.

/// What the platform reports of a thing; a client that sends back what it got means no change of these.
pub(super) const READ_ONLY: &[&str] = &[
    "accountId",
    "apiVersion",
    "codeChecksum",
    "codeSize",
    "createdTime",
    "functionArn",
    "functionId",
    "functionName",
    "httpTrigger",
    "invocationRestriction",
    "lastModifiedTime",
    "lastUpdateStatus",
    "lastUpdateStatusReason",
    "lastUpdateStatusReasonCode",
    "lockInfo",
    "serviceId",
    "serviceName",
    "state",
    "stateReason",
    "stateReasonCode",
    "status",
    "subdomainCount",
    "targetArn",
    "triggerId",
    "triggerName",
    "domainName",
];

pub(super) const SERVICE: &[&str] = &[
    "description",
    "internetAccess",
    "nasConfig",
    "ossMountConfig",
    "policies",
    "resourceGroupId",
    "tags",
    "tracingConfig",
    "useSLRAuthentication",
    "vendorConfig",
    "vpcConfig",
];

pub(super) const FUNCTION: &[&str] = &[
    "asyncConfiguration",
    "cAPort",
    "caPort",
    "cpu",
    "customContainerConfig",
    "customDNS",
    "customHealthCheckConfig",
    "description",
    "disableInjectCredentials",
    "disableOndemand",
    "diskSize",
    "enableLongLiving",
    "gpuConfig",
    "gpuMemorySize",
    "idleTimeout",
    "instanceSoftConcurrency",
    "instanceType",
    "internetAccess",
    "juiceFsConfig",
    "layers",
    "nasConfig",
    "ossMountConfig",
    "polarFsConfig",
    "resourceGroupId",
    "tags",
    "tracingConfig",
    "vpcConfig",
];

pub(super) const TRIGGER: &[&str] = &["description", "invocationRole", "sourceArn"];

pub(super) const DOMAIN: &[&str] = &[
    "authConfig",
    "certConfig",
    "corsConfig",
    "isE2B",
    "protocol",
    "resourceGroupId",
    "tags",
    "tlsConfig",
    "wafConfig",
];

pub(super) const PROVISION: &[&str] = &[
    "alwaysAllocateCPU",
    "alwaysAllocateGPU",
    "current",
    "currentError",
    "qualifier",
    "scheduledActions",
    "targetTrackingPolicies",
];

pub(super) const SCALING: &[&str] = &[
    "currentError",
    "currentInstances",
    "enableMixMode",
    "enableOnDemandScaling",
    "horizontalScalingPolicies",
    "qualifier",
    "requestDispatchPolicy",
    "residentPoolId",
    "scheduledPolicies",
    "targetInstances",
];

pub(super) const SESSION: &[&str] = &[
    "allowInternetAccess",
    "juiceFsConfig",
    "nasConfig",
    "network",
    "ossMountConfig",
    "polarFsConfig",
];

pub(super) const ASYNC: &[&str] = &["function", "service"];
