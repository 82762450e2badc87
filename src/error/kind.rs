//! The types of the errors with which the runtime itself answers a call, as `errorType` has them.
//!
//! Owns their names, which the page of errors shows. It must not know when a call fails.

/// Makes a constant of each name, and a list of all for the tests.
macro_rules! kinds {
    ($($(#[$meta:meta])+ $name:ident = $text:literal;)+) => {
        $($(#[$meta])+
        pub(crate) const $name: &str = $text;)+

        #[cfg(test)]
        const ALL: &[&str] = &[$($name),+];
    };
}

kinds! {
    /// The handler panicked.
    PANIC = "Panic";
    /// The event, or the body of an HTTP call, is not the JSON that the handler takes.
    INVALID_JSON = "InvalidJson";
    /// The event is not one of the trigger whose view was asked for.
    #[cfg_attr(not(feature = "events"), allow(dead_code, reason = "only the views of events are so"))]
    INVALID_EVENT = "InvalidEvent";
    /// The header that carries an HTTP call cannot be read.
    INVALID_HTTP_PARAMS = "InvalidHttpParams";
    /// The body of an HTTP call is to be a form, and is said to be something else.
    UNSUPPORTED_MEDIA_TYPE = "UnsupportedMediaType";
    /// The reader of a body of known length has ended too early.
    SHORT_BODY = "ShortBody";
    /// A response of the crate `http` has a status that none of ours has.
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "the crate is asked for by that feature"))]
    INVALID_STATUS = "InvalidStatus";
    /// The initializer is called, and the program has none.
    NO_INITIALIZER = "NoInitializer";
    /// An event came, and the program serves HTTP only.
    NO_EVENT_HANDLER = "NoEventHandler";
    /// An HTTP call came, and the program serves events only.
    NO_HTTP_HANDLER = "NoHttpHandler";
    /// The type of the error is not known.
    UNKNOWN = "Error";
}

/// The type of the response where there is no such endpoint: status 404, and nothing has failed.
pub(crate) const NOT_FOUND: &str = "NotFound";
/// The type of the response where an endpoint has another method: status 405.
pub(crate) const METHOD_NOT_ALLOWED: &str = "MethodNotAllowed";

#[cfg(test)]
mod tests {
    use super::{ALL, METHOD_NOT_ALLOWED, NOT_FOUND, PANIC};
    use std::collections::BTreeSet;

    const PAGE: &str = include_str!("../guide/errors.md");

    /// What stands after this heading, up to the next of its depth.
    fn section(heading: &str) -> &'static str {
        let (_, rest) = PAGE.split_once(heading).expect(heading);
        let depth = heading.trim_start().split(' ').next().expect("a mark");
        let end = rest.find(&format!("\n{depth} ")).unwrap_or(rest.len());
        &rest[..end]
    }

    #[test]
    fn the_page_of_errors_has_a_row_for_each() {
        let rows = section("\n# A call has failed\n").lines();
        let named = rows.filter_map(|row| row.strip_prefix("| `")?.split('`').next());
        let named: BTreeSet<_> = named.filter(|name| *name != "errorType").collect();
        assert_eq!(named, BTreeSet::from_iter(ALL.iter().copied()));
    }

    #[test]
    fn the_page_of_errors_says_what_is_answered_where_no_handler_is_asked() {
        for (heading, kind) in [
            ("\n## 404\n", NOT_FOUND),
            ("\n## 405\n", METHOD_NOT_ALLOWED),
            ("\n## 500\n", PANIC),
        ] {
            assert!(section(heading).contains(&format!("`{kind}`")), "{kind}");
        }
    }
}
