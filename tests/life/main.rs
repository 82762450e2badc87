//! The life of a process: its start, what goes wrong around it, its end.

#[path = "../support/mod.rs"]
mod support;

mod cores;
mod ends;
mod faults;
mod process;
mod stops;
