//! A function of fc-runtime with its smallest HTTP server: what an allocator adds to the package and to the first answer.

use fc_runtime::{Error, Runtime, RuntimeError};
// It brings the allocator.
use musl_percore_bench as _;

fn main() -> Result<(), RuntimeError> {
    Runtime::new()
        .invoke(|event, _| Ok::<_, Error>(event.to_vec()))
        .run()
}
