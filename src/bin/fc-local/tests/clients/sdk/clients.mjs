// Alibaba's four SDKs for Node, each asked in its own words for what operations.mjs wants.
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';

import { NotOffered } from './operations.mjs';

const require = createRequire(import.meta.url);
const { FC_ENDPOINT, ACCESS_KEY_ID, ACCESS_KEY_SECRET } = process.env;
const SERVICE = 'sdk';
const ACCOUNT = '1234567890123456';
const REGION = 'cn-hangzhou';
// In milliseconds; long enough for a machine under load.
const PATIENCE = 60_000;
const FIELDS = { runtime: 'custom', handler: 'index.handler', timeout: 30 };

const missing = async () => {
  throw new NotOffered();
};
const tail = (headers) => Buffer.from(headers['x-fc-log-result'] ?? '', 'base64').toString();

// @alicloud/fc: the first generation, with functions in services. It returns nothing but the body.
class Fc1 {
  constructor(secret = ACCESS_KEY_SECRET) {
    this.api = this.connect(secret);
    this.api.endpoint = FC_ENDPOINT;
  }

  connect(accessKeySecret) {
    const Client = require(this.package());
    return new Client(ACCOUNT, { accessKeyID: ACCESS_KEY_ID, accessKeySecret, region: REGION, timeout: PATIENCE });
  }

  package() { return '@alicloud/fc'; }
  data = (answer) => answer;
  http() { return missing(); }
  createDomain() { return missing(); }
  putAsyncConfig() { return missing(); }
  unplayed() { return missing(); }
  setAffinity() { return missing(); }
  publish() { return missing(); }

  stranger() {
    return new this.constructor('wrong');
  }

  prepare = () => this.api.createService(SERVICE);
  clear = () => this.api.deleteService(SERVICE);

  async create(functionName, zipFile) {
    return this.data(await this.api.createFunction(SERVICE, { functionName, code: { zipFile }, ...FIELDS }));
  }

  async read(name) {
    return this.data(await this.api.getFunction(SERVICE, name));
  }

  update(name, zipFile, timeout) {
    return this.api.updateFunction(SERVICE, name, zipFile ? { timeout, code: { zipFile } } : { timeout });
  }

  async invoke(name, event, { later, log } = {}) {
    if (log) throw new NotOffered();
    const headers = later ? { 'x-fc-invocation-type': 'Async' } : {};
    return { body: Buffer.from(await this.api.invokeFunction(SERVICE, name, event, headers)) };
  }

  async list(options) {
    const { functions, nextToken } = this.data(await this.api.listFunctions(SERVICE, options));
    return { names: functions.map((item) => item.functionName), nextToken };
  }

  delete = (name) => this.api.deleteFunction(SERVICE, name);

  createTrigger(name, triggerName, triggerConfig) {
    return this.api.createTrigger(SERVICE, name, { triggerName, triggerType: 'http', triggerConfig });
  }

  async listTriggers(name) {
    return this.data(await this.api.listTriggers(SERVICE, name)).triggers.map((item) => item.triggerName);
  }

  async readTrigger(name, trigger) {
    return this.data(await this.api.getTrigger(SERVICE, name, trigger));
  }

  updateTrigger = (name, trigger, triggerConfig) => this.api.updateTrigger(SERVICE, name, trigger, { triggerConfig });
  deleteTrigger = (name, trigger) => this.api.deleteTrigger(SERVICE, name, trigger);
}

// @alicloud/fc2: FC 2.0.
class Fc2 extends Fc1 {
  package() { return '@alicloud/fc2'; }

  data = (answer) => answer.data;

  async invoke(name, event, { later, log } = {}) {
    const headers = { 'x-fc-invocation-type': later ? 'Async' : 'Sync', 'x-fc-log-type': log ? 'Tail' : 'None' };
    const answer = await this.api.invokeFunction(SERVICE, name, event, headers, undefined, { rawBuf: true });
    return { body: Buffer.from(answer.data), log: tail(answer.headers) };
  }

  async http(name, path, query, body) {
    return (await this.api.post(`/proxy/${SERVICE}/${name}${path}`, body, {}, query)).data;
  }

  createDomain(domain, route) {
    const routeConfig = { routes: [{ ...route, serviceName: SERVICE }] };
    return this.api.createCustomDomain(domain, { protocol: 'HTTP', routeConfig });
  }

  async readDomain(domain) {
    return this.data(await this.api.getCustomDomain(domain));
  }

  deleteDomain = (domain) => this.api.deleteCustomDomain(domain);

