// The requests that Serverless Devs' `s` makes with its component fc3 0.1.22, in their order, by the SDKs that the component
// uses: `node s.mjs fc3 ZIP_OF_VERSION_1 ZIP_OF_VERSION_2 SCRATCH`.
//
// The component itself can be installed from no registry. Prints what check.mjs prints: a version, then each command with
// its outcome and, where it failed, the reason, as JSON lines.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Readable } from 'node:stream';

import { CLIENTS } from './clients.mjs';

const require = createRequire(import.meta.url);
const OSS = require('ali-oss');
const COMPONENT = '0.1.22';
const NAME = 'hello';
const ALIAS = 'prod';
const TRIGGER = 'http-trigger';
const zips = process.argv.slice(3, 5).map((file) => readFileSync(file));
const fc3 = new CLIENTS['@alicloud/fc20230330']();
const fc2 = new CLIENTS['@alicloud/fc2']().api;
const { api, models } = fc3;

// What the component compares with `codeChecksum`: CRC-64 of ECMA-182, in decimal.
function checksum(bytes) {
  const all = (1n << 64n) - 1n;
  let sum = all;
  for (const byte of bytes) {
    sum ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1n ? (sum >> 1n) ^ 0xc96c5795d7870f42n : sum >> 1n;
  }
  return String(sum ^ all);
}

const missing = async (call) => {
  const error = await call().then(() => null, (error) => error);
  assert.equal(error?.statusCode, 404, String(error));
};
const body = async (call) => (await call).body.toMap();
const read = () => body(api.getFunction(NAME, new models.GetFunctionRequest({})));
const readTrigger = () => body(api.getTrigger(NAME, TRIGGER));
const readAsync = () => body(api.getAsyncInvokeConfig(NAME, new models.GetAsyncInvokeConfigRequest({ qualifier: 'LATEST' })));
const readAlias = () => body(api.getAlias(NAME, ALIAS));
const aliases = async () => {
  const { aliases } = await body(api.listAliases(NAME, new models.ListAliasesRequest({ limit: 100 })));
  return aliases.map((item) => item.aliasName);
};
const versions = async (limit) =>
  (await body(api.listFunctionVersions(NAME, new models.ListFunctionVersionsRequest({ limit })))).versions;
const publish = (description) => {
  const input = new models.PublishVersionInput({ description });
  return body(api.publishFunctionVersion(NAME, new models.PublishFunctionVersionRequest({ body: input })));
};
const readConcurrency = () => body(api.getConcurrencyConfig(NAME));

// A function as it is written into s.yaml, with what the component adds.
const FIELDS = {
  functionName: NAME,
  runtime: 'custom.debian12',
  handler: 'handler',
  timeout: 30,
  memorySize: 512,
  cpu: 0.35,
  diskSize: 512,
  instanceConcurrency: 5,
  internetAccess: true,
  description: '',
  role: '',
  environmentVariables: {},
  sessionAffinity: 'NONE',
  instanceIsolationMode: 'SHARE',
};

// Puts a package where the token says, and returns what the function is to have as its code.
async function upload(zip) {
  const { credentials, ossBucket, objectName } = (await fc2.getTempBucketToken()).data;
  const store = new OSS({
    endpoint: process.env.FC_ENDPOINT,
    accessKeyId: credentials.AccessKeyId,
    accessKeySecret: credentials.AccessKeySecret,
    stsToken: credentials.SecurityToken,
    // Without it the client writes a line of advice to stdout.
    refreshSTSToken: async () => ({}),
    bucket: ossBucket,
  });
  const ossObjectName = `${fc2.accountid}/${objectName}`;
  await store.put(ossObjectName, zip);
  return { ossBucketName: ossBucket, ossObjectName };
}

const trigger = {
  triggerName: TRIGGER,
  triggerType: 'http',
  triggerConfig: JSON.stringify({ authType: 'anonymous', methods: ['GET', 'POST'] }),
  qualifier: 'LATEST',
  description: '',
};

