"""The tasks extension that mcp-server has with EXTENSION, and the rules that it breaks.

Its tasks are files of the folder STORE, which several instances may share.
"""
import json
import os
import threading
import uuid
from pathlib import Path

from mcp_tools import BREAK, EXTENSION, WAIT_SECONDS, Refused, is_extended

STORE = os.environ.get("STORE")
OFFERS = STORE is not None
METHODS = ("tasks/get", "tasks/update", "tasks/cancel")
OLD_METHODS = ("tasks/result", "tasks/list")
NOW = "2026-11-30T12:00:00Z"
LOCK = threading.Lock()
MADE = []


def is_task(params):
    return is_extended(params) or "ext-undeclared" in BREAK or "task" in params and "ext-old-parameter" in BREAK


def create():
    identity = str(len(MADE)) if "ext-short-id" in BREAK else uuid.uuid4().hex
    MADE.append(identity)
    task = {"taskId": identity, "status": "working", "createdAt": NOW, "lastUpdatedAt": NOW, "ttlMs": None}
    if "ext-no-ttl" in BREAK:
        del task["ttlMs"]
    store({**task, "pollIntervalMs": 50})
    threading.Timer(WAIT_SECONDS, end, [identity]).start()
    return {**task, "resultType": "task"}


def folder():
    # Each instance has its own where they share none.
    return Path(STORE) / str(os.getpid()) if "ext-own-store" in BREAK else Path(STORE)


def store(task):
    folder().mkdir(parents=True, exist_ok=True)
    new = folder() / f"{task['taskId']}.{threading.get_ident()}"
    new.write_text(json.dumps(task))
    new.rename(folder() / task["taskId"])


def load(identity):
    path = folder() / identity
    if not path.is_file():
        raise Refused(400, -32603 if "ext-unknown" in BREAK else -32602)
    return json.loads(path.read_text())


def end(identity):
    result = {} if "ext-empty" in BREAK else {"result": {"content": [{"type": "text", "text": "waited"}]}}
    with LOCK:
        task = load(identity)
        if task["status"] == "working":
            store({**task, "status": "completed", **result})


def of_extension(method, params, name):
    if method in OLD_METHODS:
        return {"tasks": []}
    if not is_extended(params) and "ext-undeclared" not in BREAK:
        raise Refused(400, -32021, {"requiredCapabilities": {"extensions": {EXTENSION: {}}}})
    if name != params["taskId"] and "ext-name" not in BREAK:
        raise Refused(400, -32020)
    if any("action" not in it for it in params.get("inputResponses", {}).values()):
        raise Refused(400, -32602)
    with LOCK:
        task = load(params["taskId"])
        if method == "tasks/get":
            return {**task, "resultType": "task" if "ext-type" in BREAK else "complete"}
        if method == "tasks/cancel" and (task["status"] == "working" or "ext-revived" in BREAK):
            store({**task, "status": "cancelled"})
    return {**(task if "ext-full" in BREAK else {}), "resultType": "complete"}
