//! Rows about the extension `io.modelcontextprotocol/tasks` for 2026-07-28, for servers that announce it.

use crate::check::row::{Level, Spec};

specs! {
    EXT_CAPABILITY = Must("ext-tasks/capability", "MCP SEP-2663",
        "server/discover in 2026-07-28",
        "no capability named tasks beside the extension io.modelcontextprotocol/tasks",
        "announce capabilities.tasks in the handshake of 2025-11-25 alone");
    EXT_UNDECLARED = Must("ext-tasks/undeclared", "MCP SEP-2663",
        "tasks/get, tasks/update and tasks/cancel from a client without the extension among its capabilities",
        "status 400 and the error -32021, whose data.requiredCapabilities.extensions names the extension",
        "look for the extension in params._meta of each request: what an earlier one declared does not count");
    EXT_UNDECLARED_CALL = Must("ext-tasks/undeclared-call", "MCP SEP-2663",
        "tools/call of --slow-tool from such a client",
        "the result of the tool, or the error -32021; such a client takes a task for an invalid response",
        "answer clients without the extension when the tool has worked");
    EXT_OLD_PARAMETER = Must("ext-tasks/old-parameter", "MCP SEP-2663",
        "the same call with the parameter task of 2025-11-25",
        "the same answer",
        "pass over params.task in this version");
    EXT_UNKNOWN = Must("ext-tasks/unknown", "MCP SEP-2663",
        "tasks/get with a taskId that was never given",
        "the error -32602",
        "answer a task that is not known, or not any more, with -32602");
    EXT_UNKNOWN_CHANGE = Should("ext-tasks/unknown-change", "MCP SEP-2663",
        "tasks/update and tasks/cancel with this taskId",
        "the error -32602",
        "look for the task before the request is acknowledged");
    EXT_OLD_METHODS = Must("ext-tasks/old-methods", "MCP SEP-2663",
        "tasks/result and tasks/list in 2026-07-28",
        "the error -32601: tasks/get has the result, and nobody may list the tasks of others",
        "keep these methods for clients that shook hands");
    EXT_LISTEN = Must("ext-tasks/listen", "MCP SEP-2663",
        "subscriptions/listen for a taskId from a client without the extension, if the server has the method",
        "the error -32021",
        "look at notifications.taskIds before the stream is opened");
    EXT_CREATE = Must("ext-tasks/create", "MCP SEP-2663",
        "tools/call of --slow-tool from a client with the extension",
        "the resultType task with taskId, status, createdAt, lastUpdatedAt and ttlMs; or at once the result of the tool",
        "write the fields of the task into the result itself, and not under the key task");
    EXT_ID = Should("ext-tasks/id", "MCP SEP-2663",
        "the same twice",
        "two taskIds of at least 16 characters that differ: the id alone protects the result of the tool",
        "make each id of at least 128 random bits");
    EXT_GET = Must("ext-tasks/get", "MCP SEP-2663",
        "tasks/get of that task at once",
        "the resultType complete, and the fields of the task",
        "store the task before the response that names it is written");
    EXT_NAME_HEADER = Must("ext-tasks/name-header", "MCP SEP-2663",
        "tasks/get with the Mcp-Name of another task",
        "status 400 and the error -32020: routers send a request to the task's instance by this header",
        "compare Mcp-Name with params.taskId in tasks/get, tasks/update and tasks/cancel");
    EXT_RESULT = Must("ext-tasks/result", "MCP SEP-2663",
        "tasks/get of that task until it has ended",
        "the status completed with the result of the tool in result, or failed with the error of JSON-RPC in error",
        "end each task, with isError in a result that is completed; on FC it goes on only while a request is open, so give \
         instances to it that stay or a queue outside");
    EXT_ENDED = Must("ext-tasks/ended", "MCP SEP-2663",
        "tasks/cancel of that task, and tasks/get",
        "the same status: completed, failed and cancelled are final",
        "keep the status of a task that has ended");
    EXT_UPDATE = Should("ext-tasks/update", "MCP SEP-2663",
        "tasks/update of another task with a response that was not asked for",
        "an empty result with the resultType complete",
        "pass over responses to requests that are not open");
    EXT_CANCEL = Must("ext-tasks/cancel", "MCP SEP-2663",
        "tasks/cancel of this task",
        "an empty result with the resultType complete, whether the tool can be stopped or not",
        "acknowledge the request, and show the new status in tasks/get");
    EXT_ELSEWHERE = Must("ext-tasks/elsewhere", "fc3 §4",
        "tasks/get of the first task to a second instance",
        "the task: in this version FC sends each request to any instance",
        "keep tasks where all instances find them, such as a database or Redis");
}
