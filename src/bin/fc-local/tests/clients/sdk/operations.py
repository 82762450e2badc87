"""What each client is asked to do; the same list, in the same words, as operations.mjs."""
import json
import time
from pathlib import Path

# In seconds; long enough for a machine under load.
PATIENCE = 30
SIZE = 20 * 1024 * 1024
DOMAIN = "sdk.example.com"
# What a query has to survive: a blank, and what RFC 3986 encodes and others do not.
ODD_PREFIX = "a b*(c)!'~+/"


class NotOffered(Exception):
    """The client has no such call."""


def need(condition, *seen):
    if not condition:
        raise AssertionError(f"not as expected: {seen!r}"[:300])


def refused(call, status, code):
    try:
        call()
    except NotOffered:
        raise
    except Exception as error:
        text = str(error) + str(getattr(error, "data", ""))
        seen = [getattr(error, name, None) for name in ("status_code", "statusCode")]
        need(code in text or getattr(error, "code", "") == code, text)
        need(status in seen or str(status) in text, seen, text)
    else:
        raise AssertionError(f"{code} is not raised")


class Operations:
    def __init__(self, client, packages, scratch):
        """The packages are those of version 1 and 2 of the test function."""
        self.client, self.packages, self.scratch = client, packages, Path(scratch)

    def create(self):
        self.client.prepare()
        need(self.client.create("f1", self.packages[0])["functionName"] == "f1")

    def read(self):
        seen = self.client.read("f1")
        need((seen["runtime"], seen["timeout"]) == ("custom", 30), seen)

    def echo(self, body):
        answer = self.client.invoke("f1", body)[1]
        need(answer == body, len(answer), answer[:50])

    def invoke_text(self):
        self.echo("Grüße, 你好".encode())

    def invoke_bytes(self):
        self.echo(bytes(range(256)))

    def invoke_nothing(self):
        self.echo(b"")

    def invoke_20_mb(self):
        self.echo(bytes(range(256)) * (SIZE // 256))

    def invoke_later(self):
        file = self.scratch / "later"
        self.client.invoke("f1", f"touch {file}".encode(), later=True)
        end = time.monotonic() + PATIENCE
        while not file.exists():
            need(time.monotonic() < end, "the event was not called")
            time.sleep(0.01)

    def log_tail(self):
        log = self.client.invoke("f1", b"log a line of the log", log=True)[0]
        need("a line of the log" in log and "FC Invoke End RequestId: " in log, log)

    def failure(self):
        try:
            answer = self.client.invoke("f1", b"fail")[1].decode()
        except Exception as error:
            answer = str(error)
        need("as asked" in answer, answer)

    def update(self):
        self.client.update("f1", self.packages[1], 20)
        need(self.client.read("f1")["timeout"] == 20)
        answer = self.client.invoke("f1", b"version")[1]
        need(answer == b"2", answer)

    def list_pages(self):
        for name in ("f2", "f3"):
            self.client.create(name, self.packages[0])
        first, token = self.client.list(prefix="f", limit=2)
        need(first == ["f1", "f2"] and token, first, token)
        rest, token = self.client.list(prefix="f", limit=2, token=token)
        need(rest == ["f3"] and not token, rest, token)

    def list_odd(self):
        need(self.client.list(prefix=ODD_PREFIX)[0] == [])

    def triggers(self):
        self.client.create_trigger("f1", "t", {"authType": "function", "methods": ["GET", "POST"]})
        need(self.client.list_triggers("f1") == ["t"])
        self.client.update_trigger("f1", "t", {"authType": "anonymous", "methods": ["GET"]})
        seen = self.client.read_trigger("f1", "t")
        need("anonymous" in str(seen["triggerConfig"]), seen)
        self.client.delete_trigger("f1", "t")
        need(self.client.list_triggers("f1") == [])

    def domains(self):
        route = {"path": "/*", "functionName": "f1", "qualifier": "LATEST"}
        self.client.create_domain(DOMAIN, route)
        need(self.client.read_domain(DOMAIN)["domainName"] == DOMAIN)
        self.client.delete_domain(DOMAIN)

    def async_config(self):
        self.client.put_async_config("f1", 1)
        seen = self.client.read_async_config("f1")
        need(seen["maxAsyncRetryAttempts"] == 1, seen)
        self.client.delete_async_config("f1")

    def versions(self):
        def version(qualifier):
            return self.client.invoke_by("f1", qualifier, b"version")

        need(self.client.publish("f1", "first") == "1")
        refused(lambda: self.client.publish("f1", "the same"), 400, "VersionPublishError")
        self.client.update("f1", self.packages[0], 21)
        need(self.client.publish("f1", "second") == "2")
        listed = self.client.list_versions("f1")
        need(listed == [("2", "second"), ("1", "first")], listed)
        need((version("1"), version("2")) == (b"2", b"1"))
        need((self.client.timeout_of("f1", "1"), self.client.timeout_of("f1", "2")) == (20, 21))
        self.client.create_alias("f1", "prod", "1", "shown")
        need(version("prod") == b"2")
        self.client.weigh_alias("f1", "prod", {"2": 1})
        need(version("prod") == b"1")
        seen = self.client.read_alias("f1", "prod")
        need((seen["versionId"], seen["description"], seen["additionalVersionWeight"]) == ("1", "shown", {"2": 1}), seen)
        need(self.client.list_aliases("f1") == ["prod"])
        refused(lambda: self.client.delete_version("f1", "2"), 409, "VersionInUse")
        self.client.delete_alias("f1", "prod")
        for number in ("1", "2"):
            self.client.delete_version("f1", number)
        refused(lambda: version("1"), 404, "VersionNotFound")
        refused(lambda: version("prod"), 404, "AliasNotFound")
        self.client.update("f1", self.packages[1], 20)

    def sessions(self):
        self.client.set_affinity("f1", "x-sdk-session")
        made = self.client.create_session("f1", "s1")
        need(made["sessionStatus"] == "Active" and made["containerId"].startswith("c-"), made)
        pids = {json.loads(self.client.invoke_in("f1", "x-sdk-session", "s1", b"state"))["pid"] for _ in range(2)}
        need(len(pids) == 1, pids)
        self.client.update_session("f1", "s1", 60)
        seen = self.client.read_session("f1", "s1")
        need(seen["sessionIdleTimeoutInSeconds"] == 60 and seen["containerId"] == made["containerId"], seen)
        need(self.client.list_sessions("f1") == [("s1", "Active")])
        self.client.delete_session("f1", "s1")
        need(self.client.list_sessions("f1") == [])

    def signed_http(self):
        config = {"authType": "function", "methods": ["GET", "POST"]}
        self.client.create_trigger("f1", "signed", config)
        try:
            answer = self.client.http("f1", "/echo", {"name": "a b"}, b"sent")
        finally:
            self.client.delete_trigger("f1", "signed")
        need(answer == b"sent", answer)

    def wrong_secret(self):
        refused(lambda: self.client.stranger().read("f1"), 403, "SignatureNotMatch")

    def unknown(self):
        refused(lambda: self.client.read("f9"), 404, "FunctionNotFound")

    def exists(self):
        refused(lambda: self.client.create("f1", self.packages[0]), 409, "FunctionAlreadyExists")

    def wrong_value(self):
        refused(lambda: self.client.update("f1", None, -1), 400, "InvalidArgument")

    def not_played(self):
        refused(self.client.unplayed, 400, "fc-local does not play this")

    def delete(self):
        for name in ("f1", "f2", "f3"):
            self.client.delete(name)
        need(self.client.list(prefix="f")[0] == [])
        self.client.clear()


OPERATIONS = {
    "create": "create",
    "read": "read",
    "invoke, text": "invoke_text",
    "invoke, bytes": "invoke_bytes",
    "invoke, no event": "invoke_nothing",
    "invoke, 20 MB": "invoke_20_mb",
    "invoke, asynchronous": "invoke_later",
    "log tail": "log_tail",
    "a failed event": "failure",
    "update fields and code": "update",
    "list, page by page": "list_pages",
    "list, odd characters": "list_odd",
    "triggers": "triggers",
    "signed HTTP trigger": "signed_http",
    "custom domains": "domains",
    "asynchronous configuration": "async_config",
    "versions and aliases": "versions",
    "sessions": "sessions",
    "error: wrong secret": "wrong_secret",
    "error: no such function": "unknown",
    "error: function exists": "exists",
    "error: wrong value": "wrong_value",
    "error: not played": "not_played",
    "delete": "delete",
}


def run(operations):
    """Yields each operation with `yes`, `-` for what the client has no call for, or `no` and why."""
    for label, method in OPERATIONS.items():
        try:
            getattr(operations, method)()
            yield label, "yes", ""
        except NotOffered:
            yield label, "-", ""
        except Exception as error:
            yield label, "no", f"{type(error).__name__}: {error}"[:600]
