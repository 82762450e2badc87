//! Owns the parts of a run that can be asked for one by one.

use serde::{Deserialize, Serialize};

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Cold starts on a core.
    Start,
    /// Cold starts on the smallest instance.
    Small,
    /// Warm requests, many connections, growing bodies.
    Load,
    /// Many connections with handlers that work.
    Work,
    /// Servers of MCP: cold starts, and calls of a tool.
    Mcp,
}

impl Phase {
    /// All of them, in the order in which they are measured.
    pub const ALL: [Self; 5] = [Self::Start, Self::Small, Self::Load, Self::Work, Self::Mcp];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Small => "small",
            Self::Load => "load",
            Self::Work => "work",
            Self::Mcp => "mcp",
        }
    }

    /// The names of all, for a message.
    pub fn names() -> String {
        Self::ALL.map(Self::name).join(", ")
    }

    /// The phase of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.name() == name)
    }
}
