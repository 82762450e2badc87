//! The runtimes that break the contract, and the rows that find it.

/// A broken runtime.
pub(super) struct Case {
    /// The rules it breaks.
    pub(super) breaks: &'static str,
    /// Options beyond [`super::EVERYTHING`], or in its place.
    pub(super) options: &'static [&'static str],
    /// The rows that fail.
    pub(super) fail: &'static [&'static str],
}

/// Every rule broken once; rules that do not touch each other share a run.
pub(super) static CASES: [(&str, Case); 13] = [
    (
        "hooks",
        Case {
            breaks: "hooks-fail,no-hook-markers",
            options: &[],
            fail: &[
                "initialize/answer",
                "initialize/markers",
                "initialize/user-path",
                "freeze/pre-freeze",
                "freeze/pre-freeze-markers",
                "stop/pre-stop",
                "stop/pre-stop-markers",
            ],
        },
    ),
    (
        "lies",
        Case {
            breaks: "by-path,init-lies,chunked-answer,bare-log,fail-200,ignores-sigterm,half-line,leaks,noisy",
            options: &[],
            fail: &[
                "initialize/user-path",
                "initialize/failure",
                "event/content-length",
                "event/log-request-id",
                "failure/x-fc-status",
                "failure/status",
                "probe/log",
                "stop/sigterm",
                "log/line-start",
                "log/secrets",
            ],
        },
    ),
    (
        "shapes",
        Case {
            breaks: "init-dies,lower-markers,fail-text,fail-plain-end",
            options: &[],
            fail: &[
                "initialize/failure-lives-on",
                "event/markers",
                "failure/body",
                "failure/end-line",
                "http/markers",
            ],
        },
    ),
    (
        "bytes",
        Case {
            breaks: "late-end,fail-unlogged,text,expect-417,head-body,body-204",
            options: &[],
            fail: &[
                "event/markers-in-time",
                "event/binary",
                "event/6-mb",
                "event/32-mb",
                "event/expect-continue",
                "failure/log-order",
                "http/head",
                "http/204",
                "http/body",
            ],
        },
    ),
    (
        "requests",
        Case {
            breaks: "no-chunked,10-mb,put-411,params-garbage,http-500,strict",
            options: &[],
            fail: &[
                "event/chunked",
                "event/32-mb",
                "http/answer",
                "http/body",
                "http/empty-put",
                "http/params",
                "http/unknown-path",
                "probe/health-check",
            ],
        },
    ),
    (
        "deaths",
        Case {
            breaks: "fail-dies,serial,dies-on-cancel,dies-on-reset,dies-on-cut,dies-on-thaw",
            options: &[],
            fail: &[
                "failure/lives-on",
                "connection/overlap",
                "connection/canceled",
                "probe/silent-connection",
                "probe/cut-request",
                "freeze/next-event",
            ],
        },
    ),
    (
        "one connection",
        Case {
            breaks: "one-connection,1-mb",
            // Long enough for the rows that pass on a machine under load.
            options: &["--response-timeout=6"],
            fail: &[
                "event/6-mb",
                "event/32-mb",
                "connection/second",
                "connection/at-once",
                "connection/overlap",
            ],
        },
    ),
    (
        "closes",
        Case {
            breaks: "closes",
            options: &[],
            fail: &["connection/keep-alive", "connection/idle"],
        },
    ),
    (
        "idle",
        Case {
            breaks: "idle-timeout",
            options: &["--idle=5"],
            fail: &["connection/idle"],
        },
    ),
    (
        "statuses",
        Case {
            breaks: "event-500,crashes-on-sigterm",
            options: &[],
            fail: &[
                "event/answer",
                "event/empty",
                "event/binary",
                "event/6-mb",
                "event/32-mb",
                "stop/sigterm",
            ],
        },
    ),
    (
        "loopback",
        Case {
            breaks: "loopback",
            options: &[],
            fail: &["start/all-interfaces"],
        },
    ),
    (
        "silence",
        Case {
            breaks: "never-listens",
            options: &["--start-timeout=1"],
            fail: &["start/port"],
        },
    ),
    (
        "mute",
        Case {
            breaks: "mute",
            options: &["--response-timeout=1"],
            fail: &[
                "initialize/answer",
                "initialize/user-path",
                "initialize/failure",
                "initialize/failure-lives-on",
                "event/answer",
            ],
        },
    ),
];