  putAsyncConfig(name, maxAsyncRetryAttempts) {
    return this.api.putFunctionAsyncConfig(SERVICE, name, 'LATEST', { maxAsyncRetryAttempts });
  }

  async readAsyncConfig(name) {
    return this.data(await this.api.getFunctionAsyncConfig(SERVICE, name, 'LATEST'));
  }

  deleteAsyncConfig = (name) => this.api.deleteFunctionAsyncConfig(SERVICE, name, 'LATEST');

  unplayed() {
    return this.api.publishVersion(SERVICE, 'one');
  }
}

// The generated SDKs: the same calls; those of FC 3.0 have no services.
class Tea {
  constructor(secret = ACCESS_KEY_SECRET) {
    const { Config, Options } = this.runtime();
    this.options = () => new Options({});
    this.models = require(this.package());
    this.api = new this.models.default(new Config({
      accessKeyId: ACCESS_KEY_ID,
      accessKeySecret: secret,
      endpoint: new URL(FC_ENDPOINT).host,
      protocol: 'http',
      regionId: REGION,
      connectTimeout: PATIENCE,
      readTimeout: PATIENCE,
    }));
  }

  http = missing;

  setAffinity() { return missing(); }
  publish() { return missing(); }

  stranger() {
    return new this.constructor('wrong');
  }

  // Calls a method of the SDK with a request of these fields, where it takes one.
  call(method, words, fields = {}, { owner = this.owner, headers } = {}) {
    const name = method[0].toUpperCase() + method.slice(1);
    const Request = this.models[`${name}Request`];
    const all = [...owner, ...words, ...(Request ? [this.request(Request, fields)] : [])];
    if (!headers) return this.api[method](...all);
    const Headers = this.models[`${name}Headers`];
    return this.api[`${method}WithOptions`](...all, new Headers(headers), this.options());
  }

  code = (zipFile) => ({ code: new this.models[this.codeModel]({ zipFile }) });

  async create(functionName, zipFile) {
    return (await this.call('createFunction', [], { functionName, ...this.code(zipFile), ...FIELDS })).body;
  }

  async read(name) {
    return (await this.call('getFunction', [name])).body;
  }

  update(name, zipFile, timeout) {
    return this.call('updateFunction', [name], zipFile ? { timeout, ...this.code(zipFile) } : { timeout });
  }

  async invoke(name, event, { later, log } = {}) {
    const headers = { xFcInvocationType: later ? 'Async' : 'Sync', xFcLogType: log ? 'Tail' : 'None' };
    const answer = await this.call('invokeFunction', [name], { body: this.event(event) }, { headers });
    return { body: await this.bytesOf(answer.body), log: tail(answer.headers) };
  }

  async list(options) {
    const { functions, nextToken } = (await this.call('listFunctions', [], options)).body;
    return { names: (functions ?? []).map((item) => item.functionName), nextToken };
  }

  delete = (name) => this.call('deleteFunction', [name]);

  createTrigger(name, triggerName, config) {
    const triggerConfig = JSON.stringify(config);
    return this.call('createTrigger', [name], { triggerName, triggerType: 'http', triggerConfig });
  }

  async listTriggers(name) {
    return ((await this.call('listTriggers', [name])).body.triggers ?? []).map((item) => item.triggerName);
  }

  async readTrigger(name, trigger) {
    return (await this.call('getTrigger', [name, trigger])).body;
  }

  updateTrigger(name, trigger, config) {
    return this.call('updateTrigger', [name, trigger], { triggerConfig: JSON.stringify(config) });
  }

  deleteTrigger = (name, trigger) => this.call('deleteTrigger', [name, trigger]);

  createDomain(domainName, route) {
    const routes = [new this.models.PathConfig({ ...route, ...this.route })];
    const routeConfig = new this.models.RouteConfig({ routes });
    return this.call('createCustomDomain', [], { domainName, protocol: 'HTTP', routeConfig }, { owner: [] });
  }

  async readDomain(domain) {
    return (await this.call('getCustomDomain', [domain], {}, { owner: [] })).body;
  }

  deleteDomain = (domain) => this.call('deleteCustomDomain', [domain], {}, { owner: [] });

  putAsyncConfig(name, maxAsyncRetryAttempts) {
    return this.call(`put${this.asyncConfig}`, [name], { maxAsyncRetryAttempts });
  }

  async readAsyncConfig(name) {
    return (await this.call(`get${this.asyncConfig}`, [name])).body;
  }

