//! The refusals: what the server itself answers a request that no handler sees.
//!
//! Owns the one table of them, which the code answers from, and which the page of errors shows. It must not know when a
//! request is refused, nor who reads the response.

use crate::call::Reply;
use crate::error::Error;
use crate::limits::Limits;

/// Why a request is answered without a handler.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    kind: Kind,
    /// What is the matter; where there is a limit, the words before its number.
    message: &'static str,
    /// The limit that is kept, if that is the matter.
    limit: Option<Limit>,
}

/// The status of a response, and the error type that goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    BadRequest,
    RequestTimeout,
    BodyTooLarge,
    TargetTooLong,
    ExpectationFailed,
    HeadersTooLarge,
    NotImplemented,
    MemoryExhausted,
    VersionNotSupported,
}

/// A limit of the size of a request, which the program can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Limit {
    Body,
    Head,
    Headers,
}

impl Refusal {
    /// The response for the client.
    pub(super) fn reply(&self, limits: &Limits) -> Reply {
        let (status, error_type) = self.kind.words();
        let message = match self.limit {
            None => self.message.to_owned(),
            Some(limit) => self.exceeding(limit, limits),
        };
        let reply = Reply::error(status, &Error::new(error_type, message));
        // What is in the way now may be gone in a moment (RFC 9110 §10.2.3).
        if self.kind == Kind::MemoryExhausted {
            return reply.with_header("retry-after", "1");
        }
        reply
    }

    #[cfg(test)]
    pub(super) fn status(&self) -> u16 {
        self.kind.words().0
    }

    fn exceeding(&self, limit: Limit, limits: &Limits) -> String {
        let (most, unit, setting) = limit.words(limits);
        format!("{} {most} {unit}; {setting} raises that", self.message)
    }
}

impl Kind {
    fn words(self) -> (u16, &'static str) {
        match self {
            Self::BadRequest => (400, "BadRequest"),
            // RFC 9110 §15.5.9.
            Self::RequestTimeout => (408, "RequestTimeout"),
            // RFC 9110 §15.5.14.
            Self::BodyTooLarge => (413, "BodyTooLarge"),
            // RFC 9112 §3.
            Self::TargetTooLong => (414, "TargetTooLong"),
            // RFC 9110 §10.1.1.
            Self::ExpectationFailed => (417, "ExpectationFailed"),
            // RFC 6585 §5.
            Self::HeadersTooLarge => (431, "HeadersTooLarge"),
            Self::NotImplemented => (501, "NotImplemented"),
            // RFC 9110 §15.6.4.
            Self::MemoryExhausted => (503, "MemoryExhausted"),
            // RFC 9110 §15.6.6.
            Self::VersionNotSupported => (505, "VersionNotSupported"),
        }
    }
}

impl Limit {
    /// The limit, what it counts, and the setting that raises it.
    fn words(self, limits: &Limits) -> (usize, &'static str, &'static str) {
        match self {
            Self::Body => (limits.body_bytes, "bytes", "Runtime::body_limit"),
            Self::Head => (limits.head_bytes, "bytes", "Runtime::head_limit"),
            Self::Headers => (limits.headers, "headers", "Runtime::header_count"),
        }
    }
}

