"""The tools of mcp-server, as calls and as tasks, and the rules that it breaks."""
import os
import threading
import uuid

BREAK = set(filter(None, os.environ.get("BREAK", "").split(",")))
WAIT_SECONDS = 0.3
TASKS = {}
SUPPORT = os.environ.get("TASKS")
EXTENSION = "io.modelcontextprotocol/tasks"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
RELATED = "io.modelcontextprotocol/related-task"
TASK_METHODS = ("tasks/get", "tasks/result", "tasks/list", "tasks/cancel")


def is_extended(params):
    """Whether the client has declared the tasks extension."""
    return EXTENSION in params.get("_meta", {}).get(CAPABILITIES, {}).get("extensions", {})


class Refused(Exception):
    def __init__(self, status, code=-32600, data=None):
        super().__init__(status)
        self.status, self.code, self.data = status, code, data


def tools(params):
    """A page with one tool, and one after it."""
    schema = {"properties": {}} if "tool-schema" in BREAK and params.get("cursor") else {"type": "object"}
    if "tool-header" in BREAK:
        schema["properties"] = {"a": {"type": "string", "x-mcp-header": "a b"}}
    wait = {"name": "wait", "inputSchema": schema}
    if SUPPORT:
        wait["execution"] = {"taskSupport": SUPPORT}
    if params.get("cursor") == "2":
        return {"tools": [{"name": "other", "inputSchema": schema}]}
    return {"tools": [wait], "nextCursor": "2"}


def capabilities():
    calls = {"tasks": {"list": {}, "cancel": {}, "requests": {"tools": {"call": {}}}}} if SUPPORT else {}
    return {"tools": {}, **calls}


class Task:
    """A call that works while nobody waits for it."""

    def __init__(self):
        self.id, self.ended = uuid.uuid4().hex, threading.Event()
        self.status = "completed" if "task-ended" in BREAK else "working"
        TASKS[self.id] = self
        threading.Timer(WAIT_SECONDS, self.end).start()

    def end(self):
        self.status = "completed"
        self.ended.set()

    def described(self):
        now = "2026-11-30T12:00:00Z"
        return {"taskId": self.id, "status": self.status, "createdAt": now, "lastUpdatedAt": now, "ttl": None}

    def result(self):
        self.ended.wait()
        return {"content": [], "_meta": {} if "task-unrelated" in BREAK else {RELATED: {"taskId": self.id}}}


def of_tasks(method, params):
    if method == "tasks/list":
        return {"tasks": [] if "task-hidden" in BREAK else [task.described() for task in TASKS.values()]}
    task = TASKS.get(params["taskId"])
    if task is None:
        raise Refused(200, -32603 if "task-603" in BREAK else -32602)
    if method == "tasks/cancel" and "task-cancel" not in BREAK:
        raise Refused(200, -32602)
    return task.result() if method == "tasks/result" else task.described()
