"""Alibaba's four SDKs for Python, each asked in its own words for what operations.py wants."""
import base64
import json
import os
import tempfile

from operations import NotOffered

ENDPOINT = os.environ["FC_ENDPOINT"]
KEY_ID = os.environ["ACCESS_KEY_ID"]
KEY_SECRET = os.environ["ACCESS_KEY_SECRET"]
SERVICE = "sdk"
# In seconds; long enough for a machine under load.
PATIENCE = 60
FIELDS = {"runtime": "custom", "handler": "index.handler", "timeout": 30}


def missing(*_, **__):
    raise NotOffered


def file_of(code):
    """These two SDKs read the package from a file."""
    file = tempfile.NamedTemporaryFile()
    file.write(code)
    file.flush()
    return file


class Base:
    create_trigger = list_triggers = read_trigger = update_trigger = delete_trigger = missing
    create_domain = read_domain = delete_domain = http = missing
    put_async_config = read_async_config = delete_async_config = unplayed = missing
    set_affinity = publish = missing

    def __init__(self, secret=KEY_SECRET):
        self.api = self.connect(secret)

    def stranger(self):
        return type(self)("wrong")


class Fc1(Base):
    """aliyun-fc: the first generation, with functions in services."""

    def connect(self, secret):
        import fc
        return fc.Client(endpoint=ENDPOINT, accessKeyID=KEY_ID, accessKeySecret=secret, Timeout=PATIENCE)

    def data(self, answer):
        return answer

    def prepare(self):
        self.api.create_service(SERVICE)

    def clear(self):
        self.api.delete_service(SERVICE)

    def create(self, name, code):
        words = (SERVICE, name, FIELDS["runtime"], FIELDS["handler"])
        with file_of(code) as file:
            return self.data(self.api.create_function(*words, codeZipFile=file.name, timeout=FIELDS["timeout"]))

    def read(self, name):
        return self.data(self.api.get_function(SERVICE, name))

    def update(self, name, code, timeout):
        with file_of(code or b"") as file:
            more = {} if code is None else {"codeZipFile": file.name}
            self.api.update_function(SERVICE, name, timeout=timeout, **more)

    def invoke(self, name, event, later=False, log=False):
        if log:
            raise NotOffered
        call = self.api.async_invoke_function if later else self.api.invoke_function
        return "", call(SERVICE, name, payload=event)

    def list(self, prefix=None, limit=None, token=None):
        answer = self.api.list_functions(SERVICE, prefix=prefix, limit=limit, nextToken=token)
        answer = self.data(answer)
        return [item["functionName"] for item in answer["functions"]], answer.get("nextToken")

    def delete(self, name):
        self.api.delete_function(SERVICE, name)


class Fc2(Fc1):
    """aliyun-fc2: FC 2.0."""

    def connect(self, secret):
        import fc2
        return fc2.Client(endpoint=ENDPOINT, accessKeyID=KEY_ID, accessKeySecret=secret, Timeout=PATIENCE)

    def data(self, answer):
        return answer.data

    def invoke(self, name, event, later=False, log=False):
        headers = {"x-fc-invocation-type": "Async" if later else "Sync"}
        if log:
            headers["x-fc-log-type"] = "Tail"
        answer = self.api.invoke_function(SERVICE, name, payload=event, headers=headers)
        return base64.b64decode(answer.headers.get("x-fc-log-result", "")).decode(), answer.data

    def create_trigger(self, name, trigger, config):
        self.api.create_trigger(SERVICE, name, trigger, "http", config, None, None)

    def list_triggers(self, name):
        return [item["triggerName"] for item in self.api.list_triggers(SERVICE, name).data["triggers"]]

    def read_trigger(self, name, trigger):
        return self.api.get_trigger(SERVICE, name, trigger).data

    def update_trigger(self, name, trigger, config):
        self.api.update_trigger(SERVICE, name, trigger, triggerConfig=config)

    def delete_trigger(self, name, trigger):
        self.api.delete_trigger(SERVICE, name, trigger)

    def create_domain(self, domain, route):
        routes = [{**route, "serviceName": SERVICE}]
        self.api.create_custom_domain(domain, protocol="HTTP", routeConfig={"routes": routes})

    def read_domain(self, domain):
        return self.api.get_custom_domain(domain).data

    def delete_domain(self, domain):
        self.api.delete_custom_domain(domain)

    def put_async_config(self, name, retries):
        config = {"maxAsyncRetryAttempts": retries}
        self.api.put_function_async_invoke_config(SERVICE, "LATEST", name, config)

    def read_async_config(self, name):
        return self.api.get_function_async_invoke_config(SERVICE, "LATEST", name).data

    def delete_async_config(self, name):
        self.api.delete_function_async_invoke_config(SERVICE, "LATEST", name)

    def unplayed(self):
        self.api.publish_version(SERVICE)

    def http(self, name, path, query, body):
        return self.api.do_http_request("POST", SERVICE, name, path, params=query, body=body).content


