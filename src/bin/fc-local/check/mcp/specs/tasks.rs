//! Rows about the tasks of 2025-11-25, for servers that announce them.

use crate::check::row::{Level, Spec};

specs! {
    TASKS_CREATE = Must("tasks/create", "MCP tasks",
        "tools/call of --slow-tool as a task",
        "at once a task with a taskId, the status working, createdAt, lastUpdatedAt and a ttl",
        "return the task before the tool has worked");
    TASKS_RESULT = Must("tasks/result", "MCP tasks",
        "tasks/result of that task, and then tasks/get",
        "the result of the tool with the task in _meta, when it has come; and then the status completed",
        "hold tasks/result until the task has ended: on FC that also keeps the instance from being frozen");
    TASKS_UNKNOWN = Must("tasks/unknown", "MCP tasks",
        "tasks/get, tasks/result and, if announced, tasks/cancel with a taskId that was never given",
        "the error -32602",
        "answer a task that is not known, or not any more, with -32602");
    TASKS_LIST = Must("tasks/list", "MCP tasks",
        "tasks/list, if tasks.list is announced",
        "a list named tasks, with the task that was made",
        "list each task that tasks/get knows, or announce no tasks.list");
    TASKS_CANCEL = Must("tasks/cancel", "MCP tasks",
        "tasks/cancel of a task that has ended, if tasks.cancel is announced",
        "the error -32602",
        "keep the status of a task once it is completed, failed or cancelled");
    TASKS_SUPPORT = Should("tasks/support", "MCP tasks",
        "tools/call of --slow-tool in the way that its execution.taskSupport excludes",
        "the error -32601",
        "compare each call with the taskSupport of its tool; without one a tool is never a task");
    TASKS_ELSEWHERE = Must("tasks/elsewhere", "fc3 §4",
        "tasks/get of that task to a second instance, if the server keeps no sessions",
        "the task: FC sends each request to any instance",
        "keep tasks where all instances find them, or keep sessions and configure the affinity");
}
