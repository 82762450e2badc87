//! Drives the real `fc-local` from outside: the one-shot command, the API with its instances, the state on
//! the disk, and, where it is installed, the real `fun` CLI.
//!
//! The functions under test run `function/bootstrap`, a custom runtime that misbehaves on request.
#![cfg(feature = "local")]

mod calls;
mod check;
mod cli;
mod control;
mod doctor;
mod events;
mod fun;
mod http;
mod instances;
mod invoke;
mod make;
mod new;
mod remote;
mod resources;
mod runtime;
mod secrets;
mod state;
mod support;
mod watch;