class Tea(Base):
    """The generated SDKs: the same calls; those of FC 3.0 have no services."""

    owner = ()

    def call(self, method, *words, headers=None, **fields):
        name = "".join(word.title() for word in method.split("_"))
        if name == "GetFunctionAsyncInvokeConfig" and not fields:
            fields = {"qualifier": None}
        request = getattr(self.models, name + "Request", None)
        words = (*self.owner, *words)
        if fields and request is not None:
            words += (self.request(request, fields),)
        elif request is not None:
            words += (request(),)
        if headers is None:
            return getattr(self.api, method)(*words)
        headers = getattr(self.models, name + "Headers")(**headers)
        return getattr(self.api, method + "_with_options")(*words, headers, self.options())

    def create(self, name, code):
        code = self.code(zip_file=base64.b64encode(code).decode())
        return self.call("create_function", function_name=name, code=code, **FIELDS).body.to_map()

    def read(self, name):
        return self.call("get_function", name).body.to_map()

    def update(self, name, code, timeout):
        more = {} if code is None else {"code": self.code(zip_file=base64.b64encode(code).decode())}
        self.call("update_function", name, timeout=timeout, **more)

    def invoke(self, name, event, later=False, log=False):
        headers = {"x_fc_invocation_type": "Async" if later else "Sync"}
        if log:
            headers["x_fc_log_type"] = "Tail"
        answer = self.call("invoke_function", name, headers=headers, body=self.event(event))
        tail = base64.b64decode(answer.headers.get("x-fc-log-result", "")).decode()
        return tail, self.bytes_of(answer.body)

    def list(self, prefix=None, limit=None, token=None):
        body = self.call("list_functions", prefix=prefix, limit=limit, next_token=token).body
        return [item.function_name for item in body.functions], body.next_token

    def delete(self, name):
        self.call("delete_function", name)

    def create_trigger(self, name, trigger, config):
        config = json.dumps(config)
        self.call("create_trigger", name, trigger_name=trigger, trigger_type="http", trigger_config=config)

    def list_triggers(self, name):
        return [item.trigger_name for item in self.call("list_triggers", name).body.triggers]

    def read_trigger(self, name, trigger):
        return self.call("get_trigger", name, trigger).body.to_map()

    def update_trigger(self, name, trigger, config):
        self.call("update_trigger", name, trigger, trigger_config=json.dumps(config))

    def delete_trigger(self, name, trigger):
        self.call("delete_trigger", name, trigger)

    def domain_call(self, method, *words, **fields):
        owner, self.owner = self.owner, ()
        try:
            return self.call(method, *words, **fields)
        finally:
            self.owner = owner

    def read_domain(self, domain):
        return self.domain_call("get_custom_domain", domain).body.to_map()

    def delete_domain(self, domain):
        self.domain_call("delete_custom_domain", domain)

    def create_domain(self, domain, route):
        names = {"path": route["path"], "function_name": route["functionName"], "qualifier": route["qualifier"]}
        names.update(self.route)
        config = self.models.RouteConfig(routes=[self.models.PathConfig(**names)])
        self.domain_call("create_custom_domain", domain_name=domain, protocol="HTTP", route_config=config)