async function settings() {
  await api.putAsyncInvokeConfig(NAME, new models.PutAsyncInvokeConfigRequest({
    qualifier: 'LATEST',
    body: new models.PutAsyncInvokeConfigInput({ maxAsyncRetryAttempts: 1 }),
  }));
  await api.putConcurrencyConfig(NAME, new models.PutConcurrencyConfigRequest({
    body: new models.PutConcurrencyInput({ reservedConcurrency: 3 }),
  }));
}

// What the component reads at the end of a deployment, and for `s info`.
async function info() {
  const found = await read();
  const { httpTrigger } = await readTrigger();
  assert.ok(httpTrigger.urlInternet.startsWith(process.env.FC_ENDPOINT), JSON.stringify(httpTrigger));
  assert.equal((await readAsync()).maxAsyncRetryAttempts, 1);
  assert.equal((await readConcurrency()).reservedConcurrency, 3);
  return { found, url: httpTrigger.urlInternet };
}

async function update(code) {
  const input = new models.UpdateFunctionInput({ ...FIELDS, ...(code && { code: new models.InputCodeLocation(code) }) });
  await api.updateFunction(NAME, new models.UpdateFunctionRequest({ body: input }));
  assert.equal((await readTrigger()).qualifier, 'LATEST');
  const { triggerConfig, qualifier, description } = trigger;
  await api.updateTrigger(NAME, TRIGGER, new models.UpdateTriggerRequest({
    body: new models.UpdateTriggerInput({ triggerConfig, qualifier, description }),
  }));
  await settings();
}

// What `s plan` and a further deployment find out first.
async function look() {
  const found = await read();
  for (const [field, value] of Object.entries(FIELDS)) assert.deepEqual(found[field], value, field);
  assert.equal((await readTrigger()).triggerConfig, trigger.triggerConfig);
  await readAsync();
  assert.deepEqual((await body(api.listVpcBindings(NAME))).vpcIds, []);
  await api.getProvisionConfig(NAME, new models.GetProvisionConfigRequest({ qualifier: 'LATEST' }));
  const scaling = await body(api.getScalingConfig(NAME, new models.GetScalingConfigRequest({ qualifier: 'LATEST' })));
  assert.equal(scaling.functionArn, undefined);
  await readConcurrency();
  return found;
}

