// What each client is asked to do; the same list, in the same words, as operations.py.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

// In milliseconds; long enough for a machine under load.
const PATIENCE = 30_000;
const SIZE = 20 * 1024 * 1024;
const DOMAIN = 'sdk.example.com';
// What a query has to survive: a blank, and what RFC 3986 encodes and others do not.
const ODD_PREFIX = "a b*(c)!'~+/";

// The client has no such call.
export class NotOffered extends Error {}

async function refused(call, status, code) {
  const error = await call().then(() => null, (error) => error);
  if (error instanceof NotOffered) throw error;
  assert.ok(error, `${code} is not raised`);
  const text = `${error.code} ${error.message} ${JSON.stringify(error.data ?? '')}`;
  assert.ok(text.includes(code), text);
  assert.ok(error.statusCode === status || text.includes(String(status)), `${error.statusCode}: ${text}`);
}

// CLIENT is one of clients.mjs; ZIPS are the packages of version 1 and 2 of the test function, as base64.
export function operations(client, zips, scratch) {
  const echo = async (body) => {
    const answer = await client.invoke('f1', body);
    assert.ok(answer.body.equals(body), `${answer.body.length} bytes: ${answer.body.subarray(0, 50)}`);
  };
  const withTrigger = async (authType, use) => {
    await client.createTrigger('f1', 'signed', { authType, methods: ['GET', 'POST'] });
    try {
      await use();
    } finally {
      await client.deleteTrigger('f1', 'signed');
    }
  };
  return {
    'create': async () => {
      await client.prepare();
      assert.equal((await client.create('f1', zips[0])).functionName, 'f1');
    },
    'read': async () => {
      const seen = await client.read('f1');
      assert.deepEqual([seen.runtime, seen.timeout], ['custom', 30]);
    },
    'invoke, text': () => echo(Buffer.from('Grüße, 你好')),
    'invoke, bytes': () => echo(Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))),
    'invoke, no event': () => echo(Buffer.alloc(0)),
    'invoke, 20 MB': () => echo(Buffer.alloc(SIZE, 'a line of 20 MB\n')),
    'invoke, asynchronous': async () => {
      const file = join(scratch, 'later');
      await client.invoke('f1', Buffer.from(`touch ${file}`), { later: true });
      for (const end = Date.now() + PATIENCE; !existsSync(file); await pause(10)) {
        assert.ok(Date.now() < end, 'the event was not called');
      }
    },
    'log tail': async () => {
      const { log } = await client.invoke('f1', Buffer.from('log a line of the log'), { log: true });
      assert.ok(log.includes('a line of the log') && log.includes('FC Invoke End RequestId: '), log);
    },
    'a failed event': async () => {
      const answer = await client.invoke('f1', Buffer.from('fail')).then((answer) => String(answer.body), String);
      assert.ok(answer.includes('as asked'), answer);
    },
    'update fields and code': async () => {
      await client.update('f1', zips[1], 20);
      assert.equal((await client.read('f1')).timeout, 20);
      assert.equal(String((await client.invoke('f1', Buffer.from('version'))).body), '2');
    },
    'list, page by page': async () => {
      for (const name of ['f2', 'f3']) await client.create(name, zips[0]);
      const first = await client.list({ prefix: 'f', limit: 2 });
      assert.deepEqual(first.names, ['f1', 'f2']);
      assert.ok(first.nextToken);
      const rest = await client.list({ prefix: 'f', limit: 2, nextToken: first.nextToken });
      assert.deepEqual([rest.names, Boolean(rest.nextToken)], [['f3'], false]);
    },
    'list, odd characters': async () => {
      assert.deepEqual((await client.list({ prefix: ODD_PREFIX })).names, []);
    },
    'triggers': async () => {
      await client.createTrigger('f1', 't', { authType: 'function', methods: ['GET', 'POST'] });
      assert.deepEqual(await client.listTriggers('f1'), ['t']);
      await client.updateTrigger('f1', 't', { authType: 'anonymous', methods: ['GET'] });
      assert.match(JSON.stringify((await client.readTrigger('f1', 't')).triggerConfig), /anonymous/);
      await client.deleteTrigger('f1', 't');
      assert.deepEqual(await client.listTriggers('f1'), []);
    },
    'signed HTTP trigger': () => withTrigger('function', async () => {
      assert.equal(String(await client.http('f1', '/echo', { name: 'a b' }, 'sent')), 'sent');
    }),
    'custom domains': async () => {
      await client.createDomain(DOMAIN, { path: '/*', functionName: 'f1', qualifier: 'LATEST' });
      assert.equal((await client.readDomain(DOMAIN)).domainName, DOMAIN);
      await client.deleteDomain(DOMAIN);
    },
    'asynchronous configuration': async () => {
      await client.putAsyncConfig('f1', 1);
      assert.equal((await client.readAsyncConfig('f1')).maxAsyncRetryAttempts, 1);
      await client.deleteAsyncConfig('f1');
    },
    'versions and aliases': async () => {
      const version = async (qualifier) => String(await client.invokeBy('f1', qualifier, Buffer.from('version')));
      assert.equal((await client.publish('f1', 'first')).versionId, '1');
      await refused(() => client.publish('f1', 'the same'), 400, 'VersionPublishError');
      await client.update('f1', zips[0], 21);
      assert.equal((await client.publish('f1', 'second')).versionId, '2');
      assert.deepEqual(await client.listVersions('f1'), [['2', 'second'], ['1', 'first']]);
      assert.deepEqual([await version('1'), await version('2')], ['2', '1']);
      assert.deepEqual([await client.timeoutOf('f1', '1'), await client.timeoutOf('f1', '2')], [20, 21]);
      await client.createAlias('f1', { aliasName: 'prod', versionId: '1', description: 'shown' });
      assert.equal(await version('prod'), '2');
      await client.updateAlias('f1', 'prod', { additionalVersionWeight: { 2: 1 } });
      assert.equal(await version('prod'), '1');
      const seen = await client.readAlias('f1', 'prod');
      assert.deepEqual([seen.versionId, seen.description, seen.additionalVersionWeight], ['1', 'shown', { 2: 1 }]);
      assert.deepEqual(await client.listAliases('f1'), ['prod']);
      await refused(() => client.deleteVersion('f1', '2'), 409, 'VersionInUse');
      await client.deleteAlias('f1', 'prod');
      for (const number of ['1', '2']) await client.deleteVersion('f1', number);
      await refused(() => version('1'), 404, 'VersionNotFound');
      await refused(() => version('prod'), 404, 'AliasNotFound');
      await client.update('f1', zips[1], 20);
    },
    'sessions': async () => {
      await client.setAffinity('f1', 'x-sdk-session');
      const made = await client.createSession('f1', 's1');
      assert.equal(made.sessionStatus, 'Active');
      assert.match(made.containerId, /^c-/);
      const state = async () => JSON.parse(await client.invokeIn('f1', 'x-sdk-session', 's1', Buffer.from('state')));
      assert.equal((await state()).pid, (await state()).pid);
      await client.updateSession('f1', 's1', 60);
      const seen = await client.readSession('f1', 's1');
      assert.deepEqual([seen.sessionIdleTimeoutInSeconds, seen.containerId], [60, made.containerId]);
      assert.deepEqual(await client.listSessions('f1'), [['s1', 'Active']]);
      await client.deleteSession('f1', 's1');
      assert.deepEqual(await client.listSessions('f1'), []);
    },
    'error: wrong secret': () => refused(() => client.stranger().read('f1'), 403, 'SignatureNotMatch'),
    'error: no such function': () => refused(() => client.read('f9'), 404, 'FunctionNotFound'),
    'error: function exists': () => refused(() => client.create('f1', zips[0]), 409, 'FunctionAlreadyExists'),
    'error: wrong value': () => refused(() => client.update('f1', undefined, -1), 400, 'InvalidArgument'),
    'error: not played': () => refused(() => client.unplayed(), 400, 'fc-local does not play this'),
    'delete': async () => {
      for (const name of ['f1', 'f2', 'f3']) await client.delete(name);
      assert.deepEqual((await client.list({ prefix: 'f' })).names, []);
      await client.clear();
    },
  };
}
