//! `Content`, a body of known length that can be read from any place, such as a file: whole or in part (RFC 9110 §14).
//!
//! Owns the ranges. It must not know where the bytes come from.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::time::SystemTime;

use super::{Request, Response};
use crate::error::Error;
use crate::headers::{HeaderError, Headers, name};
use crate::time::{HttpDate, text_of};

/// A file, or another source that can be read from any position, as the body of responses that a client may request in
/// part.
///
/// The response states the length of the body. A `HEAD` gets its response without reading the source. A `GET` with one
/// range of bytes gets that part with the status 206, so that clients can continue a download or seek in a video. A
/// range after the end gets a 416. A request for several ranges, which a server need not serve, gets the whole body,
/// and so does a range with an `If-Range` for another version.
///
/// # Examples
///
/// ```
/// use std::io::Cursor;
/// use fc_runtime::http::{Content, Request, Response};
/// use fc_runtime::{Context, Error};
///
/// fn download(request: Request, _: &Context) -> Result<Response, Error> {
///     let content = Content::new(Cursor::new("0123456789"))?.with_etag("\"v1\"")?;
///     Ok(content.answer(&request)?.with_header("Content-Type", "text/plain")?)
/// }
///
/// let whole = download(Request::new("GET", "/"), &Context::default())?;
/// assert_eq!((whole.status(), whole.header("content-length")), (200, Some("10")));
/// let rest = download(Request::new("GET", "/").with_header("Range", "bytes=7-")?, &Context::default())?;
/// assert_eq!((rest.status(), rest.header("content-range")), (206, Some("bytes 7-9/10")));
/// assert_eq!(rest.into_body()?, b"789");
/// # Ok::<(), Error>(())
/// ```
pub struct Content<T> {
    source: T,
    length: u64,
    etag: Option<String>,
    modified: Option<SystemTime>,
}

impl Content<File> {
    /// A file, with its last modification time.
    ///
    /// # Errors
    ///
    /// The system's error, or [`io::ErrorKind::InvalidInput`] for anything except a regular file, such as a folder. The
    /// files of `/proc` report a length of zero: read them with [`Response::reader`].
    pub fn file(file: File) -> io::Result<Self> {
        let about = file.metadata()?;
        if !about.is_file() {
            let message = "the body is to be a regular file";
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        Ok(Self {
            source: file,
            length: about.len(),
            etag: None,
            modified: about.modified().ok(),
        })
    }
}

impl<T: Read + Seek + Send + 'static> Content<T> {
    /// Everything from the start of the source to its end.
    ///
    /// # Errors
    ///
    /// The source's error, when its end cannot be found.
    pub fn new(mut source: T) -> io::Result<Self> {
        let length = source.seek(SeekFrom::End(0))?;
        Ok(Self {
            source,
            length,
            etag: None,
            modified: None,
        })
    }

    /// The same content with a tag for its version, in quotes, such as `"v1"`. A client that continues a download says
    /// of which version it has the beginning.
    ///
    /// # Errors
    ///
    /// [`HeaderError`] when it contains a control character.
    pub fn with_etag(self, etag: impl Into<String>) -> Result<Self, HeaderError> {
        let etag = etag.into();
        Headers::new().append(ETAG, &etag)?;
        Ok(Self {
            etag: Some(etag),
            ..self
        })
    }

    /// The same content with this last modification time.
    #[must_use]
    pub fn with_modified(self, time: SystemTime) -> Self {
        Self {
            modified: Some(time),
            ..self
        }
    }

    /// The number of bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The response to this request: the whole content, or the part that the client requests.
    ///
    /// # Errors
    ///
    /// The source's error, when the position where the body begins cannot be reached.
    pub fn answer(mut self, request: &Request) -> Result<Response, Error> {
        let wanted = self.wanted(request);
        let mut response = match wanted {
            Wanted::All => {
                self.source.seek(SeekFrom::Start(0))?;
                Response::sized(self.source, self.length)
            }
            Wanted::Part { first, last } => {
                self.source.seek(SeekFrom::Start(first))?;
                Response::sized(self.source, last - first + 1)
                    .with_status(206)
                    .field(
                        CONTENT_RANGE,
                        &format!("bytes {first}-{last}/{}", self.length),
                    )
            }
            Wanted::Nothing => {
                let range = format!("bytes */{}", self.length);
                Response::new(416).field(CONTENT_RANGE, &range)
            }
        };
        response = response.field("accept-ranges", "bytes");
        if let Some(etag) = &self.etag {
            response = response.field(ETAG, etag);
        }
        if let Some(time) = self.modified {
            response = response.field("last-modified", text_of(&HttpDate::of(time).bytes()));
        }
        Ok(response)
    }

    /// Which part is asked for. What is no range of bytes is all of it, because a server may overlook any range.
    fn wanted(&self, request: &Request) -> Wanted {
        let mut ranges = request.headers().get_all(name::RANGE);
        match (request.method(), ranges.next(), ranges.next()) {
            ("GET", Some(range), None) if self.is_version_of(request) => {
                part(range, self.length).unwrap_or(Wanted::All)
            }
            _ => Wanted::All,
        }
    }

    /// Whether the range is meant for what there is (RFC 9110 §13.1.5): a tag that may stand for something similar is none to
    /// continue by.
    fn is_version_of(&self, request: &Request) -> bool {
        let Some(version) = request.header(name::IF_RANGE) else {
            return true;
        };
        let is_tag = version.starts_with('"') && self.etag.as_deref() == Some(version);
        let modified = self.modified.map(|time| HttpDate::of(time).bytes());
        is_tag || modified.is_some_and(|date| date == version.as_bytes())
    }
}

impl<T> fmt::Debug for Content<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Content")
            .field("length", &self.length)
            .field("etag", &self.etag)
            .field("modified", &self.modified)
            .finish_non_exhaustive()
    }
}

const CONTENT_RANGE: &str = "content-range";
const ETAG: &str = "etag";

/// What a request asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    All,
    /// From the first byte to the last, both counted from 0.
    Part {
        first: u64,
        last: u64,
    },
    /// A part that there is not.
    Nothing,
}

/// The part that a `Range` of one range of bytes asks for; nothing where it is none.
fn part(range: &str, length: u64) -> Option<Wanted> {
    let (unit, range) = range.split_once('=')?;
    let (first, last) = range.trim().split_once('-')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let end = length.checked_sub(1);
    match (number(first)?, number(last)?) {
        (None, None) => None,
        (None, Some(0)) => Some(Wanted::Nothing),
        // The last bytes, or all if there are fewer.
        (None, Some(count)) => Some(end.map_or(Wanted::All, |last| Wanted::Part {
            first: length.saturating_sub(count),
            last,
        })),
        (Some(first), Some(last)) if last < first => None,
        (Some(first), last) => Some(match end {
            Some(end) if first <= end => Wanted::Part {
                first,
                last: last.unwrap_or(end).min(end),
            },
            _ => Wanted::Nothing,
        }),
    }
}

/// A number of digits only, or none at all; one that is too large counts as the largest.
fn number(digits: &str) -> Option<Option<u64>> {
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((!digits.is_empty()).then(|| digits.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests;
