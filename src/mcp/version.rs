//! The versions of the protocol, and the names that it fixes: headers, and keys of `_meta`.
//!
//! Owns the spelling. It must not know which request has which of them.

/// The versions that begin with a handshake, the newest first.
pub const HANDSHAKE_VERSIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2025-03-26"];

/// The version in which every request stands alone.
pub const STATELESS_VERSION: &str = "2026-07-28";

/// All that this server speaks, the newest first.
pub(crate) const VERSIONS: [&str; 4] = [
    STATELESS_VERSION,
    HANDSHAKE_VERSIONS[0],
    HANDSHAKE_VERSIONS[1],
    HANDSHAKE_VERSIONS[2],
];

/// Which of the two forms of the protocol a request uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Era {
    /// 2025-11-25 and older: the client has sent `initialize` before.
    Handshake,
    /// 2026-07-28: the request contains everything that the server needs to know.
    Stateless,
}

pub(crate) const VERSION_HEADER: &str = "mcp-protocol-version";
pub(crate) const METHOD_HEADER: &str = "mcp-method";
pub(crate) const NAME_HEADER: &str = "mcp-name";
/// What precedes the name that a tool's schema gives an argument by [`PARAM_KEYWORD`].
pub(crate) const PARAM_HEADER_PREFIX: &str = "mcp-param-";
pub(crate) const SESSION_HEADER: &str = "mcp-session-id";

/// In the schema of an argument: the client repeats its value in a header of this name.
pub(crate) const PARAM_KEYWORD: &str = "x-mcp-header";

pub(crate) const VERSION_KEY: &str = "io.modelcontextprotocol/protocolVersion";
pub(crate) const CAPABILITIES_KEY: &str = "io.modelcontextprotocol/clientCapabilities";
pub(crate) const LOG_LEVEL_KEY: &str = "io.modelcontextprotocol/logLevel";
pub(crate) const SERVER_KEY: &str = "io.modelcontextprotocol/serverInfo";
