//! Drives the real `fc-local` from outside: the one-shot command, the API with its instances, the state on the disk.
//!
//! The functions under test run `function/bootstrap`, a custom runtime that misbehaves on request.

mod apart;
mod calls;
mod chaos;
mod check;
mod cli;
mod connections;
mod control;
mod damage;
mod doctor;
mod events;
mod guard;
mod health;
mod http;
mod instances;
mod invoke;
mod keys;
mod killed;
mod layout;
mod logs;
mod make;
mod memory;
mod new;
mod packed;
mod relay;
mod remote;
mod resources;
mod runtime;
mod s_yaml;
mod secrets;
mod sessions;
mod state;
mod stop;
#[path = "../support/mod.rs"]
mod support;
mod tasks;
mod timers;
mod versions;
mod watch;
