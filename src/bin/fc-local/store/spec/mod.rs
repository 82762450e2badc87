//! What users describe, typed: services, functions, triggers, domains and how asynchronous calls are retried.
//!
//! The fields that fc-local plays have types; those that it does not play are listed by name, kept and given back. A field
//! that is neither is refused: it is a typo, and without a word the function would run otherwise than is meant.

mod affinity;
mod alias;
mod async_config;
mod capacity;
mod defaults;
mod domain;
mod fields;
mod function;
mod health;
mod lists;
mod rewrite;
mod schedule;
mod service;
mod session;
mod trigger;
mod wrong;

pub(crate) use alias::AliasSpec;
pub(crate) use async_config::AsyncSpec;
pub(crate) use capacity::{ConcurrencySpec, ProvisionSpec, ScalingSpec};
pub(crate) use domain::{DomainSpec, NoRoute};
pub(crate) use fields::{Fields, Spec};
pub(crate) use function::FunctionSpec;
pub(crate) use service::ServiceSpec;
pub(crate) use session::SessionSpec;
pub(crate) use trigger::{Timer, TriggerSpec};
pub(crate) use wrong::no_json;

#[cfg(test)]
mod tests;
