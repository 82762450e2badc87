use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Frame};
use tokio::sync::mpsc;

use super::{Bodies, Pace};
use crate::platform::body::{Body, BoxError, channel_body};

/// Longer than any test runs.
const LONG: Duration = Duration::from_secs(600);

/// Slower than any test is.
const ANY: Pace = Pace {
    pause: LONG,
    grace: LONG,
    bytes_per_second: 1,
};

fn full(bytes: usize) -> Body {
    let full = Full::new(Bytes::from(vec![b'x'; bytes]));
    full.map_err(|never| match never {}).boxed_unsync()
}

async fn read(bodies: &Bodies, bytes: usize) -> usize {
    let read = bodies.read(full(bytes), Some(bytes as u64), 1000).await;
    read.expect("read").len()
}

#[tokio::test]
async fn a_large_body_waits_until_the_one_before_it_is_dropped_and_a_small_one_does_not() {
    let bodies = Bodies::new(100, 10, ANY);
    let first = bodies.read(full(60), Some(60), 1000).await.expect("read");
    let part = first.slice(..1);
    drop(first);
    let mut second = Box::pin(read(&bodies, 60));
    let small = read(&bodies, 10);
    tokio::select! {
        biased;
        _ = &mut second => panic!("there was no room"),
        bytes = small => assert_eq!(bytes, 10),
    }
    drop(part);
    assert_eq!(second.await, 60);
}

#[tokio::test]
async fn a_body_larger_than_the_room_is_read_alone() {
    let bodies = Bodies::new(100, 10, ANY);
    assert_eq!(read(&bodies, 500).await, 500);
    // One that does not say how large it is may be as large as the limit.
    let unsaid = bodies.read(full(20), None, 1000).await.expect("read");
    assert_eq!(bodies.room.available_permits(), 0);
    drop(unsaid);
    assert_eq!(bodies.room.available_permits(), 100);
}

#[tokio::test]
async fn a_body_that_stalls_gives_its_place_back() {
    let pause = Duration::ZERO;
    let bodies = Bodies::new(100, 10, Pace { pause, ..ANY });
    let (frames, coming) = mpsc::channel::<Result<Frame<Bytes>, BoxError>>(1);
    let begun = Frame::data(Bytes::from_static(&[b'x'; 20]));
    frames.send(Ok(begun)).await.expect("sent");
    let error = bodies.read(channel_body(coming), Some(40), 1000).await;
    let error = error.expect_err("it never ends").to_string();
    assert!(error.contains("nothing came for 0 s"), "{error}");
    assert_eq!(bodies.room.available_permits(), 100);
    drop(frames);
}

#[tokio::test]
async fn a_body_that_trickles_in_gives_its_place_back() {
    let pace = Pace {
        grace: Duration::ZERO,
        bytes_per_second: 1_000_000,
        ..ANY
    };
    let bodies = Bodies::new(100, 10, pace);
    assert_eq!(read(&bodies, 500).await, 500, "one that is there is read");
    let (frames, coming) = mpsc::channel::<Result<Frame<Bytes>, BoxError>>(1);
    let trickle = async {
        let drop = || Frame::data(Bytes::from_static(&[b'x'; 20]));
        while frames.send(Ok(drop())).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::select! {
        () = trickle => panic!("nobody reads"),
        read = bodies.read(channel_body(coming), None, usize::MAX) => {
            let error = read.expect_err("it is too slow").to_string();
            assert!(error.contains("less than 1000000 bytes a second"), "{error}");
        }
    }
    assert_eq!(bodies.room.available_permits(), 100);
}
