//! The statuses of HTTP: which of them a response may have, and the phrase of each.
//!
//! Owns the table. It must not know who sends a status, nor why.

use std::sync::OnceLock;

/// The status, if a response may have it: one that is final, of a class that HTTP knows (RFC 9110 §15).
///
/// # Panics
///
//  If it may not: no response can have this status. The panic names the caller's place. Inlined, so that nothing of
// this stays in the program for a constant status.
#[inline(always)]
#[track_caller]
pub(crate) fn checked(status: u16) -> u16 {
    if !(200..=599).contains(&status) {
        refuse(status);
    }
    prepare(status);
    status
}

#[cold]
#[track_caller]
fn refuse(status: u16) -> ! {
    panic!("the status {status} is not one from 200 to 599")
}

/// Has the phrase of a status at hand that may be sent, as far as that is known when this is compiled.
#[inline(always)]
pub(crate) fn prepare(status: u16) {
    if usual(status).is_empty() {
        link_others();
    }
}

/// The phrases of the statuses that the runtime sends itself, and of those that functions mostly do.
#[inline(always)]
const fn usual(status: u16) -> &'static str {
    match status {
        200 => "OK",
        201 => "Created",
        202 => "Accepted",
        204 => "No Content",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        406 => "Not Acceptable",
        408 => "Request Timeout",
        413 => "Content Too Large",
        414 => "URI Too Long",
        415 => "Unsupported Media Type",
        417 => "Expectation Failed",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        501 => "Not Implemented",
        503 => "Service Unavailable",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}

/// The way to the other phrases, for a program that may send one. They take 430 bytes of the zip, and a program that names
/// usual statuses only is spared them.
static OTHERS: OnceLock<fn(u16) -> &'static str> = OnceLock::new();

#[cold]
fn link_others() {
    // An error means that the same was set before.
    let _ = OTHERS.set(other);
}

/// The words after a status; they mean nothing, and a status that is not registered goes without (RFC 9112 §4).
pub(crate) fn phrase(status: u16) -> &'static str {
    match usual(status) {
        "" => OTHERS.get().map_or("", |other| other(status)),
        usual => usual,
    }
}

/// What else IANA's registry of status codes had on 2025-09-15, but for the interim ones (1xx), which no response has, and
/// those that are reserved.
fn other(status: u16) -> &'static str {
    match status {
        203 => "Non-Authoritative Information",
        205 => "Reset Content",
        206 => "Partial Content",
        207 => "Multi-Status",
        208 => "Already Reported",
        226 => "IM Used",
        300 => "Multiple Choices",
        301 => "Moved Permanently",
        303 => "See Other",
        305 => "Use Proxy",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        401 => "Unauthorized",
        402 => "Payment Required",
        407 => "Proxy Authentication Required",
        409 => "Conflict",
        410 => "Gone",
        411 => "Length Required",
        412 => "Precondition Failed",
        416 => "Range Not Satisfiable",
        421 => "Misdirected Request",
        422 => "Unprocessable Content",
        423 => "Locked",
        424 => "Failed Dependency",
        425 => "Too Early",
        426 => "Upgrade Required",
        428 => "Precondition Required",
        429 => "Too Many Requests",
        451 => "Unavailable For Legal Reasons",
        502 => "Bad Gateway",
        504 => "Gateway Timeout",
        506 => "Variant Also Negotiates",
        507 => "Insufficient Storage",
        508 => "Loop Detected",
        510 => "Not Extended",
        511 => "Network Authentication Required",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::{checked, phrase};

    #[test]
    fn each_status_that_may_be_set_has_the_phrase_of_the_registry() {
        for (status, words) in [
            (200, "OK"),
            (226, "IM Used"),
            (306, ""),
            (308, "Permanent Redirect"),
            (404, "Not Found"),
            (418, ""),
            (422, "Unprocessable Content"),
            (451, "Unavailable For Legal Reasons"),
            (511, "Network Authentication Required"),
            (599, ""),
        ] {
            assert_eq!(phrase(checked(status)), words, "{status}");
        }
        let named = (0..1000).filter(|&status| !phrase(status).is_empty());
        assert_eq!(named.count(), 10 + 8 + 28 + 11, "of the four classes");
    }

    #[test]
    fn a_status_that_is_not_final_is_an_error_where_it_is_set() {
        for status in [200, 299, 599] {
            assert_eq!(checked(status), status);
        }
        for status in [0, 99, 101, 199, 600, u16::MAX] {
            let panic = std::panic::catch_unwind(|| checked(status)).expect_err("no final one");
            let message = panic.downcast_ref::<String>().map(String::as_str);
            let said = format!("the status {status} is not one from 200 to 599");
            assert_eq!(message, Some(&*said));
        }
    }
}
