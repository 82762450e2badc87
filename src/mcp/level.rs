//! The levels of the log messages that a client may ask for (RFC 5424).
//!
//! Owns their order and spelling. It must not know who asks.

/// How serious a message is, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // Their names say it.
pub enum Level {
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

const LEVELS: [(Level, &str); 8] = [
    (Level::Debug, "debug"),
    (Level::Info, "info"),
    (Level::Notice, "notice"),
    (Level::Warning, "warning"),
    (Level::Error, "error"),
    (Level::Critical, "critical"),
    (Level::Alert, "alert"),
    (Level::Emergency, "emergency"),
];

impl Level {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        LEVELS
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(level, _)| *level)
    }

    pub(crate) fn as_str(self) -> &'static str {
        LEVELS[self as usize].1
    }
}

#[cfg(test)]
mod tests {
    use super::{LEVELS, Level};

    #[test]
    fn each_level_is_spelled_and_read_alike() {
        for (level, name) in LEVELS {
            assert_eq!((level.as_str(), Level::parse(name)), (name, Some(level)));
        }
        assert_eq!(Level::parse("Info"), None);
        assert!(Level::Debug < Level::Emergency);
    }
}