  deleteAsyncConfig = (name) => this.call(`delete${this.asyncConfig}`, [name]);
}

// @alicloud/fc20230330: FC 3.0.
class Fc3 extends Tea {
  package() { return '@alicloud/fc20230330'; }
  owner = [];
  route = {};
  codeModel = 'InputCodeLocation';
  asyncConfig = 'AsyncInvokeConfig';

  runtime() {
    const { $OpenApiUtil } = require('@alicloud/openapi-core');
    const { RuntimeOptions } = require('@darabonba/typescript');
    return { Config: $OpenApiUtil.Config, Options: RuntimeOptions };
  }

  request(Request, fields) {
    const Input = this.models[Request.name.replace('Request', 'Input')];
    return Input ? new Request({ body: new Input(fields) }) : new Request(fields);
  }

  event = (event) => Readable.from([event]);

  async bytesOf(body) {
    const pieces = [];
    for await (const piece of body) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  prepare = async () => {};
  clear = async () => {};
  unplayed = () => this.call('listLayers', [], {});

  async publish(name, description) {
    const body = new this.models.PublishVersionInput({ description });
    return (await this.call('publishFunctionVersion', [name], { body })).body;
  }

  async listVersions(name) {
    const { versions } = (await this.call('listFunctionVersions', [name], { limit: 10 })).body;
    return versions.map((item) => [item.versionId, item.description]);
  }

  deleteVersion = (name, version) => this.call('deleteFunctionVersion', [name, version]);
  createAlias = (name, fields) => this.call('createAlias', [name], fields);
  readAlias = async (name, alias) => (await this.call('getAlias', [name, alias])).body;
  updateAlias = (name, alias, fields) => this.call('updateAlias', [name, alias], fields);
  listAliases = async (name) => (await this.call('listAliases', [name], {})).body.aliases.map((item) => item.aliasName);
  deleteAlias = (name, alias) => this.call('deleteAlias', [name, alias]);

  async invokeBy(name, qualifier, event) {
    return this.bytesOf((await this.call('invokeFunction', [name], { body: this.event(event), qualifier })).body);
  }

  async timeoutOf(name, qualifier) {
    return (await this.call('getFunction', [name], { qualifier })).body.timeout;
  }

  setAffinity(name, affinityHeaderFieldName) {
    const sessionAffinityConfig = JSON.stringify({ affinityHeaderFieldName });
    const fields = { sessionAffinity: 'HEADER_FIELD', sessionAffinityConfig, instanceConcurrency: 200 };
    return this.call('updateFunction', [name], fields);
  }

  createSession = async (name, sessionId) => (await this.call('createSession', [name], { sessionId })).body;
  readSession = async (name, session) => (await this.call('getSession', [name, session])).body;
  deleteSession = (name, session) => this.call('deleteSession', [name, session]);

  updateSession(name, session, sessionIdleTimeoutInSeconds) {
    return this.call('updateSession', [name, session], { sessionIdleTimeoutInSeconds });
  }

  async listSessions(name) {
    const { sessions } = (await this.call('listSessions', [name], { limit: 10 })).body;
    return sessions.map((item) => [item.sessionId, item.sessionStatus]);
  }

  async invokeIn(name, header, session, event) {
    const headers = { commonHeaders: { [header]: session } };
    return this.bytesOf((await this.call('invokeFunction', [name], { body: this.event(event) }, { headers })).body);
  }
}

// @alicloud/fc-open20210406: services and functions, by the API of 2021.
class FcOpen extends Tea {
  package() { return '@alicloud/fc-open20210406'; }
  owner = [SERVICE];
  route = { serviceName: SERVICE };
  codeModel = 'Code';
  asyncConfig = 'FunctionAsyncInvokeConfig';

  runtime() {
    const { Config } = require('@alicloud/openapi-client');
    const { RuntimeOptions } = require('@alicloud/tea-util');
    return { Config, Options: RuntimeOptions };
  }

  request = (Request, fields) => new Request(fields);
  event = (event) => event;
  bytesOf = async (body) => body;
  prepare = () => this.call('createService', [], { serviceName: SERVICE }, { owner: [] });
  clear = () => this.call('deleteService', []);
  unplayed = () => this.call('publishServiceVersion', [], { description: 'one' });
}

export const CLIENTS = {
  '@alicloud/fc': Fc1,
  '@alicloud/fc2': Fc2,
  '@alicloud/fc20230330': Fc3,
  '@alicloud/fc-open20210406': FcOpen,
};
