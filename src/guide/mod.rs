//! The guide: one page for each question, with examples that run as tests.
//!
//! It adds nothing to your program: the module exists only while documentation is built or its examples are tested.
//!
// At its end, each page says where its links lead in the repository. In the rendered documentation they lead elsewhere, as
// the lists say: they come first, and of two definitions of a link Markdown takes the first.
#![doc = include_str!("links.txt")]
#![cfg_attr(feature = "events", doc = include_str!("links_of_events.txt"))]
#![cfg_attr(not(feature = "events"), doc = include_str!("links_without_events.txt"))]
#![doc = ""]
#![doc = include_str!("README.md")]

/// Declares the module of a page. The tests of the examples see the page alone, so that they name its file and lines.
macro_rules! page {
    ($name:ident, $file:literal) => {
        #[cfg_attr(not(doctest), doc = include_str!("links.txt"))]
        #[cfg_attr(all(not(doctest), feature = "events"), doc = include_str!("links_of_events.txt"))]
        #[cfg_attr(
            all(not(doctest), not(feature = "events")),
            doc = include_str!("links_without_events.txt")
        )]
        #[doc = include_str!($file)]
        pub mod $name {}
    };
}

page!(first_function, "first_function.md");
page!(events_as_bytes, "events_as_bytes.md");
page!(events_as_json, "events_as_json.md");
page!(error_types, "error_types.md");
page!(http_calls, "http_calls.md");
page!(cors, "cors.md");
page!(streams, "streams.md");

// The crate of its examples depends on this one, and compiles them itself.
#[cfg(not(doctest))]
page!(mcp_server, "mcp_server.md");

page!(initializer, "initializer.md");
page!(hooks, "hooks.md");
page!(sessions, "sessions.md");

#[cfg(feature = "events")]
page!(typed_events, "typed_events.md");

page!(logs, "logs.md");
page!(testing, "testing.md");
page!(https, "https.md");
page!(debugging, "debugging.md");
page!(local, "local.md");
page!(clients, "clients.md");
page!(troubleshooting, "troubleshooting.md");
page!(errors, "errors.md");
page!(servers, "servers.md");
page!(settings, "settings.md");
page!(security, "security.md");
page!(tools, "tools.md");
page!(cores, "cores.md");
page!(size_and_start, "size_and_start.md");
page!(from_other_runtimes, "from_other_runtimes.md");
page!(contract, "contract.md");
page!(fc3, "fc3.md");
page!(architecture, "architecture.md");
