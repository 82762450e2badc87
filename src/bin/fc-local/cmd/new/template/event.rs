//! An event function for Alibaba Cloud Function Compute.

use fc_runtime::{Context, Error, Runtime, RuntimeError, log};

// Because musl's own allocator has one lock for all threads.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: fc_runtime::PerCore = fc_runtime::PerCore;

fn main() -> Result<(), RuntimeError> {
    Runtime::new().invoke(handle).run()
}

/// Handles one event: takes its bytes, and returns the bytes of the result.
fn handle(event: &[u8], ctx: &Context) -> Result<Vec<u8>, Error> {
    log::info!(
        "an event of {} bytes, {:?} left",
        event.len(),
        ctx.remaining()
    );
    let name = std::str::from_utf8(event)?;
    Ok(format!("Hello {name}!").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::handle;
    use fc_runtime::Context;

    #[test]
    fn the_event_is_greeted() {
        let result = handle(b"World", &Context::default()).expect("a result");
        assert_eq!(result, b"Hello World!");
    }

    #[test]
    fn an_event_that_is_not_text_is_an_error() {
        let error = handle(b"\xff", &Context::default()).expect_err("an error");
        assert!(error.message().contains("invalid utf-8"), "{error:?}");
    }
}
