//! What a case is, once it is read.
//!
//! Owns the shape. It must not know how a case is written, nor how it is played.

use std::fmt;

/// The server that is tested, chosen when the program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Server {
    Tiny,
    Direct,
}

impl Server {
    pub(crate) fn of_this_build() -> Self {
        if cfg!(feature = "direct") {
            Self::Direct
        } else {
            Self::Tiny
        }
    }

    /// As a case file and the report name it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Tiny => "tiny",
            Self::Direct => "direct",
        }
    }
}

/// How much the standard asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Level {
    /// Required: by the RFC's own MUST, by its grammar, or by the platform's contract.
    Must,
    /// Recommended.
    Should,
    /// Left open; the case pins what was chosen.
    May,
}

impl Level {
    pub(crate) const ALL: [Self; 3] = [Self::Must, Self::Should, Self::May];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Must => "MUST",
            Self::Should => "SHOULD",
            Self::May => "MAY",
        }
    }
}

/// One case.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    /// A sentence.
    pub(crate) name: String,
    /// The file without its extension.
    pub(crate) topic: String,
    /// Where it stands in the file.
    pub(crate) line: usize,
    /// The section that it is about, such as `RFC 9112 §5.1`.
    pub(crate) reference: String,
    pub(crate) level: Level,
    pub(crate) program: Program,
    /// It may end or block its process, which therefore serves no other case.
    pub(crate) alone: bool,
    /// The one server that it is played against, where it is not played against both.
    pub(crate) only: Option<Server>,
    pub(crate) delivery: Delivery,
    pub(crate) steps: Vec<Step>,
    pub(crate) expected: Expectation,
    /// What a server is known to do instead.
    pub(crate) deviations: Vec<Deviation>,
}

impl Case {
    pub(crate) fn is_played(&self, server: Server) -> bool {
        self.only.is_none_or(|only| only == server)
    }

    pub(crate) fn deviation(&self, server: Server) -> Option<&Deviation> {
        self.deviations
            .iter()
            .find(|deviation| deviation.server == server)
    }
}

/// What is started, and its environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) variables: Vec<(String, String)>,
}

/// How the bytes of a case reach the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// Each step in one write.
    Whole,
    /// Each byte in its own packet.
    ByteByByte,
    /// In two parts; the second follows when the server has read the first.
    SplitAt(usize),
    /// The same at every place, each on its own connection.
    SplitEverywhere,
    /// Cut off at every place, each on its own connection.
    CutEverywhere,
}

/// What the client does, in this order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Sends this text of `bytes`.
    Send(String),
    /// Waits until one more response is there.
    AwaitResponse,
    /// Says that nothing more comes.
    HalfClose,
    /// Breaks the connection off.
    Reset,
}

/// What must come of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Expectation {
    pub(crate) responses: Vec<ResponseRule>,
    pub(crate) then: Then,
    /// Whose handlers may run although nobody sees their response, by the letters of their request ids.
    pub(crate) unanswered: Vec<char>,
    /// Something in the responses is against the standard whatever the case.
    pub(crate) unsound: bool,
}

/// One response: any of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ResponseRule {
    pub(crate) alternatives: Vec<ResponseForm>,
    /// It may also not come at all.
    pub(crate) optional: bool,
}

/// What one response must be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ResponseForm {
    pub(crate) statuses: Vec<u16>,
    /// Whose handler made it: the letter of its request id, `-` for a request without one; none if no handler ran.
    pub(crate) by: Option<char>,
    /// It answers a HEAD request.
    pub(crate) head: bool,
    /// The whole body, as text of `bytes`.
    pub(crate) body: Option<String>,
    /// Headers that must be there, with a value unless it is `*`.
    pub(crate) with: Vec<(String, String)>,
    /// Headers that must not be there.
    pub(crate) without: Vec<String>,
}

/// What happens to the connection after the responses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    /// It answers the next request.
    Open,
    /// It is closed by the server.
    Closed,
    /// It is closed by the server in such a way that a client that is still sending can read why.
    Lingering,
    /// It is open or closed.
    Either,
    /// Nothing more ever comes, not even its end.
    Silent,
    /// The client has broken it off.
    Gone,
    /// The process has ended.
    Crashed,
}

impl fmt::Display for Then {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Lingering => "lingering",
            Self::Either => "either",
            Self::Silent => "silent",
            Self::Gone => "gone",
            Self::Crashed => "crashed",
        })
    }
}

/// What one server is known to do instead of what is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deviation {
    pub(crate) server: Server,
    /// The names of `deviations.txt`.
    pub(crate) causes: Vec<String>,
    pub(crate) expected: Expectation,
}
