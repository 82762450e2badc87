// Deploys, calls and deletes a function by Alibaba's own SDK for FC 3.0.
// Usage: node sdk.mjs PACKAGE.zip, with FC_ENDPOINT, ACCESS_KEY_ID and ACCESS_KEY_SECRET in the environment.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { Readable } from 'node:stream';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const fc = require('@alicloud/fc20230330');
const { $OpenApiUtil } = require('@alicloud/openapi-core');

// In milliseconds; long enough for a machine under load.
const PATIENCE = 60_000;
const NAME = 'fc3-demo';
const DOMAIN = 'fc3-demo.example.com';

function client(secret) {
  return new fc.default(new $OpenApiUtil.Config({
    accessKeyId: process.env.ACCESS_KEY_ID,
    accessKeySecret: secret,
    endpoint: new URL(process.env.FC_ENDPOINT).host,
    protocol: 'http',
    regionId: process.env.REGION,
    connectTimeout: PATIENCE,
    readTimeout: PATIENCE,
  }));
}

// Status and body of a GET through the custom domain.
function get(path) {
  return new Promise((resolve, reject) => {
    const request = http.get(process.env.FC_ENDPOINT + path, { headers: { Host: DOMAIN } }, async (answer) => {
      assert.match(answer.headers['x-fc-request-id'], /^1-/);
      let text = '';
      for await (const piece of answer) text += piece;
      resolve(`${answer.statusCode} ${text}`);
    });
    request.on('error', reject);
  });
}

async function invoke(api, event, type = 'Sync') {
  const request = new fc.InvokeFunctionRequest({ body: Readable.from([Buffer.from(event)]) });
  const headers = new fc.InvokeFunctionHeaders({ xFcInvocationType: type, xFcLogType: 'Tail' });
  const answer = await api.invokeFunctionWithOptions(NAME, request, headers, {});
  const pieces = [];
  for await (const piece of answer.body) pieces.push(piece);
  const log = Buffer.from(answer.headers['x-fc-log-result'] ?? '', 'base64').toString();
  return { status: answer.statusCode, headers: answer.headers, text: Buffer.concat(pieces).toString(), log };
}

const api = client(process.env.ACCESS_KEY_SECRET);
const zipFile = readFileSync(process.argv[2]).toString('base64');
const body = new fc.CreateFunctionInput({
  functionName: NAME,
  runtime: 'custom.debian12',
  handler: 'index.handler',
  memorySize: 512,
  timeout: 10,
  instanceConcurrency: 10,
  code: new fc.InputCodeLocation({ zipFile }),
  customRuntimeConfig: new fc.CustomRuntimeConfig({ port: 9000, command: ['/code/bootstrap'] }),
  instanceLifecycleConfig: new fc.InstanceLifecycleConfig({
    initializer: new fc.LifecycleHook({ handler: 'index.initializer', timeout: 10 }),
    preStop: new fc.LifecycleHook({ handler: 'index.preStop', timeout: 10 }),
  }),
});

const refused = await client('wrong').createFunction(new fc.CreateFunctionRequest({ body })).catch((error) => error);
assert.equal(refused.statusCode, 403);
assert.equal(refused.code, 'SignatureNotMatch');

const created = await api.createFunction(new fc.CreateFunctionRequest({ body }));
assert.equal(created.body.functionName, NAME);
assert.equal(created.body.instanceLifecycleConfig.initializer.timeout, 10);

const answer = await invoke(api, 'Hello World');
assert.equal(answer.status, 200);
assert.equal(answer.text, 'Hello World');
const id = answer.headers['x-fc-request-id'];
assert.match(id, /^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$/);
assert.ok(answer.log.startsWith(`FC Invoke Start RequestId: ${id}\n`), answer.log);
assert.match(answer.log, new RegExp(`\nFC Invoke End RequestId: ${id}\n\nDuration: .* Memory Size: 512 MB, Max Memory Used: `));

const changed = await api.updateFunction(NAME, new fc.UpdateFunctionRequest({
  body: new fc.UpdateFunctionInput({ timeout: 20, environmentVariables: { MORE: 'yes' } }),
}));
assert.equal(changed.body.timeout, 20);
const read = await api.getFunction(NAME, new fc.GetFunctionRequest({}));
assert.equal(read.body.timeout, 20);
assert.equal(read.body.runtime, 'custom.debian12');
assert.equal(read.body.codeChecksum, created.body.codeChecksum);
const list = await api.listFunctions(new fc.ListFunctionsRequest({ prefix: 'fc3', limit: 10 }));
assert.deepEqual(list.body.functions.map((item) => item.functionName), [NAME]);
assert.equal((await invoke(api, 'again')).text, 'again');
assert.equal((await invoke(api, 'later', 'Async')).status, 202);

await api.createTrigger(NAME, new fc.CreateTriggerRequest({
  body: new fc.CreateTriggerInput({
    triggerName: 'http',
    triggerType: 'http',
    triggerConfig: JSON.stringify({ authType: 'anonymous', methods: ['GET'] }),
  }),
}));
const routes = [new fc.PathConfig({ path: '/*', functionName: NAME, qualifier: 'LATEST' })];
await api.createCustomDomain(new fc.CreateCustomDomainRequest({
  body: new fc.CreateCustomDomainInput({
    domainName: DOMAIN,
    protocol: 'HTTP',
    routeConfig: new fc.RouteConfig({ routes }),
  }),
}));
assert.equal(await get('/'), '200 Hello World!');
await api.deleteCustomDomain(DOMAIN);
await api.deleteTrigger(NAME, 'http');

await api.deleteFunction(NAME);
const missing = await api.getFunction(NAME, new fc.GetFunctionRequest({})).catch((error) => error);
assert.equal(missing.statusCode, 404);
assert.equal(missing.code, 'FunctionNotFound');
console.log('the SDK created, called, changed and deleted a function');
