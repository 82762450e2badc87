//! Conversions from and to the types of the crate `http`, which other HTTP libraries share; feature `http`.
//!
//! Owns what is lost and what is refused on the way. It must not know what a request or response is for.

use ::http::header::HeaderMap;

use super::{Request, Response};
use crate::error::{Error, kind};
use crate::headers::{HeaderError, Headers, begins_with, name};

/// Its target is the path and query of the URI, or the whole URI if it has none, such as `*`.
///
/// # Examples
///
/// ```
/// use fc_runtime::http::Request;
///
/// let theirs = http::Request::put("/users/7?a=b").header("accept", "text/html").body("whole")?;
/// let request = Request::from(theirs);
/// assert_eq!((request.method(), request.target(), request.body()), ("PUT", "/users/7?a=b", &b"whole"[..]));
///
/// let theirs = http::Request::try_from(request)?;
/// assert_eq!((theirs.uri().query(), &theirs.headers()["accept"]), (Some("a=b"), &"text/html".parse::<http::HeaderValue>()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
impl<B: Into<Vec<u8>>> From<::http::Request<B>> for Request {
    fn from(theirs: ::http::Request<B>) -> Self {
        let (parts, body) = theirs.into_parts();
        let target = parts.uri.path_and_query();
        let target = target.map_or_else(|| parts.uri.to_string(), ToString::to_string);
        Self::from_parts(
            parts.method.to_string(),
            target,
            Headers::from(&parts.headers),
            body.into(),
        )
    }
}

/// Fails if that crate refuses what a client may send, such as a target that is not a URI.
impl TryFrom<Request> for ::http::Request<Vec<u8>> {
    type Error = ::http::Error;

    fn try_from(request: Request) -> Result<Self, ::http::Error> {
        let parts = request.into_parts();
        let mut theirs = Self::new(parts.body);
        *theirs.method_mut() = parts.method.parse()?;
        *theirs.uri_mut() = parts.target.parse()?;
        *theirs.headers_mut() = HeaderMap::try_from(&parts.headers)?;
        Ok(theirs)
    }
}

/// Leaves out the headers of the framing and the connection, such as `content-length` and `date`, because the runtime
/// sets them. Fails if the status is not from 200 to 599, or a header begins with `x-fc-`.
///
/// # Examples
///
/// ```
/// use fc_runtime::http::Response;
///
/// let theirs = http::Response::builder().status(201).header("location", "/users/7").body("made")?;
/// let response = Response::try_from(theirs)?;
/// assert_eq!((response.status(), response.header("location")), (201, Some("/users/7")));
/// assert_eq!(http::Response::try_from(response)?.into_body(), b"made");
/// assert!(Response::try_from(http::Response::builder().status(999).body("")?).is_err());
/// # Ok::<(), fc_runtime::Error>(())
/// ```
impl<B: Into<Vec<u8>>> TryFrom<::http::Response<B>> for Response {
    type Error = Error;

    fn try_from(theirs: ::http::Response<B>) -> Result<Self, Error> {
        let (parts, body) = theirs.into_parts();
        let status = parts.status.as_u16();
        if !(200..=599).contains(&status) {
            let message = format!("the status {status} is not one from 200 to 599");
            return Err(Error::new(kind::INVALID_STATUS, message));
        }
        let mut response = Self::bytes(body).with_status(status);
        for (name, value) in &parts.headers {
            if begins_with(name.as_str().as_bytes(), name::FC_PREFIX) {
                return Err(HeaderError::Reserved(name.to_string()).into());
            }
            response = response.with_their_header(name.as_str(), value.as_bytes());
        }
        Ok(response)
    }
}

/// Writes a stream to its end. Fails with the error that ends the stream, or if that crate refuses a header.
impl TryFrom<Response> for ::http::Response<Vec<u8>> {
    type Error = Error;

    fn try_from(response: Response) -> Result<Self, Error> {
        let status = ::http::StatusCode::from_u16(response.status())?;
        let headers = HeaderMap::try_from(response.headers())?;
        let mut theirs = Self::new(response.into_body()?);
        *theirs.status_mut() = status;
        *theirs.headers_mut() = headers;
        Ok(theirs)
    }
}

/// Names become lower case, and fields of the same name come together.
impl From<&HeaderMap> for Headers {
    fn from(theirs: &HeaderMap) -> Self {
        let mut headers = Self::new();
        for (name, value) in theirs {
            // Both crates take the same bytes for a name and a value.
            headers.push(name.as_str(), value.as_bytes());
        }
        headers
    }
}

/// Fails for a name that is too long for that crate.
impl TryFrom<&Headers> for HeaderMap {
    type Error = ::http::Error;

    fn try_from(headers: &Headers) -> Result<Self, ::http::Error> {
        let mut theirs = Self::new();
        for (name, value) in headers.iter() {
            let name: ::http::HeaderName = name.parse()?;
            theirs.try_append(name, ::http::HeaderValue::from_bytes(value)?)?;
        }
        Ok(theirs)
    }
}

#[cfg(test)]
mod tests {
    use super::{Request, Response};
    use crate::headers::Headers;
    use ::http::{HeaderMap, HeaderName, HeaderValue};

    #[test]
    fn both_crates_take_the_same_names_and_values() {
        for byte in 0..=255_u8 {
            let text = [byte];
            let name = std::str::from_utf8(&text).unwrap_or("");
            let taken = Headers::new().append(name, "v").is_ok();
            assert_eq!(taken, HeaderName::from_bytes(&text).is_ok(), "name {byte}");
            let taken = Headers::new().append_bytes("n", text).is_ok();
            assert_eq!(
                taken,
                HeaderValue::from_bytes(&text).is_ok(),
                "value {byte}"
            );
        }
    }

    #[test]
    fn fields_that_repeat_and_bytes_that_are_no_text_come_over_both_ways() {
        let mut headers = Headers::new();
        for (name, value) in [
            ("set-cookie", &b"a=1"[..]),
            ("x", b"\xff"),
            ("set-cookie", b"b=2"),
        ] {
            headers.append_bytes(name, value).expect("sound");
        }
        let theirs = HeaderMap::try_from(&headers).expect("it takes them");
        assert_eq!(theirs.get_all("set-cookie").iter().count(), 2);
        let back = Headers::from(&theirs);
        assert_eq!(
            back.get_all("set-cookie").collect::<Vec<_>>(),
            ["a=1", "b=2"]
        );
        assert_eq!((back.len(), back.get_bytes("x")), (3, Some(&b"\xff"[..])));
    }

    #[test]
    fn what_the_runtime_sets_is_left_out_and_what_the_platform_sets_refused() {
        let theirs = |name: &str| {
            let response = ::http::Response::builder().header(name, "3");
            Response::try_from(response.header("x-own", "1").body("abc").expect("sound"))
        };
        for name in ["content-length", "connection", "Date", "transfer-encoding"] {
            let response = theirs(name).expect("it is left out");
            assert_eq!(
                (response.headers().len(), response.header("x-own")),
                (1, Some("1")),
                "{name}"
            );
        }
        assert!(theirs("x-fc-status").is_err());
    }

    #[test]
    fn a_target_without_a_path_is_the_whole_uri() {
        for uri in ["*", "/a?b", "/"] {
            let theirs = ::http::Request::options(uri).body("").expect("sound");
            assert_eq!(Request::from(theirs).target(), uri);
        }
        let theirs = ::http::Request::get("http://a.example/b?c")
            .body("")
            .expect("sound");
        assert_eq!(Request::from(theirs).target(), "/b?c");
    }
}
