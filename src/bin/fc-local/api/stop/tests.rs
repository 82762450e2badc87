use std::time::Duration;

use super::Stop;

/// Longer than any test runs.
const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn draining_ends_with_the_last_connection() {
    let stop = Stop::new();
    let open = stop.enter();
    let (cut, ()) = tokio::join!(stop.drain(LONG), async {
        stop.begun().await;
        drop(open);
    });
    assert_eq!(cut, 0);
    stop.cut().await;
}

#[tokio::test]
async fn draining_has_a_limit_and_says_what_it_cuts() {
    let stop = Stop::new();
    let _open = [stop.enter(), stop.enter()];
    assert_eq!(stop.drain(Duration::ZERO).await, 2);
    stop.cut().await;
}
