//! Which rules of a server are broken together, and which rows fail then.

use super::super::OF_THE_EXTENSION;

/// A server that breaks rules, and the rows that fail.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) breaks: &'static str,
    pub(super) options: &'static [&'static str],
    pub(super) fail: &'static [&'static str],
}

/// Every rule broken once; rules that do not touch each other share a run.
pub(super) static CASES: [Case; 21] = [
    Case {
        name: "messages",
        breaks: "redirect,init-id,echo-version,initialized-400,cancelled-200,id-null,method-404,json-500,text-type,\
                 alone-session,alone-headers,alone-meta,alone-version,alone-200,version-any,accept-stream,stream-open,\
                 host-421,tool-schema,error-form,unknown-404,response-400,null-id,method-603,params-603,invalid-602,parse-600,\
                 batch-any,batch-half",
        options: &[],
        fail: &[
            "request/redirect",
            "handshake/initialize",
            "handshake/unknown-version",
            "handshake/initialized",
            "stateless/request",
            "stateless/headers",
            "stateless/meta",
            "stateless/unknown-version",
            "stateless/unknown-method",
            "stateless/removed-methods",
            "tools/list",
            "message/form",
            "request/notification",
            "message/unknown-notification",
            "message/response",
            "request/id",
            "message/id-kinds",
            "message/id-null",
            "request/unknown-method",
            "message/unknown-method",
            "message/bad-params",
            "message/invalid",
            "message/batch",
            "message/batch-2025-03-26",
            "request/broken-json",
            "message/parse-error",
            "header/unknown-version",
            "header/content-type",
            "header/accept",
            "header/host",
            "stream/end",
        ],
    },
    Case {
        name: "streams",
        breaks: "text-plain,origin-any,get-held,delete-200,late-head,serial,dies-on-left,tool-header,get-once,id-number",
        // What comes one after the other is waited for until then.
        options: &[
            "--slow-tool=wait",
            "--concurrency=4",
            "--response-timeout=10",
        ],
        fail: &[
            "tools/list",
            "message/id-kinds",
            "header/text-plain",
            "header/origin",
            "get/held",
            "get/again",
            "delete/answer",
            "stream/first-byte",
            "concurrency/overlap",
            "life/client-left",
        ],
    },
    Case {
        name: "versions",
        breaks: "new-version,discover-500,get-404",
        options: &[],
        fail: &[
            "handshake/version",
            "handshake/unknown-version",
            "stateless/discover",
            "get/answer",
        ],
    },
    Case {
        name: "sessions",
        breaks: "one-version,bad-id,missing-200,unknown-200,serves-both",
        options: &["--env=SESSIONS=1"],
        fail: &[
            "handshake/fc-versions",
            "session/id",
            "session/missing",
            "session/unknown",
            "session/deleted",
            "session/stateless",
        ],
    },
    Case {
        name: "few",
        breaks: "few-sessions,delete-lies",
        options: &["--env=SESSIONS=1"],
        fail: &["handshake/fc-versions", "session/many", "session/id"],
    },
    Case {
        name: "delete",
        breaks: "delete-405",
        options: &["--env=SESSIONS=1"],
        fail: &["session/delete"],
    },
    Case {
        name: "one connection",
        breaks: "one-connection",
        // Long enough for the rows that pass on a machine under load.
        options: &["--response-timeout=4"],
        fail: &["concurrency/at-once"],
    },
    Case {
        name: "header",
        breaks: "header-refused",
        options: &[],
        fail: &[
            "handshake/initialized",
            "tools/list",
            "request/notification",
            "message/unknown-notification",
            "request/unknown-method",
            "message/unknown-method",
            "message/bad-params",
            "message/invalid",
            "message/id-null",
            "request/broken-json",
            "header/version",
            "header/host",
            "concurrency/at-once",
            "life/client-left",
        ],
    },
    Case {
        name: "silent get",
        breaks: "get-hang",
        options: &["--response-timeout=4"],
        fail: &["get/answer", "resume/unknown"],
    },
    Case {
        name: "resumption",
        breaks: "get-any,same-ids,no-replay,resume-500",
        options: &["--env=EVENTS=1", "--response-timeout=5"],
        fail: &[
            "get/held",
            "get/accept",
            "resume/ids",
            "resume/replay",
            "resume/unknown",
        ],
    },
    Case {
        name: "tasks",
        breaks: "task-ended,task-unrelated,task-603,task-hidden,task-cancel,cut",
        options: &["--env=TASKS=optional", "--slow-tool=wait"],
        fail: &[
            "tasks/create",
            "tasks/result",
            "tasks/unknown",
            "tasks/list",
            "tasks/cancel",
            "tasks/elsewhere",
            "stream/response",
        ],
    },
    Case {
        name: "support",
        breaks: "task-any",
        options: &[
            "--env=SESSIONS=1",
            "--env=TASKS=required",
            "--slow-tool=wait",
        ],
        fail: &["tasks/support"],
    },
    Case {
        name: "listening",
        breaks: "listen-id,listen-all,listen-unoffered,listen-cut,listen-buffered,listen-any",
        options: &["--env=LISTEN=1"],
        fail: &[
            "listen/id",
            "listen/filter",
            "listen/unoffered",
            "listen/open",
            "listen/proxies",
            "listen/bad-params",
        ],
    },
    Case {
        name: "changes",
        breaks: "listen-unasked",
        options: &["--env=LISTEN=1"],
        fail: &["listen/filter"],
    },
    Case {
        name: "acknowledgement",
        breaks: "listen-early",
        options: &["--env=LISTEN=1"],
        fail: &["listen/acknowledged"],
    },
    Case {
        name: "one stream",
        breaks: "listen-once",
        options: &["--env=LISTEN=1", "--response-timeout=5"],
        // Nothing is acknowledged after the first stream.
        fail: &["listen/beside", "listen/again", "listen/unoffered"],
    },
    Case {
        name: "extension",
        breaks: "ext-legacy,ext-undeclared,ext-unknown,ext-old-methods,ext-listen,ext-no-ttl,ext-short-id,ext-name,ext-empty,\
                 ext-revived,ext-full,ext-own-store",
        options: &["--env=LISTEN=1", "--slow-tool=wait"],
        fail: &OF_THE_EXTENSION,
    },
    Case {
        name: "old parameter",
        breaks: "ext-old-parameter,ext-type",
        options: &["--slow-tool=wait"],
        fail: &["ext-tasks/old-parameter", "ext-tasks/get"],
    },
    Case {
        name: "mute",
        breaks: "mute",
        options: &["--response-timeout=1"],
        fail: &["handshake/initialize"],
    },
    Case {
        name: "loopback",
        breaks: "loopback",
        options: &[],
        fail: &["start/all-interfaces"],
    },
    Case {
        name: "exit",
        breaks: "exits",
        options: &[],
        fail: &["start/port"],
    },
];
