use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hyper::body::{Body as HttpBody, Bytes, Frame};
use tokio::sync::mpsc;

use super::channel_body;

#[test]
fn what_came_before_an_error_can_be_sent_before_it() {
    let (frames, body) = mpsc::channel(2);
    let piece = Frame::data(Bytes::from_static(b"piece"));
    frames.try_send(Ok(piece)).expect("room");
    frames.try_send(Err("broken".into())).expect("room");
    let (mut body, mut context) = (pin!(channel_body(body)), Context::from_waker(Waker::noop()));
    let mut poll = || body.as_mut().poll_frame(&mut context);
    assert!(matches!(poll(), Poll::Ready(Some(Ok(_)))));
    assert!(poll().is_pending());
    assert!(matches!(poll(), Poll::Ready(Some(Err(_)))));
}
