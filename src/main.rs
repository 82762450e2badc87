//! The `bootstrap` that is shipped: the handlers of `demo` on the runtime.
#![cfg_attr(not(test), no_main)]

mod demo;
#[cfg(not(test))]
#[allow(
    unsafe_code,
    reason = "a name that the C library calls, and one call of the system: see the module"
)]
mod start;

use std::process::ExitCode;

use fc_runtime::Runtime;

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> ExitCode {
    let runtime = Runtime::new()
        .initialize(demo::initialize)
        .invoke(demo::invoke)
        .http(demo::http)
        .pre_freeze(demo::pre_freeze)
        .pre_stop(demo::pre_stop);
    match runtime.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bootstrap: {error}");
            ExitCode::FAILURE
        }
    }
}