/// Makes a constant of each row, and of all rows a list for the tests. The comment of a row is what its reader can do, as
/// the page of errors has it.
macro_rules! refusals {
    ($($(#[doc = $cure:literal])+ $name:ident: $kind:ident, $message:literal $(, over $limit:ident)?;)+) => {
        $($(#[doc = $cure])+
        #[allow(dead_code, reason = "each of the two servers has some that the other never needs")]
        pub(super) static $name: Refusal = Refusal {
            kind: Kind::$kind,
            message: $message,
            limit: refusals!(@limit $($limit)?),
        };)+

        /// Every row, with what its reader can do.
        #[cfg(test)]
        static TABLE: &[(&Refusal, &str)] = &[$((&$name, concat!($($cure),+))),+];
    };
    (@limit) => { None };
    (@limit $limit:ident) => { Some(Limit::$limit) };
}

refusals! {
    /// send one of them (RFC 9112 §6.1)
    LENGTH_AND_CODING: BadRequest, "Content-Length stands beside Transfer-Encoding";
    /// send it once (RFC 9112 §6.3)
    TWO_LENGTHS: BadRequest, "Content-Length stands more than once";
    /// send decimal digits, nothing else (RFC 9112 §6.2)
    NO_NUMBER: BadRequest, "Content-Length is not a number";
    /// send a `Content-Length`, or speak HTTP/1.1 (RFC 9112 §6.1)
    CODING_IN_1_0: BadRequest, "HTTP/1.0 has no Transfer-Encoding";
    /// send each chunk as its size in hexadecimal, CRLF, that many bytes and CRLF, and end with a chunk of size `0` (RFC 9112 §7.1)
    MALFORMED_CHUNKS: BadRequest, "the chunks of the body are malformed";
    /// the same
    NO_CHUNK_SIZE: BadRequest, "the line before a chunk does not begin with its size";
    /// the same: size and bytes differ
    CHUNK_TOO_LONG: BadRequest, "a chunk is longer than it says";
    /// send no chunk extensions
    CHUNK_LINE_TOO_LONG: BadRequest, "the line before a chunk is longer than 1024 bytes";
    /// send no chunk extensions
    EXTENSIONS_TOO_LONG: BadRequest, "the extensions of the chunks are longer than 16384 bytes";
    /// the client, or a proxy, closed the connection within a request
    CUT_OFF: BadRequest, "the request breaks off";
    /// end every line of the head with CRLF (RFC 9112 §2.2)
    BARE_LF: BadRequest, "a line ends in LF without CR";
    /// write one space between them, and none before or after (RFC 9112 §3)
    NO_REQUEST_LINE: BadRequest, "the request line is not method, target and version";
    /// end it with `HTTP/1.1` (RFC 9112 §2.3)
    NO_VERSION: BadRequest, "the request line does not end in a version";
    /// use only letters, digits and the punctuation of a token (RFC 9112 §3.1)
    NO_METHOD: BadRequest, "the method is not a token";
    /// begin it with `/` or `http://`, without a `#` (RFC 9112 §3.2)
    NO_TARGET: BadRequest, "the target is neither a path nor a URI of http";
    /// write no space before the colon, and do not fold lines (RFC 9112 §5)
    NO_FIELD: BadRequest, "a header name is not a token with a colon right after it";
    /// the same
    NO_NAME: BadRequest, "a header name is not a token";
    /// encode it, for instance with percent-encoding (RFC 9112 §5.5)
    CONTROL_IN_VALUE: BadRequest, "a header value contains a control character";
    /// send `Host` once, with a host and, if needed, a port (RFC 9112 §3.2)
    NO_HOST: BadRequest, "there must be one valid Host";
    /// percent-encode it (RFC 9112 §3.2)
    CONTROL_IN_TARGET: BadRequest, "the target contains a control character";

    /// send the request sooner, or give it longer
    TIMED_OUT: RequestTimeout, "the request took too long to arrive; Runtime::head_timeout and Runtime::body_timeout give it longer";
    /// raise the limit, or put large things into OSS and send the key
    BODY_TOO_LARGE: BodyTooLarge, "the body is larger than", over Body;
    /// put what is longer into the body
    LINE_TOO_LONG: TargetTooLong, "the request line is longer than", over Head;
    /// leave the header `Expect` out, or send that
    UNKNOWN_EXPECTATION: ExpectationFailed, "the only expectation that is met is 100-continue";
    /// send less, mostly fewer cookies
    HEAD_TOO_LARGE: HeadersTooLarge, "the head or the trailers are larger than", over Head;
    /// send fewer
    TOO_MANY_HEADERS: HeadersTooLarge, "there are more than", over Headers;

    /// send the body as it is; if it is compressed, say so in `Content-Encoding`, which your handler reads
    UNKNOWN_CODING: NotImplemented, "the only Transfer-Encoding that is served is chunked";
    /// use another method: a function is not a proxy
    CONNECT: NotImplemented, "CONNECT is not served";
    /// from the default server: send a `Content-Length`, or leave `Connection: upgrade` out
    CHUNKS_AND_UPGRADE: NotImplemented, "a chunked body beside Connection: upgrade is not served";
    /// come again after the time in `Retry-After`
    NO_MEMORY: MemoryExhausted, "requests and responses take all the memory that they may have; Runtime::memory_limit sets how much";
    /// speak one of them
    OTHER_VERSION: VersionNotSupported, "only HTTP/1.1 and HTTP/1.0 are served";
}

#[cfg(test)]
mod tests;
