//! `ContextBuilder`, which makes the context of a test.
//!
//! Owns how a value becomes a header. It must not know how the context reads it.

use std::time::Instant;

use super::{Context, Limit};
use crate::headers::{Headers, name};

/// Fills a [`Context`] for a test.
#[derive(Debug, Clone, Default)]
pub struct ContextBuilder {
    fields: Headers,
}

impl ContextBuilder {
    /// The context of a call that has just arrived, with everything that was set.
    pub fn build(self) -> Context {
        Context::new(self.fields, Instant::now(), Limit::Function)
    }

    /// Sets the credentials of the function's role.
    #[must_use]
    pub fn credentials(
        self,
        access_key_id: &str,
        access_key_secret: &str,
        security_token: &str,
    ) -> Self {
        self.header(name::ACCESS_KEY_ID, access_key_id)
            .header(name::ACCESS_KEY_SECRET, access_key_secret)
            .header(name::SECURITY_TOKEN, security_token)
    }

    /// Sets any `x-fc-*` header of the call.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.fields.push(name, value.as_bytes());
        self
    }

    /// Sets the request id.
    #[must_use]
    pub fn request_id(self, request_id: &str) -> Self {
        self.header(name::REQUEST_ID, request_id)
    }

    /// Sets the function's memory, in MB.
    #[must_use]
    pub fn memory_mb(self, megabytes: u32) -> Self {
        self.header(name::FUNCTION_MEMORY, &megabytes.to_string())
    }

    /// Sets the function's timeout, in seconds, and with it the deadline.
    #[must_use]
    pub fn timeout_seconds(self, seconds: u32) -> Self {
        self.header(name::FUNCTION_TIMEOUT, &seconds.to_string())
    }

    /// Sets the initializer's timeout, in seconds.
    #[must_use]
    pub fn initialization_timeout_seconds(self, seconds: u32) -> Self {
        self.header(name::INITIALIZATION_TIMEOUT, &seconds.to_string())
    }

    /// Sets how many attempts of the call there were before.
    #[must_use]
    pub fn retry_count(self, retries: u32) -> Self {
        self.header(name::RETRY_COUNT, &retries.to_string())
    }
}
