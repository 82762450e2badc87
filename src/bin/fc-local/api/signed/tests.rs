use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hyper::body::Bytes;

use super::{LARGE_BODY_BYTES, check_body};
use crate::signature::SignedBody;

#[tokio::test]
async fn the_digest_of_a_large_body_holds_up_nobody() {
    for (bytes, waits) in [(LARGE_BODY_BYTES - 1, false), (LARGE_BODY_BYTES, true)] {
        let body = Bytes::from(vec![b'x'; bytes]);
        let mut checking = pin!(check_body(SignedBody::Sha256("other".into()), &body));
        let first = checking
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        let checked = match first {
            Poll::Ready(checked) => {
                assert!(!waits, "{bytes} bytes kept the thread that serves");
                checked
            }
            Poll::Pending => {
                assert!(waits, "{bytes} bytes went to another thread");
                checking.await
            }
        };
        assert!(checked.is_err(), "it was not signed");
    }
}
