//! The memory that the bodies of requests may take together: those that find no room wait on their connection.
//!
//! It must not know what a body is for.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Body as HttpBody, Bytes};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use crate::platform::body::{BoxError, ReadError};

/// What large bodies have together; a larger one has it alone. What is made of a body, as a package of its base64, takes up
/// to twice as much again.
const ROOM_BYTES: u32 = 48 * 1024 * 1024;

/// What every body has without waiting, so that no event and no page waits for packages.
const FREE_BYTES: usize = 64 * 1024;

/// How fast bodies with room have to come, since others wait for it.
const PACE: Pace = Pace {
    pause: Duration::from_secs(30),
    grace: Duration::from_secs(30),
    bytes_per_second: 128 * 1024,
};

/// The room for bodies.
#[derive(Debug)]
pub(crate) struct Bodies {
    room: Arc<Semaphore>,
    room_bytes: u32,
    free_bytes: usize,
    pace: Pace,
}

/// How fast a body has to come.
#[derive(Debug, Clone, Copy)]
struct Pace {
    /// How long nothing may come.
    pause: Duration,
    /// How long it may come as slowly as it likes.
    grace: Duration,
    /// How much has to come each second, from the beginning, once that is over.
    bytes_per_second: u32,
}

/// A body and its place, which others get when the last part of the body is dropped.
struct Held {
    bytes: Vec<u8>,
    place: Option<Place>,
}

/// A part of the room, and since when it is taken.
struct Place {
    since: Instant,
    _permit: OwnedSemaphorePermit,
}

impl Default for Bodies {
    fn default() -> Self {
        Self::new(ROOM_BYTES, FREE_BYTES, PACE)
    }
}

impl Bodies {
    fn new(room_bytes: u32, free_bytes: usize, pace: Pace) -> Self {
        Self {
            room: Arc::new(Semaphore::new(room_bytes as usize)),
            room_bytes,
            free_bytes,
            pace,
        }
    }

    /// Reads a body to its end, up to a limit; `announced` is how large it says it is, at most that limit.
    pub(super) async fn read<B>(
        &self,
        body: B,
        announced: Option<u64>,
        limit_bytes: usize,
    ) -> Result<Bytes, ReadError>
    where
        B: HttpBody<Data = Bytes>,
        B::Error: Into<BoxError>,
    {
        let mut body = pin!(Limited::new(body, limit_bytes));
        let mut held = Held {
            bytes: Vec::new(),
            place: None,
        };
        while let Some(piece) = self.next(body.as_mut(), &held).await? {
            if held.place.is_none() && held.bytes.len() + piece.len() > self.free_bytes {
                held.place = self.place(announced.unwrap_or(limit_bytes as u64)).await;
            }
            // It grows by what has come, not by what was announced.
            held.bytes.extend_from_slice(&piece);
        }
        Ok(Bytes::from_owner(held))
    }

    /// The next bytes of a body, which may be none; others wait for one that has a place, so it has to come on.
    async fn next<B>(&self, body: Pin<&mut B>, held: &Held) -> Result<Option<Bytes>, ReadError>
    where
        B: HttpBody<Data = Bytes, Error = BoxError>,
    {
        let mut body = body;
        let coming = body.frame();
        let frame = match &held.place {
            Some(place) => {
                self.pace
                    .keeps(coming, place.since, held.bytes.len())
                    .await?
            }
            None => coming.await,
        };
        let frame = frame.transpose().map_err(ReadError::of)?;
        Ok(frame.map(|frame| frame.into_data().unwrap_or_default()))
    }

    async fn place(&self, bytes: u64) -> Option<Place> {
        let wanted = u32::try_from(bytes).map_or(self.room_bytes, |it| it.min(self.room_bytes));
        let room = Arc::clone(&self.room);
        // It is never closed.
        let permit = room.acquire_many_owned(wanted).await.ok()?;
        let since = Instant::now();
        Some(Place {
            since,
            _permit: permit,
        })
    }
}

impl Pace {
    /// Waits for the next part of a body that has its place since then, of which so much has come.
    async fn keeps<T>(
        &self,
        coming: impl Future<Output = T>,
        since: Instant,
        bytes: usize,
    ) -> Result<T, ReadError> {
        let earned = bytes as u64 * 1_000_000 / u64::from(self.bytes_per_second);
        let slowest = since + self.grace + Duration::from_micros(earned);
        let longest = Instant::now() + self.pause;
        let come = timeout_at(slowest.min(longest), coming).await;
        come.map_err(|_| {
            let message = if longest < slowest {
                format!("nothing came for {} s", self.pause.as_secs())
            } else {
                format!(
                    "it comes with less than {} bytes a second",
                    self.bytes_per_second
                )
            };
            ReadError::Broken(message.into())
        })
    }
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests;
