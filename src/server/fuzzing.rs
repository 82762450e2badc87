//! What `crate::fuzzing` needs of the server: the response writer here, the request reader of the direct server.

use super::response::{self, Asked};
use crate::call::Reply;
use crate::http::Response;

pub use super::direct::fuzzing::{Ended, Head, Most, chunks, head, requests};

/// The bytes of a response; `None` where a stream broke off after its first bytes.
pub fn response(
    response: Response,
    head_only: bool,
    http_1_0: bool,
    connection: Option<&'static str>,
) -> Option<Vec<u8>> {
    let (status, headers, body) = response.into_parts();
    let mut out = Vec::new();
    let asked = Asked {
        head_only,
        http_1_0,
        connection,
    };
    response::send(
        &mut out,
        Reply {
            status,
            content_type: None,
            headers,
            body,
        },
        asked,
    )
    .ok()?;
    Some(out)
}