class Fc3(Tea):
    """alibabacloud-fc20230330: FC 3.0."""

    route = {}

    def connect(self, secret):
        from alibabacloud_fc20230330 import client, models
        from alibabacloud_tea_openapi.utils_models import Config
        from darabonba.runtime import RuntimeOptions
        self.models, self.options, self.code = models, RuntimeOptions, models.InputCodeLocation
        return client.Client(config_of(Config, secret))

    def request(self, kind, fields):
        name = kind.__name__.removesuffix("Request") + "Input"
        model = getattr(self.models, name, None)
        return kind(**fields) if model is None else kind(body=model(**fields))

    def event(self, event):
        # The type that the SDK names is a stream, of which it gathers a kilobyte at a time: minutes for 20 MB.
        return event

    def bytes_of(self, body):
        return body.read()

    def prepare(self):
        pass

    clear = prepare

    def put_async_config(self, name, retries):
        self.call("put_async_invoke_config", name, max_async_retry_attempts=retries)

    def read_async_config(self, name):
        return self.call("get_async_invoke_config", name).body.to_map()

    def delete_async_config(self, name):
        self.call("delete_async_invoke_config", name)

    def unplayed(self):
        self.call("list_layers", limit=1)

    def publish(self, name, description):
        body = self.models.PublishVersionInput(description=description)
        return self.call("publish_function_version", name, body=body).body.version_id

    def list_versions(self, name):
        versions = self.call("list_function_versions", name, limit=10).body.versions
        return [(item.version_id, item.description) for item in versions]

    def delete_version(self, name, version):
        self.call("delete_function_version", name, version)

    def create_alias(self, name, alias, version, description):
        self.call("create_alias", name, alias_name=alias, version_id=version, description=description)

    def read_alias(self, name, alias):
        return self.call("get_alias", name, alias).body.to_map()

    def weigh_alias(self, name, alias, weights):
        self.call("update_alias", name, alias, additional_version_weight=weights)

    def list_aliases(self, name):
        return [item.alias_name for item in self.call("list_aliases", name, limit=10).body.aliases]

    def delete_alias(self, name, alias):
        self.call("delete_alias", name, alias)

    def invoke_by(self, name, qualifier, event):
        return self.bytes_of(self.call("invoke_function", name, body=event, qualifier=qualifier).body)

    def timeout_of(self, name, qualifier):
        return self.call("get_function", name, qualifier=qualifier).body.timeout

    def set_affinity(self, name, header):
        config = json.dumps({"affinityHeaderFieldName": header})
        fields = {"session_affinity": "HEADER_FIELD", "session_affinity_config": config}
        self.call("update_function", name, instance_concurrency=200, **fields)

    def create_session(self, name, session):
        return self.call("create_session", name, session_id=session).body.to_map()

    def read_session(self, name, session):
        return self.call("get_session", name, session).body.to_map()

    def list_sessions(self, name):
        sessions = self.call("list_sessions", name, limit=10).body.sessions
        return [(item.session_id, item.session_status) for item in sessions]

    def update_session(self, name, session, idle):
        self.call("update_session", name, session, session_idle_timeout_in_seconds=idle)

    def delete_session(self, name, session):
        self.call("delete_session", name, session)

    def invoke_in(self, name, header, session, event):
        headers = {"common_headers": {header: session}}
        return self.bytes_of(self.call("invoke_function", name, headers=headers, body=event).body)


class FcOpen(Tea):
    """alibabacloud-fc-open20210406: services and functions, by the API of 2021."""

    owner = (SERVICE,)
    route = {"service_name": SERVICE}

    def connect(self, secret):
        from alibabacloud_fc_open20210406 import client, models
        from alibabacloud_tea_openapi.models import Config
        from alibabacloud_tea_util.models import RuntimeOptions
        self.models, self.options, self.code = models, RuntimeOptions, models.Code
        return client.Client(config_of(Config, secret))

    def request(self, kind, fields):
        return kind(**fields)

    def event(self, event):
        return event

    def bytes_of(self, body):
        return body

    def prepare(self):
        self.domain_call("create_service", service_name=SERVICE)

    def clear(self):
        self.domain_call("delete_service", SERVICE)

    def put_async_config(self, name, retries):
        self.call("put_function_async_invoke_config", name, max_async_retry_attempts=retries)

    def read_async_config(self, name):
        return self.call("get_function_async_invoke_config", name).body.to_map()

    def delete_async_config(self, name):
        self.call("delete_function_async_invoke_config", name)

    def unplayed(self):
        self.call("publish_service_version", description="one")


def config_of(kind, secret):
    return kind(
        access_key_id=KEY_ID, access_key_secret=secret, endpoint=ENDPOINT.removeprefix("http://"), protocol="http",
        region_id="cn-hangzhou", connect_timeout=PATIENCE * 1000, read_timeout=PATIENCE * 1000,
    )


CLIENTS = {
    "aliyun-fc": Fc1,
    "aliyun-fc2": Fc2,
    "alibabacloud-fc20230330": Fc3,
    "alibabacloud-fc-open20210406": FcOpen,
}
