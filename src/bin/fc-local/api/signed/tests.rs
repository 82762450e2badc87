use std::pin::pin;
use std::sync::mpsc::{Sender, channel};
use std::task::{Context, Poll, Waker};

use hyper::body::Bytes;
use tokio::runtime::{Builder, Runtime};

use super::{LARGE_BODY_BYTES, check_body};
use crate::signature::SignedBody;

/// A runtime whose only thread beside the one that serves is busy until what is returned is dropped: what is given to it is
/// not over before anybody looks.
fn busy_runtime() -> (Runtime, Sender<()>) {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.max_blocking_threads(1).build().expect("threads");
    let (release, held) = channel();
    runtime.spawn_blocking(move || held.recv());
    (runtime, release)
}

#[test]
fn the_digest_of_a_large_body_holds_up_nobody() {
    for (bytes, waits) in [(LARGE_BODY_BYTES - 1, false), (LARGE_BODY_BYTES, true)] {
        let body = Bytes::from(vec![b'x'; bytes]);
        let (runtime, release) = busy_runtime();
        let _serves = runtime.enter();
        let mut checking = pin!(check_body(SignedBody::Sha256("other".into()), &body));
        let first = checking
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        drop(release);
        let checked = match first {
            Poll::Ready(checked) => {
                assert!(!waits, "{bytes} bytes kept the thread that serves");
                checked
            }
            Poll::Pending => {
                assert!(waits, "{bytes} bytes went to another thread");
                runtime.block_on(checking)
            }
        };
        assert!(checked.is_err(), "it was not signed");
    }
}
