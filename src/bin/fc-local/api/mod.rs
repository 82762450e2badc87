//! The HTTP face of fc-local: one listener for the FC 2.0 and FC 3.0 APIs, HTTP triggers, custom domains and the package
//! store.
//!
//! It turns requests into changes of the store and calls of the platform; it must not know how either does its work.
//!
//! ```text
//! listen                                the listener, and the life of its connections
//! router                                which handler gets a request
//! signed                                requests that have to be signed
//! service, function, trigger, domain,   one file per resource: its paths, its methods, its changes
//! async_config, async_task, capacity,
//! instances, session, tags, version,
//! alias
//! account, empty                        of the account and the region; lists of what fc-local does not play
//! invoke, http, asynchronous            calls: events, HTTP requests, events that wait
//! affinity                              where the id of a session stands in a call
//! timer                                 timer triggers, which call by the clock
//! packages, admin                       the package store, fc-local's own commands
//! deploy                                a whole template at once
//! unplayed                              the calls that are refused because fc-local does not play them
//! lookup, outcome, result, paths        finding a function, what is said of a call, what a handler returns, parts of a path
//! guard                                 which requests are let in, by their server and page
//! stop                                  the end: calls in flight are finished, within a limit
//! bodies                                how much memory the bodies of requests take together
//! aside                                 work that would hold up others
//! asked, app, error
//! ```

mod account;
mod admin;
mod affinity;
mod alias;
mod app;
mod aside;
mod asked;
mod async_config;
mod async_task;
mod asynchronous;
mod bodies;
mod capacity;
pub(crate) mod deploy;
mod domain;
mod empty;
mod error;
mod function;
mod guard;
mod http;
mod instances;
mod invoke;
mod listen;
mod lookup;
mod outcome;
mod packages;
mod paths;
mod result;
mod router;
mod service;
mod session;
mod signed;
mod stop;
mod tags;
mod timer;
mod trigger;
mod unplayed;
mod version;

pub(crate) use admin::{PREFIX as ADMIN_PREFIX, SESSIONS, SessionLine};
pub(crate) use app::App;
pub(crate) use asynchronous::Tasks;
pub(crate) use bodies::Bodies;
pub(crate) use guard::Guard;
pub(crate) use listen::serve;
pub(crate) use lookup::ForCalls;
pub(crate) use stop::Stop;
pub(crate) use timer::Clock;
