use super::{Runtime, RuntimeError, Shutdown};
use crate::Error;

#[test]
fn a_runtime_without_a_handler_does_not_run() {
    let error = Runtime::new()
        .initialize(|_| Ok::<_, Error>(()))
        .run()
        .expect_err("there is nothing to serve");
    assert!(matches!(error, RuntimeError::NoHandler));
}

#[test]
fn handles_travel_between_threads() {
    fn sendable<T: Send + Sync + 'static>() {}
    sendable::<Shutdown>();
    sendable::<RuntimeError>();
    sendable::<Runtime>();
}