const COMMANDS = {
  'deploy': async () => {
    for (const call of [read, readTrigger, readAsync, readConcurrency]) await missing(call);
    const code = new models.InputCodeLocation(await upload(zips[0]));
    const input = new models.CreateFunctionInput({ ...FIELDS, code });
    await api.createFunction(new models.CreateFunctionRequest({ body: input }));
    await api.createTrigger(NAME, new models.CreateTriggerRequest({ body: new models.CreateTriggerInput(trigger) }));
    await settings();
    const { found, url } = await info();
    assert.deepEqual([found.state, found.lastUpdateStatus], ['Active', 'Successful']);
    const answer = await fetch(`${url}echo`, { method: 'POST', body: 'sent' });
    assert.equal(await answer.text(), 'sent');
  },
  'deploy again, without an upload': async () => {
    const { codeChecksum } = await look();
    assert.equal(codeChecksum, checksum(zips[0]));
    await update();
    assert.equal((await info()).found.codeChecksum, codeChecksum);
  },
  'deploy again, with other code': async () => {
    assert.notEqual((await look()).codeChecksum, checksum(zips[1]));
    await update(await upload(zips[1]));
    assert.equal((await info()).found.codeChecksum, checksum(zips[1]));
  },
  'invoke': async () => {
    const answer = await fc3.invoke(NAME, Buffer.from('version'), { log: true });
    assert.equal(String(answer.body), '2');
    assert.match(answer.log, /FC Invoke End RequestId: /);
  },
  'invoke --invocation-type Async': () => fc3.invoke(NAME, Buffer.from('later'), { later: true }),
  'info': info,
  'plan': look,
  'instance list': async () => {
    const request = new models.ListInstancesRequest({ qualifier: 'LATEST', withAllActive: true });
    const { instances } = await body(api.listInstances(NAME, request));
    assert.deepEqual([instances.length, instances[0].status], [1, 'Running']);
  },
  'concurrency get': readConcurrency,
  'version publish': async () => {
    assert.deepEqual((await versions(100)).map((item) => item.versionId), []);
    assert.equal((await publish('first')).versionId, '1');
    const error = await publish('').then(() => null, (error) => error);
    assert.equal(error?.code, 'VersionPublishError');
    await api.updateFunction(NAME, new models.UpdateFunctionRequest({ body: new models.UpdateFunctionInput({ timeout: 31 }) }));
    assert.equal((await publish('')).versionId, '2');
  },
  'version list': async () => {
    const found = await versions(100);
    assert.deepEqual(found.map((item) => [item.versionId, item.description]), [['2', ''], ['1', 'first']]);
  },
  'alias publish': async () => {
    await missing(readAlias);
    const [{ versionId }] = await versions(1);
    const config = { aliasName: ALIAS, versionId, description: 'shown' };
    const created = await body(api.createAlias(NAME, new models.CreateAliasRequest({ body: new models.CreateAliasInput(config) })));
    assert.equal(created.versionId, '2');
  },
  'alias publish, with a weight': async () => {
    await readAlias();
    const config = { aliasName: ALIAS, versionId: '1', description: 'shown', additionalVersionWeight: { 2: 0.2 } };
    await api.updateAlias(NAME, ALIAS, new models.UpdateAliasRequest({ body: new models.UpdateAliasInput(config) }));
  },
  'alias get': async () => {
    const { aliasName, versionId, additionalVersionWeight } = await readAlias();
    assert.deepEqual([aliasName, versionId, additionalVersionWeight], [ALIAS, '1', { 2: 0.2 }]);
  },
  'alias list': async () => assert.deepEqual(await aliases(), [ALIAS]),
  'invoke --qualifier': async () => {
    const call = (qualifier) => api.invokeFunction(NAME, new models.InvokeFunctionRequest({ qualifier, body: Readable.from([Buffer.from('x')]) }));
    const answer = await call('1');
    assert.equal(answer.headers['x-fc-invocation-service-version'], '1');
    assert.equal((await call(ALIAS)).statusCode, 200);
  },
  'alias remove': async () => {
    await api.deleteAlias(NAME, ALIAS);
    assert.deepEqual(await aliases(), []);
  },
  'version remove': async () => {
    const [{ versionId }] = await versions(1);
    await api.deleteFunctionVersion(NAME, versionId);
    assert.deepEqual((await versions(100)).map((item) => item.versionId), ['1']);
    const created = new models.CreateAliasInput({ aliasName: ALIAS, versionId: '1' });
    await api.createAlias(NAME, new models.CreateAliasRequest({ body: created }));
  },
  'remove': async () => {
    await read();
    await api.listVpcBindings(NAME);
    const scalings = new models.ListScalingConfigsRequest({ functionName: NAME, limit: 100 });
    assert.deepEqual((await body(api.listScalingConfigs(scalings))).scalingConfigs, []);
    await readConcurrency();
    const [names, published] = [await aliases(), await versions(100)];
    assert.deepEqual([names, published.map((item) => item.versionId)], [[ALIAS], ['1']]);
    const { triggers } = await body(api.listTriggers(NAME, new models.ListTriggersRequest({ limit: 10 })));
    assert.deepEqual(triggers.map((item) => item.triggerName), [TRIGGER]);
    const configs = new models.ListAsyncInvokeConfigsRequest({ functionName: NAME, limit: 100 });
    assert.equal((await body(api.listAsyncInvokeConfigs(configs))).configs.length, 1);
    await api.deleteTrigger(NAME, TRIGGER);
    await api.deleteConcurrencyConfig(NAME);
    for (const name of names) await api.deleteAlias(NAME, name);
    for (const { versionId } of published) await api.deleteFunctionVersion(NAME, versionId);
    await api.deleteFunction(NAME);
    await missing(read);
  },
};

console.log(JSON.stringify(COMPONENT));
for (const [label, command] of Object.entries(COMMANDS)) {
  const outcome = await command().then(() => ['yes', ''], (error) => ['no', `${error.name}: ${error.message}`.slice(0, 600)]);
  console.log(JSON.stringify([label, ...outcome]));
}
// Connections that the SDKs keep must not hold the process.
process.exit(0);
